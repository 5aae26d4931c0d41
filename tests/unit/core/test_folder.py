"""A folder whose sums are right is refused all the same where what it holds can't be a model's."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
import numpy as np
import pytest
from msgspec.structs import replace

from sentiment import Classifier, folder
from sentiment.errors import ModelError
from sentiment.manifest import Hashing
from tests.tiny import RULE, WEIGHTS, write_tiny_model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"intercept": 0.5}, "not the saved"),
        ({"hashing": Hashing(100)}, "power of two"),
        ({"hashing": Hashing(32)}, "power of two"),
        ({"hashing": Hashing(1 << 25)}, "power of two"),
        ({"hashing": Hashing(1 << 24)}, "not the saved"),
        ({"hashing": Hashing(64)}, "only 64 buckets"),
        ({"text_rule": replace(RULE, lower=RULE.lower[1:])}, "must be as long"),
        ({"text_rule": replace(RULE, upper="", lower="")}, "must be as long"),
        ({"text_rule": replace(RULE, max_order=0)}, "from 1 to 8"),
        ({"text_rule": replace(RULE, max_order=1)}, "not the saved"),
        ({"text_rule": replace(RULE, max_order=8)}, "not the saved"),
        ({"text_rule": replace(RULE, max_order=9)}, "from 1 to 8"),
        ({"text_rule": replace(RULE, upper="ÉA", lower="éà")}, "more bytes of UTF-8"),
        ({"text_rule": replace(RULE, upper="AB", lower="Bb")}, "is folded itself"),
        ({"text_rule": replace(RULE, word=(*RULE.word, (0x20, 0x20)))}, "a space is in a token"),
        ({"text_rule": replace(RULE, mark=((0x21, 0x21),))}, "must be marks"),
        ({"text_rule": replace(RULE, word=((0x61, 0x7A),))}, "digits parts of words"),
    ],
)
def test_a_model_that_was_saved_wrong_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    version = write_tiny_model(tmp_path) / "tiny-1"
    folder.write_manifest(version, replace(folder.read_manifest(version), **change))
    with pytest.raises(ModelError, match=message):
        Classifier.load(version)


@pytest.mark.parametrize(
    ("name", "change", "refusal"),
    [
        ("margin", 1e-15, pytest.raises(ModelError, match="not the saved")),
        ("probability", 1e-9, pytest.raises(ModelError, match="not the saved")),
        ("probability", 1e-13, nullcontext()),  # which the C library's exp() may differ by
    ],
)
def test_a_golden_margin_is_the_same_to_the_last_bit_and_its_probability_hardly_differs(
    tmp_path: Path, name: str, change: float, refusal: AbstractContextManager[object]
) -> None:
    version = write_tiny_model(tmp_path) / "tiny-1"
    checks = [replace(check, **{name: getattr(check, name) + change}) for check in folder.read_checks(version)]
    (version / "checks.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(checks))
    folder.write_manifest(version, folder.read_manifest(version))
    with refusal:
        Classifier.load(version)


def test_the_same_weights_give_the_same_bytes_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    for seconds in (1_700_000_000.0, 1_800_000_000.0):
        monkeypatch.setattr("time.time", lambda now=seconds: now)
        version = write_tiny_model(tmp_path / str(seconds)) / "tiny-1"
        written.append({path.name: path.read_bytes() for path in version.iterdir()})
    assert written[0] == written[1]


class Harmful:
    """What runs code where it is read as a pickle."""

    def __reduce__(self) -> tuple[Callable[[], None], tuple[()]]:
        return harm, ()


def harm() -> None:
    raise AssertionError("code of a model's file ran")


def saved(save: Callable[..., None], *arrays: object, **named: object) -> bytes:
    file = io.BytesIO()
    save(file, *arrays, **named)
    return file.getvalue()


def weights(buckets: list[int], coefficients: list[float], of: type = np.uint32, as_: type = np.float64) -> bytes:
    return saved(np.savez_compressed, buckets=np.array(buckets, of), coefficients=np.array(coefficients, as_))


ARCHIVE = weights([1, 2], [1.0, 1.0])


def test_a_coefficient_beyond_the_last_bucket_is_refused(tmp_path: Path) -> None:
    version = write_tiny_model(tmp_path) / "tiny-1"
    (version / "coefficients.npz").write_bytes(weights([*range(65 - len(WEIGHTS), 65)], [1.0] * len(WEIGHTS)))
    folder.write_manifest(version, replace(folder.read_manifest(version), hashing=Hashing(64)))
    with pytest.raises(ModelError, match="bucket 64 has a coefficient, but there are only 64 buckets"):
        Classifier.load(version)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("coefficients.npz", saved(np.savez, buckets=np.array([Harmful()], object), coefficients=np.array([1.0]))),
        ("coefficients.npz", saved(np.savez, buckets=np.uint32(1), coefficients=np.float64(1))),
        ("coefficients.npz", saved(np.save, np.zeros(1))),
        ("coefficients.npz", b""),
        ("coefficients.npz", ARCHIVE[:-30]),
        ("coefficients.npz", ARCHIVE[:61] + b"\xff" * 10 + ARCHIVE[71:]),
        ("coefficients.npz", saved(np.savez, buckets=np.array([1], np.uint32))),
        ("coefficients.npz", weights([1, 2], [1.0, 1.0], of=np.int64)),
        ("coefficients.npz", weights([1, 2], [1.0, 1.0], as_=np.float32)),
        ("coefficients.npz", weights([1, 2], [1.0])),
        ("coefficients.npz", weights([1, 1], [1.0, 1.0])),
        ("coefficients.npz", weights([1, 2], [1.0, np.inf])),
        ("terms.txt.gz", b"good"),
        ("terms.txt.gz", gzip.compress(b"good\n" * len(WEIGHTS))[:-9]),
        ("terms.txt.gz", gzip.compress(b"good\n" * len(WEIGHTS))[:10] + b"\xff" * 20),
        ("terms.txt.gz", gzip.compress(b"\xff\n" * len(WEIGHTS))),
        ("terms.txt.gz", gzip.compress(b"good\n" * (len(WEIGHTS) - 1))),
        ("checks.jsonl", b""),
        ("checks.jsonl", b'{"text": "\xff", "margin": 0.0, "probability": 0.5}'),
        ("checks.jsonl", b'{"x": ' + b"[" * 100_000),
    ],
    ids=[
        "pickle",
        "scalars",
        "no archive",
        "empty",
        "cut archive",
        "damaged archive",
        "no coefficients",
        "other integers",
        "other floats",
        "too few",
        "not ascending",
        "infinite",
        "no gzip",
        "cut",
        "damaged",
        "terms are no UTF-8",
        "a term less",
        "no check",
        "no UTF-8",
        "too deep",
    ],
)
def test_a_file_that_can_not_be_read_is_refused_though_its_sum_is_right(
    tmp_path: Path, name: str, content: bytes
) -> None:
    models = write_tiny_model(tmp_path)
    path, description = models / "tiny-1" / name, models / "tiny-1" / "model.json"
    path.write_bytes(content)
    manifest = json.loads(description.read_text())
    manifest["files"][name] = folder.sha256(path)
    description.write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match=f"{name} (can't be read|must hold|has 14 lines for 15|holds no check)"):
        Classifier.load(models)
