"""What is said where the broker takes no more from a worker."""

from __future__ import annotations

import pytest
from kafka.errors import FencedInstanceIdError, InvalidProducerEpochError, ProducerFencedError

from sentiment.errors import ServiceError
from streaming.brokers.kafka_python_plain import broker_errors


@pytest.mark.parametrize("kind", [FencedInstanceIdError, InvalidProducerEpochError, ProducerFencedError])
def test_a_fenced_worker_is_told_what_may_have_happened(kind: type[Exception]) -> None:
    said = r"committing failed: another process .* --instance .* or a batch took longer"
    with pytest.raises(ServiceError, match=said), broker_errors("committing"):
        raise kind
