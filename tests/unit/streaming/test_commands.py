"""The verbs of the door, as far as they go without a broker; tests/contract and tests/chaos go the whole way."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from cli.stream import stream
from sentiment.errors import SettingError


def test_a_worker_is_told_of_all_wrong_settings_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "TLS")
    arguments = ["--group", "", "--partitions", "0", "--model", "nowhere"]
    result = CliRunner().invoke(stream, arguments)
    assert isinstance(result.exception, SettingError)
    assert str(result.exception).count("\n  - ") == 3
