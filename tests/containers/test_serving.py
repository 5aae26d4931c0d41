"""The product as its users run it: reviews in, results out, stopped, killed, started again."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest

from sentiment import Classifier
from streaming.brokers.kafka_python import KafkaPythonCluster
from streaming.brokers.seam import Record
from streaming.producing import send_reviews
from streaming.settings import Connection, Limits, Topics
from streaming.topics import create_topics
from tests.containers.places import Place, Service

PATIENCE_SECONDS = 60
QUIET_SECONDS = 3  # after the last result that is expected, for one too many to show
TEXTS = ("a good film", "boring and bad", "Magnifique ! 8/10", "日本語")


class Stream:
    """A worker of its own topics."""

    def __init__(self, place: Place) -> None:
        name = uuid.uuid4().hex[:8]
        self.topics = Topics(f"reviews-{name}", f"sentiment-{name}", f"dlq-{name}", partitions=2)
        self.cluster = KafkaPythonCluster(Connection(place.outside))
        create_topics(self.cluster, self.topics, Limits())
        roles = {
            "reviews": self.topics.reviews,
            "results": self.topics.results,
            "dead-letters": self.topics.dead_letters,
        }
        flags = [text for role, topic in roles.items() for text in (f"--{role}-topic", topic)]
        self.worker = place.run("stream", "--group", name, "--instance", "one", *flags)

    def send(self, *reviews: dict[str, Any]) -> None:
        send_reviews(self.cluster, self.topics.reviews, reviews)

    def results(self, count: int) -> list[dict[str, Any]]:
        """At least so many committed results, and those that follow soon."""
        with closing(self.cluster.read([self.topics.results], from_beginning=True)) as reader:
            found: list[Record] = []
            wait_until(lambda: len(found.__iadd__(reader.poll(0.2))) >= count, self.worker)
            quiet = time.monotonic() + QUIET_SECONDS
            while time.monotonic() < quiet:
                found += reader.poll(0.2)
        return [json.loads(record.value or b"") for record in found]


def wait_until(condition: Callable[[], bool], service: Service) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited in vain; the service said:\n{service.log()}")
        time.sleep(0.05)


def ready(api: Service) -> bool:
    try:
        return bool(urlopen(f"{api.address()}/health/ready", timeout=2).status == 200)  # noqa: S310 - our own
    except (URLError, OSError):
        return False


def ask(api: Service, text: str) -> Any:
    headers = {"content-type": "application/json"}
    request = Request(f"{api.address()}/predict", json.dumps({"text": text}).encode(), headers)  # noqa: S310
    with urlopen(request, timeout=10) as response:  # noqa: S310
        return json.load(response)


@pytest.fixture
def expected(place: Place) -> dict[str, tuple[str, float]]:
    predictions = Classifier.load(place.models).predict(TEXTS)
    return {text: (answer.label, answer.probability) for text, answer in zip(TEXTS, predictions, strict=True)}


@pytest.fixture
def api(place: Place) -> Service:
    service = place.run("serve")
    wait_until(lambda: ready(service), service)
    return service


@pytest.fixture
def stream(place: Place) -> Stream:
    return Stream(place)


def test_reviews_in_results_out(stream: Stream, expected: dict[str, tuple[str, float]]) -> None:
    stream.send(*({"text": text} for text in TEXTS))
    results = stream.results(len(TEXTS))
    assert {result["review"]["text"]: (result["label"], result["probability"]) for result in results} == expected
    assert len(results) == len(TEXTS)


def test_predict_gives_the_models_answer(api: Service, expected: dict[str, tuple[str, float]]) -> None:
    answers = {text: ask(api, text) for text in TEXTS}
    assert {text: (answer["label"], answer["probability"]) for text, answer in answers.items()} == expected


def test_sigterm_ends_the_api_with_0(api: Service) -> None:
    assert api.stop() == 0


def test_sigterm_ends_the_stream_with_0_after_its_batch(stream: Stream) -> None:
    stream.send({"text": "a good film"})
    stream.results(1)
    assert stream.worker.stop() == 0
    assert "stopped" in stream.worker.log().splitlines()[-1]


def test_the_api_answers_again_after_sigkill(api: Service) -> None:
    api.kill()
    api.start()
    wait_until(lambda: ready(api), api)
    assert ask(api, "a good film")["label"] == "positive"


def test_each_review_is_answered_once_though_the_worker_is_killed(stream: Stream) -> None:
    stream.send(*({"id": number, "text": "a good film"} for number in range(2_000)))
    stream.results(1)
    stream.worker.kill()
    stream.send(*({"id": number, "text": "a good film"} for number in range(2_000, 2_100)))
    stream.worker.start()
    answered = Counter(result["id"] for result in stream.results(2_100))
    assert answered == Counter(str(number) for number in range(2_100))
