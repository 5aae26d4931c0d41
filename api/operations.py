"""What each endpoint takes and gives: the part of the OpenAPI document that routes do not tell by themselves."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from msgspec import UNSET, Meta, Struct, UnsetType

from api import inference
from api.answers import JSON
from api.feedback import Feedback
from api.reviews import NOT_BLANK
from sentiment import Result
from sentiment.manifest import Manifest
from sentiment.results import Explained

BODY = (400, 413, 415, 422)  # what may be wrong with a body
FORM = (*BODY, 411)  # or with a form


class Review(Struct):
    """A review to classify; its other fields come back as they are."""

    text: Annotated[str, Meta(pattern=NOT_BLANK, examples=["Superb, not a dull moment"])]
    id: str | int | UnsetType = UNSET


class Reviews(Struct):
    """Texts to classify together."""

    texts: Annotated[list[Annotated[str, Meta(pattern=NOT_BLANK)]], Meta(min_length=1)]


class Results(Struct):
    """A result for each text, in their order."""

    predictions: list[Result]


class Operation(NamedTuple):
    """`answers` and `bodies` are the types sent and taken as JSON; an answer that is not JSON has another `media`."""

    summary: str
    answers: tuple[Any, ...] = ()
    bodies: tuple[Any, ...] = ()
    refusals: tuple[int, ...] = ()
    status: int = 200
    media: str = JSON


OPERATIONS = {
    "predict.predict": Operation("Classify a review, or many", (Result, Results), (Review, Reviews), FORM),
    "explain.explain": Operation("Take a review's result apart", (Explained,), (Review,), FORM),
    "feedback.feedback": Operation(
        "Tell the true label of an earlier review", (Feedback,), (Feedback,), (*BODY, 503), status=202
    ),
    "model.model": Operation("The model: version, metrics, parity certificate, text rule", (Manifest,)),
    "health.live": Operation("Is the process alive?", (dict[str, str],)),
    "health.ready": Operation("Is there a verified model?", (dict[str, str],)),
    "metrics.show": Operation("Figures for Prometheus", media="text/plain"),
    "openapi.spec": Operation("This description", (dict[str, Any],)),
    "openapi.docs": Operation("A page to try it", media="text/html"),
    "inference.live": Operation("Open Inference Protocol: is the process alive?", (dict[str, bool],)),
    "inference.ready": Operation("Open Inference Protocol: is there a verified model?", (dict[str, bool],)),
    "inference.server": Operation("Open Inference Protocol: the server", (inference.Server,)),
    "inference.model": Operation("Open Inference Protocol: the model's tensors", (inference.Model,), refusals=(404,)),
    "inference.model_ready": Operation(
        "Open Inference Protocol: is this model ready?", (dict[str, str | bool],), refusals=(404,)
    ),
    "inference.infer": Operation(
        "Open Inference Protocol: classify a tensor of texts",
        (inference.Answer,),
        (inference.Question,),
        (404, *BODY),
    ),
}
QUERIES = {"predict.predict": ("explain",)}  # names of query parameters
PARAMETERS: dict[str, dict[str, Any]] = {
    "name": {"type": "string", "enum": [inference.MODEL]},
    "version": {"type": "string"},
    "explain": {"type": "boolean"},
}
CONDITIONAL = ("model.model",)  # where an answer that is known already is not sent again
FORMS_TOO = ("predict.predict", "explain.explain")  # where a body may be a form, which holds one review
