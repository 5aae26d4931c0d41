"""`/v2`: the Open Inference Protocol, so that KServe, Triton and MLServer clients can ask this model too."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from typing import Annotated

import msgspec
from flask import Blueprint, Response, request
from msgspec import UNSET, Meta, Struct, UnsetType

from api.answers import answer
from api.bodies import decode, read_json
from api.metrics import Metrics
from api.problems import RequestError
from api.reviews import NOT_BLANK, check_number, check_text
from api.settings import Settings
from api.turns import Turns
from sentiment import Classifier
from sentiment.predictions import Predictions

MODEL = "sentiment"
TEXT, LABEL, PROBABILITY = "text", "label", "probability"


def _described(**rule: object) -> Meta:
    """A rule for the description; the code below checks it, because its refusal says more than the decoder's."""
    return Meta(extra_json_schema=rule)


class Input(Struct, frozen=True):
    """A tensor of texts; `shape` is [n] or [n, 1]."""

    name: str
    shape: Annotated[tuple[int, ...], Meta(min_length=1, max_length=2)]
    datatype: Annotated[str, _described(const="BYTES")]
    data: Annotated[tuple[Annotated[str, _described(pattern=NOT_BLANK)], ...], _described(minItems=1)]


class Requested(Struct, frozen=True):
    """An output that is asked for."""

    name: Annotated[str, _described(enum=(LABEL, PROBABILITY))]


class Question(Struct, frozen=True):
    """A request to infer. Where no outputs are named, all are answered."""

    inputs: Annotated[tuple[Input, ...], Meta(min_length=1, max_length=1)]
    id: str | UnsetType = UNSET
    outputs: tuple[Requested, ...] | UnsetType = UNSET


class Output(Struct, frozen=True):
    """`label` as BYTES, or `probability` of the positive class as FP64: one value a text."""

    name: str
    shape: tuple[int]
    datatype: str
    data: Sequence[str | float]


class Answer(Struct, frozen=True):
    model_name: str
    model_version: str
    outputs: list[Output]
    id: str | UnsetType = UNSET


class Tensor(Struct, frozen=True):
    """How a tensor looks; -1 is any number."""

    name: str
    datatype: str
    shape: tuple[int, ...]


class Server(Struct, frozen=True):
    name: str
    version: str
    extensions: tuple[str, ...] = ()


class Model(Struct, frozen=True):
    name: str
    versions: tuple[str, ...]
    platform: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


_QUESTION = msgspec.json.Decoder(Question)


def inference_blueprint(classifier: Classifier, settings: Settings, metrics: Metrics, turns: Turns) -> Blueprint:
    blueprint = Blueprint("inference", __name__, url_prefix="/v2")
    _add_metadata(blueprint, classifier)

    @blueprint.post("/models/<name>/infer")
    @blueprint.post("/models/<name>/versions/<version>/infer")
    def infer(name: str, version: str = classifier.version) -> Response:
        _check_model(name, version, classifier)
        return turns.take(_body(settings), answered)

    def answered(body: bytes) -> Response:
        question = decode(_QUESTION, body, "request_malformed", "not an inference request")
        predictions = classifier.predict(_texts(question.inputs[0], settings))
        metrics.answers.count(predictions)
        return answer(Answer(MODEL, classifier.version, _outputs(question, predictions), question.id))

    return blueprint


def _add_metadata(blueprint: Blueprint, classifier: Classifier) -> None:
    """What answers here, and that it does."""
    inputs, outputs = Tensor(TEXT, "BYTES", (-1,)), (Tensor(LABEL, "BYTES", (-1,)), Tensor(PROBABILITY, "FP64", (-1,)))
    about = Model(MODEL, (classifier.version,), "review-sentiment", (inputs,), outputs)

    @blueprint.get("/health/live")
    def live() -> Response:
        return answer({"live": True})

    @blueprint.get("/health/ready")
    def ready() -> Response:
        return answer({"ready": True})

    @blueprint.get("")
    def server() -> Response:
        return answer(Server("review-sentiment", metadata.version("review-sentiment")))

    @blueprint.get("/models/<name>")
    @blueprint.get("/models/<name>/versions/<version>")
    def model(name: str, version: str = classifier.version) -> Response:
        _check_model(name, version, classifier)
        return answer(about)

    @blueprint.get("/models/<name>/ready")
    @blueprint.get("/models/<name>/versions/<version>/ready")
    def model_ready(name: str, version: str = classifier.version) -> Response:
        _check_model(name, version, classifier)
        return answer({"name": MODEL, "ready": True})


def _body(settings: Settings) -> bytes:
    if "HTTP_INFERENCE_HEADER_CONTENT_LENGTH" in request.environ:
        raise RequestError(415, "binary_data_unsupported", "send tensors in JSON, as `data`: binary data is not taken")
    return read_json(request, settings.max_body_bytes, typed=False)  # Triton's client sends no type


def _check_model(name: str, version: str, classifier: Classifier) -> None:
    if name != MODEL:
        raise RequestError(404, "model_not_found", f"the only model here is `{MODEL}`")
    if version != classifier.version:
        raise RequestError(404, "version_not_found", f"the only version here is `{classifier.version}`")


def _texts(given: Input, settings: Settings) -> tuple[str, ...]:
    """The texts of the one input; RequestError names the field that is wrong."""
    if given.datatype != "BYTES":
        raise RequestError(422, "datatype_unsupported", "`inputs[0].datatype` must be BYTES")
    texts = given.data
    if given.shape not in ((len(texts),), (len(texts), 1)):
        raise RequestError(422, "shape_mismatch", f"`inputs[0].shape` must be [{len(texts)}], as `data` has it")
    check_number(len(texts), "inputs[0].data", settings)
    return tuple(check_text(text, f"inputs[0].data[{place}]", settings) for place, text in enumerate(texts))


def _outputs(question: Question, predictions: Predictions) -> list[Output]:
    """The outputs that are asked for, in that order; all of them where none is named."""
    shape = (len(predictions),)
    labels = [prediction.label for prediction in predictions]
    known = {
        LABEL: Output(LABEL, shape, "BYTES", labels),
        PROBABILITY: Output(PROBABILITY, shape, "FP64", predictions.probability.tolist()),
    }
    if not question.outputs:
        return list(known.values())
    if not all(asked.name in known for asked in question.outputs):
        raise RequestError(422, "output_unknown", f"`outputs` may name {LABEL} and {PROBABILITY}")
    return [known[asked.name] for asked in question.outputs]
