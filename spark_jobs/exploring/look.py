"""The whole look at a data set: read once, then count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from sentiment.textrule import default_text_rule
from spark_jobs.columns import LANGUAGE, SPLIT, TEXT
from spark_jobs.exploring import counting
from spark_jobs.exploring.characters import changed, troubles
from spark_jobs.exploring.findings import Findings, Leak
from spark_jobs.exploring.leaks import leaks
from spark_jobs.exploring.rows import Wanted, account, cached, cleaned, kept, read_rows, read_texts, texts_of, with_text
from spark_jobs.exploring.telling import telling
from spark_jobs.progress import Progress
from spark_jobs.reading import Columns
from spark_jobs.splitting import with_groups


@dataclass(frozen=True)
class Look:
    """What to look at; `split` names the column of the sides, `against` a second data set, to look for leaks."""

    inputs: Sequence[str]
    columns: Columns = Columns()
    split: str | None = None
    against: str | None = None


def look_at(spark: SparkSession, look: Look, say: Progress) -> Findings:
    """Count everything; DataError where the inputs can't be read."""
    say(f"reading {', '.join(look.inputs)}")
    rule = default_text_rule()
    read = read_rows(spark, look.inputs, Wanted(look.columns, look.split))
    against = read_texts(spark, look.against, look.columns.text) if look.against else None
    with (
        cached(cleaned(read)) as rows,
        cached(texts_of(rows)) as texts,
        cached(kept(texts, rule)) as learned,
    ):
        shared: tuple[Leak, ...] = ()
        if look.split or look.against:
            say("cleaning, and looking for leaks")
            shared = leaks(_sides(look, rows, against), rule)
        cleaning = account(rows, texts)
        say(f"{cleaning}; looking for near-copies and templates")
        templates = counting.templates(with_groups(learned))
        languages = counting.parts(learned, LANGUAGE)
        say(f"{templates.groups:,} independent groups of texts; counting the rest, words and pairs last")
        return Findings(
            inputs=tuple(look.inputs),
            cleaning=cleaning._asdict(),
            files=counting.files(rows),
            splits=counting.parts(rows, SPLIT) if look.split else (),
            unknown_labels=counting.unknown_labels(rows),
            repeats=counting.repeats(texts),
            conflicts=counting.conflicts(texts),
            changed=changed(rows),
            troubles=troubles(rows),
            languages=languages,
            lengths=counting.lengths(learned),
            histogram=counting.histogram(learned),
            templates=templates,
            telling=telling(learned, languages),
            leaks=shared,
        )


def _sides(look: Look, rows: DataFrame, against: DataFrame | None) -> DataFrame:
    """(text, split) of all that leaks are looked for in."""
    own = rows.withColumn(SPLIT, F.coalesce(SPLIT, F.lit("(none)" if look.split else "the data")))
    both = own if against is None else own.unionByName(cleaned(against))
    return with_text(both).select(TEXT, SPLIT)
