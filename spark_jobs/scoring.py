"""A DataFrame's texts classified on the executors, by the classifier that serves: Arrow in, Arrow out.

The model goes out with the job. Each Python worker writes it down, loads it, which verifies it, and keeps it for all
of its tasks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark import Broadcast
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from sentiment import Classifier
from sentiment.columns import ANSWER, answer_columns, free_name
from sentiment.folder import MANIFEST
from sentiment.reviews import MOST_CHARACTERS, problem_of

Files = dict[str, bytes]  # of a version's folder, by their paths in it

TEXTS = 4096  # that Python gets at once
SQL_TYPES = {str: "string", float: "double", bool: "boolean"}

_loaded: dict[str, Classifier] = {}  # of this Python worker, by version


def score(frame: DataFrame, text: Column, classifier: Classifier) -> DataFrame:
    """Add the columns of `ANSWER`, named so that none of the frame's has that name; null where there is no answer.

    None is given to a text that is null, empty, white space, no valid UTF-8 or longer than MOST_CHARACTERS.
    """
    spark = frame.sparkSession
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(TEXTS))
    files = spark.sparkContext.broadcast(files_of(classifier))
    names = answer_columns(frame.columns)
    whole = free_name("answer", [*frame.columns, *names.values()])
    structure = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in ANSWER.items())

    version = classifier.version

    def answers(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:  # goes to the workers with all that it names
        loaded = _load(version, files)
        for batch in batches:
            yield _answers(loaded, batch.to_pylist())

    classify = F.arrow_udf(answers, structure)  # type: ignore[attr-defined] # pyspark doesn't declare it
    answered = frame.withColumn(whole, classify(F.try_validate_utf8(text.cast("string"))))
    return answered.withColumns({new: answered[whole][name] for name, new in names.items()}).drop(whole)


def files_of(classifier: Classifier) -> Files:
    """What its folder holds."""
    names = [MANIFEST, *classifier.manifest.files]
    return {name: (classifier.path / name).read_bytes() for name in names}


def _load(version: str, files: Broadcast[Files]) -> Classifier:
    if version not in _loaded:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.value.items():
                path = Path(folder, version, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            _loaded[version] = Classifier.load(Path(folder, version))
    return _loaded[version]


def _answers(classifier: Classifier, texts: Sequence[str | None]) -> pa.StructArray:
    """A struct for each text, null where it can't be classified."""
    usable = np.array([text is not None and problem_of(text, MOST_CHARACTERS) is None for text in texts], bool)
    given = classifier.predict([text for text, use in zip(texts, usable, strict=True) if text and use])
    positive = given.sentiment == 1
    arrays = (
        np.where(positive, "positive", "negative"),
        given.probability,
        np.where(positive, given.probability, 1.0 - given.probability),
        given.needs_review,
        np.full(len(given), classifier.version),
    )
    places = pa.array(np.cumsum(usable) - 1, mask=~usable)
    return pa.StructArray.from_arrays([pa.array(each) for each in arrays], names=list(ANSWER)).take(places)
