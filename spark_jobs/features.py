"""The text rule as stages of Spark's own: cleaned text -> tokens -> terms -> buckets -> features.

What is saved of them loads in any Spark, without this project's code. It takes texts as `sentiment.cleaning.clean`
leaves them: entities, breaks and composition are no stages.
"""

from __future__ import annotations

from pyspark.ml import Transformer
from pyspark.ml.feature import HashingTF, NGram, Normalizer, RegexTokenizer, SQLTransformer
from pyspark.sql import DataFrame

from sentiment.textrule import TextRule
from spark_jobs.columns import COUNTS, FEATURES, TERMS, TEXT, TOKENS


def token_stages(rule: TextRule) -> list[Transformer]:
    """Cleaned text to tokens."""
    fold = f"SELECT *, translate({TEXT}, {_quoted(rule.upper)}, {_quoted(rule.lower)}) AS folded FROM __THIS__"
    return [
        SQLTransformer(statement=fold),
        RegexTokenizer(inputCol="folded", outputCol=TOKENS, pattern=rule.pattern, gaps=False, toLowercase=False),
    ]


def bucket_stages(rule: TextRule, buckets: int) -> list[Transformer]:
    """Tokens to one normalised vector: each distinct bucket is worth 1 / sqrt(distinct buckets)."""
    orders = range(2, rule.max_order + 1)
    runs = [NGram(n=n, inputCol=TOKENS, outputCol=f"runs_{n}") for n in orders]
    columns = ", ".join([TOKENS, *(run.getOutputCol() for run in runs)])
    return [
        *runs,
        SQLTransformer(statement=f"SELECT *, concat({columns}) AS {TERMS} FROM __THIS__"),
        HashingTF(inputCol=TERMS, outputCol=COUNTS, numFeatures=buckets, binary=True),
        Normalizer(inputCol=COUNTS, outputCol=FEATURES, p=2.0),
    ]


def _quoted(characters: str) -> str:
    """A string literal of Spark SQL."""
    return "'" + characters.replace("\\", "\\\\").replace("'", "\\'") + "'"


def apply(stages: list[Transformer], frame: DataFrame) -> DataFrame:
    """The stages, one after the other."""
    for stage in stages:
        frame = stage.transform(frame)
    return frame
