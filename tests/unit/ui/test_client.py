"""The client against the real API, with limits so small that they are met."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask, redirect, request

from api.app import create_app
from api.settings import Settings as ApiSettings
from sentiment import Classifier
from sentiment.errors import SettingError
from tests.unit.ui.conftest import LIMITS, listening
from ui.client import Api, RefusedError, UnreachableError
from ui.settings import Settings


def test_an_explained_answer_is_the_models(api: Api, classifier: Classifier) -> None:
    answer, expected = api.explain("not bad, but boring"), classifier.explain("not bad, but boring")
    assert (answer.cleaned, answer.margin, answer.intercept) == (expected.text, expected.margin, expected.intercept)
    assert [term.term for term in answer.terms] == [term.text for term in expected.terms]


def test_more_texts_than_a_request_may_hold_are_all_scored_in_their_order(api: Api, classifier: Classifier) -> None:
    texts = [f"{'good' if number % 3 else 'bad'} {number}" for number in range(4 * LIMITS.max_texts + 1)]
    answers = [answer for answer in api.score(texts) if not isinstance(answer, RefusedError)]
    assert [answer.probability for answer in answers] == classifier.predict(texts).probability.tolist()


def test_a_text_that_the_api_refuses_does_not_take_others_with_it(api: Api) -> None:
    long, huge = "a" * (LIMITS.max_characters + 1), "a" * (LIMITS.max_body_bytes + 1)
    answers = api.score(["good", long, "bad", huge, " ", "great"])
    told = [answer.code if isinstance(answer, RefusedError) else answer.label for answer in answers]
    assert told == ["positive", "text_too_long", "negative", "body_too_large", "text_empty", "positive"]


def test_a_refusal_that_is_not_about_a_text_ends_the_scoring(classifier: Classifier) -> None:
    app, asked = create_app(classifier, ApiSettings(api_keys=("a-key-of-sixteen-letters",))), list[str]()
    app.before_request_funcs[None].insert(0, lambda: asked.append(request.path))
    with listening(app) as url, pytest.raises(RefusedError) as refused:
        Api(Settings(url)).score(["good", "bad", "great"])
    assert (refused.value.code, asked) == ("unauthorized", ["/predict"])


def test_an_address_may_end_with_a_slash() -> None:
    assert Api(Settings("http://localhost:8000/")).address == "http://localhost:8000"  # `//model` would not be found


def test_feedback_is_kept(api: Api, kept: list[tuple[bytes, bytes]]) -> None:
    api.feedback("review-1", "negative")
    assert kept == [(b"review-1", b'{"id":"review-1","label":"negative"}')]


def test_feedback_without_a_broker_is_refused_in_words(classifier: Classifier) -> None:
    with listening(create_app(classifier, LIMITS)) as url, pytest.raises(RefusedError) as refused:
        Api(Settings(url)).feedback("review-1", "positive")
    assert refused.value.code == "feedback_not_configured"
    assert str(refused.value) == "this server has no broker to keep feedback on"


def test_the_key_is_brought(classifier: Classifier) -> None:
    key = "a-key-of-sixteen-letters"
    with listening(create_app(classifier, ApiSettings(api_keys=(key,)))) as url:
        assert Api(Settings(url, key)).model().version == "tiny-1"
        with pytest.raises(RefusedError) as refused:
            Api(Settings(url)).model()
    assert refused.value.code == "unauthorized"


def test_an_api_that_is_not_there_is_unreachable() -> None:
    with listening(Flask("gone")) as url:
        pass
    with pytest.raises(UnreachableError, match=url):
        Api(Settings(url)).explain("good")


@contextmanager
def saying(answer: bytes) -> Iterator[str]:
    """The address of a server that answers a connection so, and then with silence."""
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool, ExitStack() as held:

        def accept() -> None:
            connection = held.enter_context(server.accept()[0])
            connection.recv(1 << 16)
            connection.sendall(answer)

        accepting = pool.submit(accept)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        accepting.result()


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_what_is_no_http_or_never_ends_is_unreachable(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ui.client.SECONDS", 0.3)
    with saying(answer) as url, pytest.raises(UnreachableError, match=url):
        Api(Settings(url)).explain("good")


def test_a_redirect_is_not_followed_for_it_would_take_the_key_elsewhere() -> None:
    asked: list[str] = []
    elsewhere, here = Flask("elsewhere"), Flask("here")
    elsewhere.before_request(lambda: asked.append(request.path))
    with listening(elsewhere) as other, listening(here) as url:
        here.before_request(lambda: redirect(f"{other}/login"))
        api = Api(Settings(url, "a-key-of-sixteen-letters"))
        calls = [api.model, lambda: api.explain("good"), lambda: api.feedback("r-1", "positive")]
        for call in calls:
            with pytest.raises(RefusedError) as refused:
                call()
            assert (refused.value.status, refused.value.code) == (302, "not_a_problem_document")
    assert asked == []


@pytest.mark.parametrize("status", [200, 429, 500])
@pytest.mark.parametrize("sent", [b'{"status": 500, "code": "x", "detail": "\xff"}', b"[" * 100_000, b"no", b"{}"])
def test_whatever_is_answered_is_an_answer_or_a_refusal(status: int, sent: bytes) -> None:
    other = Flask("other")
    other.before_request(lambda: (sent, status))
    with listening(other) as url:
        api = Api(Settings(url))
        for call in (lambda: api.explain("good"), lambda: api.feedback("r-1", "positive")):
            with pytest.raises(RefusedError) as refused:
                call()
            assert refused.value.code == ("not_understood" if status == 200 else "not_a_problem_document")


def test_a_server_of_another_kind_is_told_from_ours() -> None:
    other = Flask("other")
    for path in ("/model", "/feedback"):
        other.add_url_rule(path, path, view_func=lambda: {"hello": "world"})
    with listening(other) as url:
        api = Api(Settings(url))
        with pytest.raises(RefusedError) as misunderstood:
            api.model()
        with pytest.raises(RefusedError) as unknown:
            api.explain("good")
        with pytest.raises(RefusedError) as not_taken:
            api.feedback("r-1", "positive")
    assert (misunderstood.value.code, unknown.value.code) == ("not_understood", "not_found")
    assert (not_taken.value.status, not_taken.value.code) == (405, "not_found")


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://host", "http://", "http://host:port", "file:///etc/passwd"]
)
def test_an_address_that_is_none_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(SettingError, match="--api"):
        Settings(address)


def test_an_address_with_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(SettingError, match="without a user") as refused:
        Settings("http://me:hidden@localhost:8000")
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize("key", ["a-key-of-sixteen-letters\n", "a key of sixteen letters", "une-clé-de-seize-lettres"])
def test_a_key_that_no_header_can_hold_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(SettingError, match="SENTIMENT_API_KEY") as refused:
        Settings(api_key=key)
    assert "sixteen" not in str(refused.value)
    assert "seize" not in str(refused.value)
