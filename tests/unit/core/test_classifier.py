"""The classifier answers by the definition, explains its answers, and refuses what is not whole."""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import Classifier, folder
from sentiment.cleaning import clean
from sentiment.errors import ModelError
from sentiment.scoring import OWN_BYTES, PIECE
from tests.tiny import RULE, WEIGHTS, bucket_of, plain_margin, write_tiny_model
from tests.unit.conftest import NOBODY

BY_BUCKET = {bucket_of(term): weight for term, weight in WEIGHTS.items()}
REVIEWS = st.text() | st.lists(st.sampled_from([*WEIGHTS, "the", "film", "not", ",", "<br>", "É"])).map(" ".join)

THREADS = [(thread, place) for thread in range(6) for place in range(50)]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def classifier(models: Path) -> Classifier:
    return Classifier.load(models)


@given(text=REVIEWS)
def test_margins_are_the_plain_sums_to_the_last_bit(classifier: Classifier, text: str) -> None:
    assert classifier.predict([text]).margin[0] == plain_margin(clean(text), RULE, BY_BUCKET)


@pytest.mark.parametrize("texts", [PIECE, PIECE + 1, 3 * PIECE + 5])
def test_a_text_has_the_answer_in_a_batch_that_it_has_alone(classifier: Classifier, texts: int) -> None:
    batch = [f"{'wonderful ' * (place % 7)}film, not bad " * (place % 50) for place in range(texts)]
    batch[texts // 2] = "awful " + "é" * OWN_BYTES
    batch[0], batch[1] = ("film " * OWN_BYTES)[:OWN_BYTES], ("film " * OWN_BYTES)[: OWN_BYTES + 1]
    alone = [classifier.predict([text]) for text in batch]
    together = classifier.predict(batch)
    assert together.margin.tolist() == [one.margin[0] for one in alone]
    assert together.counts.tolist() == [one.counts[0].tolist() for one in alone]


def test_texts_are_not_kept_alive(classifier: Classifier) -> None:
    good, bad = " ".join(["a good film"]), " ".join(["a bad", "\ud800"])
    before = sys.getrefcount(good), sys.getrefcount(bad)
    classifier.predict([good, bad])
    with pytest.raises(UnicodeEncodeError):
        classifier.predict_cleaned([good, bad])
    assert (sys.getrefcount(good), sys.getrefcount(bad)) == before


def test_threads_share_a_classifier(classifier: Classifier) -> None:
    batches = [[f"{'good ' * (place % 9)}film {thread}", "bad " * (5_000 * (thread % 2))] for thread, place in THREADS]
    alone = [classifier.predict(batch).margin.tolist() for batch in batches]
    with ThreadPoolExecutor(6) as pool:
        together = pool.map(lambda batch: classifier.predict(batch).margin.tolist(), batches)
        assert [*together] == alone


@pytest.mark.parametrize("text", [np.str_("a good film"), type("Text", (str,), {})("a good film")])
def test_what_is_a_string_of_another_class_is_a_text(classifier: Classifier, text: str) -> None:
    assert classifier.predict([text]).margin == classifier.predict(["a good film"]).margin


@pytest.mark.parametrize("text", [None, 1, b"a good film", ["a good film"]])
def test_what_is_no_string_is_refused(classifier: Classifier, text: object) -> None:
    for texts in ([text], ["a good film", text]):
        with pytest.raises(TypeError):
            classifier.predict_cleaned(texts)  # type: ignore[arg-type]


@given(text=REVIEWS)
def test_an_explanation_adds_up_to_the_margin_and_points_into_the_text(classifier: Classifier, text: str) -> None:
    explanation = classifier.explain(text)
    total = 0.0
    for term in explanation.terms:
        total += term.weight
        start, end = term.spans[0]
        assert " ".join(RULE.tokens(explanation.text[start:end])) == term.text
    assert total + explanation.intercept == explanation.margin == classifier.predict([text]).margin[0]


def test_the_strongest_terms_are_the_heaviest_whichever_label_they_speak_for(classifier: Classifier) -> None:
    explanation = classifier.explain("Not good, great!")
    assert [term.text for term in explanation.strongest(2)] == ["not good", "great"]


def test_each_of_the_terms_that_a_bucket_was_learned_from_is_told(tmp_path: Path) -> None:
    version = write_tiny_model(tmp_path) / "tiny-1"
    weights, lines = folder.read_weights(version), folder.read_terms(version, len(WEIGHTS))
    learned = {"good": ("good", "gut"), "bad": ()}
    terms = [learned.get(line, (line,)) for line in lines]
    folder.write_parts(version, weights, terms, folder.read_checks(version))
    folder.write_manifest(version, folder.read_manifest(version))
    told = {term.text: term.learned_as for term in Classifier.load(version).explain("good, bad, great").terms}
    assert told == {"good": ("good", "gut"), "bad": (), "great": ("great",)}


def test_because_names_the_five_heaviest_terms_the_heaviest_first(classifier: Classifier) -> None:
    assert [term.term for term in classifier.because("Wonderful, not bad!", most=2)] == ["not bad", "wonderful"]
    against, in_favour = classifier.because("Not good, great!", most=2)
    assert (against.term, in_favour.term) == ("not good", "great")
    assert against.weight < 0 < in_favour.weight
    assert len(classifier.because("good great wonderful brilliant loved magnifique")) == 5


def test_labels_confidence_and_the_review_band_fit_the_probability(classifier: Classifier) -> None:
    predictions = classifier.predict(["wonderful", "awful", "", "good film it is, in a way, so to say"])
    for prediction, probability in zip(predictions, predictions.probability, strict=True):
        assert prediction.sentiment == (probability > 0.5)
        assert prediction.label == ("positive" if probability > 0.5 else "negative")
        assert prediction.confidence == max(probability, 1 - probability)
        assert prediction.needs_review == (0.35 < probability < 0.65)
    assert predictions.unseen[2] == 1.0
    assert predictions[0].label == "positive"


def test_a_huge_margin_gives_a_probability_of_one_without_a_warning(classifier: Classifier) -> None:
    from sentiment.predictions import probabilities

    assert probabilities(np.array([1e6, -1e6, 0.0])).tolist() == [1.0, 0.0, 0.5]


def test_an_empty_batch_has_no_predictions(classifier: Classifier) -> None:
    assert len(classifier.predict([])) == 0
    assert list(classifier.predict([])) == []


@pytest.mark.parametrize("name", ["coefficients.npz", "terms.txt.gz", "checks.jsonl"])
def test_a_changed_file_is_refused(tmp_path: Path, name: str) -> None:
    models = write_tiny_model(tmp_path)
    path = models / "tiny-1" / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ModelError, match=f"{name} is not the file that was saved"):
        Classifier.load(models)


