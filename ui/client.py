"""The API as the page uses it: what the page shows is what is served."""

from __future__ import annotations

from collections.abc import Sequence
from http.client import HTTPException
from typing import TypeAlias, TypeVar
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec
from msgspec import Struct

from sentiment.errors import UNDECODABLE, ServiceError
from sentiment.manifest import Manifest
from sentiment.results import Explained, Label, Result
from ui.settings import Settings

SECONDS = 30.0  # for an answer
BATCH_TEXTS, BATCH_CHARACTERS = 256, 500_000  # of one request; the API may take less, see `score`

Answer = TypeVar("Answer")


class UnreachableError(ServiceError):
    """No answer from the API's address."""


class RefusedError(ServiceError):
    """The API's own refusal: `code` is for programs, the message for people."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.status, self.code = problem.status, problem.code


class Problem(Struct, frozen=True):
    """The members of a problem document (RFC 9457) that the page reads."""

    status: int
    detail: str
    code: str


class _Predictions(Struct, frozen=True):
    predictions: tuple[Result, ...]


class _Kept(Struct, frozen=True):
    """The feedback that was taken."""

    id: str
    label: Label


class _NoRedirects(HTTPRedirectHandler):
    """An API does not redirect; who does might be anybody, and would be told the key."""

    def redirect_request(self, *_: object) -> None:
        """None: the redirect itself is the answer."""


_opener = build_opener(_NoRedirects)


Scored: TypeAlias = Result | RefusedError


class Api:
    """One API. Every method raises UnreachableError or RefusedError where there is no answer."""

    def __init__(self, settings: Settings) -> None:
        self.address = settings.api.rstrip("/")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if settings.api_key:
            self._headers["Authorization"] = f"Bearer {settings.api_key}"

    def model(self) -> Manifest:
        return self._ask("/model", None, Manifest)

    def explain(self, text: str) -> Explained:
        return self._ask("/explain", {"text": text}, Explained)

    def feedback(self, review: str, label: Label) -> None:
        """Say which label the review of this id should have had."""
        self._ask("/feedback", {"id": review, "label": label}, _Kept)

    def score(self, texts: Sequence[str]) -> list[Scored]:
        """Each text's result, or why it has none, in their order; any number of texts, in as many requests as needed.

        A request that is refused because of what is in it is halved until what is at fault stands alone. So whatever
        the API's limits are, they need not be known here.
        """
        return [answer for batch in _batches(texts) for answer in self._score(batch)]

    def _score(self, texts: Sequence[str]) -> Sequence[Scored]:
        try:
            return self._ask("/predict", {"texts": texts}, _Predictions).predictions
        except RefusedError as refused:
            if refused.status not in (413, 422):
                raise
            if len(texts) == 1:
                return [refused]
        middle = len(texts) // 2
        return [*self._score(texts[:middle]), *self._score(texts[middle:])]

    def _ask(self, path: str, body: object, shape: type[Answer]) -> Answer:
        data = None if body is None else msgspec.json.encode(body)
        request = Request(self.address + path, data, self._headers)  # noqa: S310 - settings take http and https only
        try:
            with _opener.open(request, timeout=SECONDS) as response:
                return msgspec.json.decode(response.read(), type=shape)
        except HTTPError as error:
            raise _refusal(error) from error
        except (OSError, HTTPException) as error:
            raise UnreachableError(f"{self.address}: {getattr(error, 'reason', None) or error}") from error
        except UNDECODABLE as error:
            raise RefusedError(Problem(200, f"{self.address}{path}: {error}", "not_understood")) from error


def _refusal(error: HTTPError) -> RefusedError:
    """What the API said; or, of something between that is no API of ours, its status."""
    try:
        return RefusedError(msgspec.json.decode(error.read(), type=Problem))
    except (OSError, HTTPException, *UNDECODABLE):
        code = "not_found" if error.code in (404, 405) else "not_a_problem_document"
        return RefusedError(Problem(error.code, f"HTTP {error.code} {error.reason}", code))


def _batches(texts: Sequence[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    room = 0
    for text in texts:
        if not batches or len(batches[-1]) == BATCH_TEXTS or len(text) > room:
            batches.append([])
            room = BATCH_CHARACTERS
        batches[-1].append(text)
        room -= len(text)
    return batches
