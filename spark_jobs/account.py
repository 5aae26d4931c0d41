"""What a training run says of its data and of its result, in words and in `model.json`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from spark_jobs.caveats import caveats, no_better, uncalibrated
from spark_jobs.cleaning import Cleaning
from spark_jobs.columns import FILM, LABEL, LANGUAGE, SPLIT, TEST, TEXT, TRAIN
from spark_jobs.evaluating import Scored
from spark_jobs.files import UNDECODED
from spark_jobs.publishing import Published
from spark_jobs.report import Extras, LearningPoint, languages
from spark_jobs.report.wording import figure
from spark_jobs.searching import Search
from spark_jobs.splitting import Split
from spark_jobs.weighing import Group, groups

LEAST_ROWS, ONE_SIDED = 100, 0.6  # of inputs weighed together; the share of one class
UNDECODED_SHARE = 0.005  # a few were there already when the reviews were collected


def describe(account: Cleaning, split: Split, inputs: Sequence[str], tests: Sequence[str]) -> dict[str, Any]:
    """What the model folder says of its data, with warnings in words."""
    films = not split.frame.where(F.col(FILM).isNotNull()).isEmpty()  # their reviews are groups, but no near-copies
    counted = split.frame.groupBy(SPLIT).count().collect()
    sizes = {row[SPLIT]: row["count"] for row in counted}
    fingerprint = split.frame.agg(F.bit_xor(F.xxhash64(TEXT, LABEL))).collect()[0][0]
    return {
        "inputs": _names(inputs),
        "tests": _names(tests),
        "cleaning": account._asdict(),
        "groups": split.groups,
        "split": {side: sizes.get(side, 0) for side in (TRAIN, TEST)},
        "fingerprint": f"{fingerprint & (1 << 64) - 1:016x}",
        "warnings": [
            *caveats(account, None if films else split.groups, split.leaking),
            *_leaks(split),
            *_undecoded(split),
        ],
    }


def one_sided(split: Split) -> list[str]:
    """Which inputs are mostly of one class: equal weights for both then change what confidence means, or, where one
    class is too rare, are not given.
    """
    found = groups(split.frame.where(F.col(SPLIT) == TRAIN))
    return [
        _one_sided(group)
        for group in sorted(found, key=lambda group: (-group.rows, group.sources))
        if group.rows >= LEAST_ROWS and max(group.positive, group.negative) > ONE_SIDED * group.rows
    ]


def _one_sided(group: Group) -> str:
    names = ", ".join(_names(group.sources))
    if group.is_weighed:
        return (
            f"{group.positive / group.rows:.0%} of the training texts of {names} are positive, and confidence is given "
            "as if half were: if as many are where it is used, train with --prior observed"
        )
    most, label = max((group.positive, "positive"), (group.negative, "negative"))
    others = "there are no others" if most == group.rows else "the others are too few to count as much"
    return (
        f"{most:,} of the {group.rows:,} training texts of {names} are {label}: {others}, so each text counts as one "
        f"and confidence leans to {label}; add an --input with more of the other class"
    )


def _names(entries: Sequence[str]) -> list[str]:
    return [entry.rstrip("/").rsplit("/", 1)[-1] for entry in entries]


def extras(search: Search, curve: Sequence[LearningPoint], train: DataFrame) -> Extras:
    """What the report shows of the training itself."""
    counted = train.groupBy(LANGUAGE).count().orderBy(F.desc("count"), LANGUAGE).collect()
    return Extras(search.table, curve, {row[LANGUAGE]: row["count"] for row in counted})


def _leaks(split: Split) -> list[str]:
    if not split.leaking:
        return []
    return [f"{split.leaking:,} rows are near-copies of a test row, or about its film: they were not trained on"]


def _undecoded(split: Split) -> list[str]:
    undecoded = F.count_if(F.contains(TEXT, F.lit(UNDECODED)))
    rows, texts = split.frame.agg(F.count("*"), undecoded).collect()[0]
    if texts <= UNDECODED_SHARE * rows:
        return []
    return [f"{texts:,} texts hold {UNDECODED}, which stands for bytes that are no UTF-8: save the files as UTF-8"]


def write_rows(scored: Scored, path: Path) -> None:
    """The test rows, with their labels, as JSON lines, mixed: the first few stand for all."""
    found = zip(scored.text, scored.label.tolist(), scored.language.tolist(), strict=True)
    rows = sorted(found, key=lambda row: (crc32(row[0].encode()), row))
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (msgspec.json.encode({"text": text, "label": label, "language": lang}) for text, label, lang in rows)
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def summary(published: Published) -> str:
    """The result in a few lines for people."""
    manifest = published.manifest
    lines = [f"model {manifest.version} in {published.path}, now current"]
    for name in ("all", *languages(published.scored)):
        scores = manifest.metrics[name]
        figures = ", ".join(f"{what} {figure(scores[what])}" for what in ("accuracy", "precision", "recall", "f1"))
        lines.append(f"  test rows, {name:5}: {scores['n']:6,} rows, {figures}, ROC AUC {figure(scores['roc_auc'])}")
    confusion = manifest.metrics["all"]["confusion"]
    lines.append("  confusion: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in confusion.items()))
    lines += [f"  warning: {caveat}" for caveat in uncalibrated(manifest.calibration)]
    lines += [
        f"  warning: {caveat} (`sentiment models rollback` goes back to the version before it, if there is one)"
        for caveat in no_better(confusion)
    ]
    parity = manifest.parity
    if parity:
        lines.append(
            f"  parity with Spark: {parity.labels_equal} of {parity.rows} labels and {parity.margins_equal} margins "
            f"equal, largest difference in probability {parity.max_abs_dp:.1e}"
        )
    return "\n".join(lines)