@pytest.mark.parametrize("name", ["coefficients.npz", "terms.txt.gz", "checks.jsonl"])
def test_a_missing_file_is_refused(tmp_path: Path, name: str) -> None:
    models = write_tiny_model(tmp_path)
    (models / "tiny-1" / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        Classifier.load(models)


def test_a_file_that_may_not_be_read_is_refused(anyone: Path) -> None:
    version = write_tiny_model(anyone) / "tiny-1"
    manifest = folder.read_manifest(version)
    (version / "terms.txt.gz").chmod(0)
    os.seteuid(os.geteuid() or NOBODY)
    with pytest.raises(ModelError, match=r"terms\.txt\.gz can't be read: .*Permission denied"):
        folder.verify_files(version, manifest)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"intercept": 0.5}, "not as it was saved"),
        ({"labels": ["positive", "negative"]}, "not as it was saved"),
        ({"format": 99}, "format 99"),
        ({"format": 99, "surprise": 1}, "format 99"),
        ({"surprise": 1}, "surprise"),
        ({"files": {}}, "no checksum"),
    ],
)
def test_a_changed_description_is_refused(tmp_path: Path, change: dict[str, object], message: str) -> None:
    models = write_tiny_model(tmp_path)
    path = models / "tiny-1" / "model.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelError, match=message):
        Classifier.load(models)


def test_a_band_that_was_changed_by_hand_is_refused(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path) / "tiny-1" / "model.json"
    path.write_text(path.read_text().replace('"review_above": 0.35', '"review_above": 0.5'))
    with pytest.raises(ModelError, match="not as it was saved"):
        Classifier.load(tmp_path)


def test_a_description_that_names_a_file_elsewhere_is_refused(tmp_path: Path) -> None:
    models = write_tiny_model(tmp_path)
    path = models / "tiny-1" / "model.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../current"] = "0" * 64
    path.write_text(json.dumps(manifest))
    with pytest.raises(ModelError, match="outside of the model's folder"):
        Classifier.load(models)


def test_no_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="sentiment train"):
        Classifier.load(tmp_path)
