"""The findings in words and tables, the same for the terminal and for the page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import zip_longest
from typing import NamedTuple

from spark_jobs.cleaning import Cleaning
from spark_jobs.exploring.findings import Bin, ByClass, Example, Findings, Leak, Part, Telling, Templates, Term
from spark_jobs.exploring.weak_spots import LANGUAGES, verdict, weak_spots


class Kind(Enum):
    """How a column is shown: our own words, a figure, a share as a bar, or what a user wrote."""

    WORDS = auto()
    FIGURE = auto()
    BAR = auto()
    QUOTE = auto()


class Column(NamedTuple):
    name: str
    kind: Kind = Kind.FIGURE


Cell = str | int | float


class Table(NamedTuple):
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Section(NamedTuple):
    """`points` are sentences to be listed."""

    title: str
    text: str = ""
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


SHARE = Column("", Kind.BAR)
EXAMPLE = Column("example", Kind.QUOTE)
BY_CLASS = (Column("positive"), Column("negative"))


def printable(text: str) -> str:
    """A user's text on one line, without what could steer a terminal or turn the writing around."""
    return "".join(each if each.isprintable() else "\ufffd" for each in " ".join(text.split()))


def sections(found: Findings) -> tuple[Section, ...]:
    """The whole account, what matters most first; parts that have nothing to say are left out."""
    return tuple(
        section
        for section in (
            Section("In short", verdict(found), weak_spots(found)),
            _rows(found),
            _labels(found),
            *_leaks(found.leaks),
            _parts("Languages of the texts", found.languages, "language"),
            _lengths(found),
            _templates(found.templates, found.kept.count),
            _examples("Repeated texts", found.repeats),
            _examples("Texts under both labels", found.conflicts),
            _characters(found),
            *(_telling(telling) for telling in found.telling),
        )
        if section.text or section.tables
    )


def _rows(found: Findings) -> Section:
    tables = [_part_table(parts, name) for parts, name in ((found.files, "file"), (found.splits, "side")) if parts]
    return Section("Rows", f"{Cleaning(**found.cleaning)}.", tables=tuple(tables))


def _labels(found: Findings) -> Section:
    counts = (("positive", found.kept.positive), ("negative", found.kept.negative))
    rows = tuple((name, count, count / max(found.kept.count, 1)) for name, count in counts)
    tables = [Table((Column("label", Kind.WORDS), Column("texts"), SHARE), rows)]
    if found.unknown_labels:
        tables.append(_example_table(found.unknown_labels, "label that is not known"))
    return Section("Labels of the texts", tables=tuple(tables))


def _parts(title: str, parts: Sequence[Part], name: str) -> Section:
    named = [Part(LANGUAGES[part.name], part.count, part.positive, part.negative) for part in parts]
    return Section(title, tables=(_part_table(named, name),) if named else ())


def _part_table(parts: Sequence[Part], name: str) -> Table:
    whole = max(sum(part.count for part in parts), 1)
    rows = tuple((part.name, part.count, part.positive, part.negative, part.count / whole) for part in parts)
    return Table((Column(name, Kind.WORDS), Column("count"), *BY_CLASS, SHARE), rows)


def _leaks(leaks: Sequence[Leak]) -> Iterator[Section]:
    leaking = [leak for leak in leaks if leak.one.alike]
    if leaks:
        shared = f"{len(leaking):,} of {len(leaks):,} pairs of sides"
        yield Section("Leaks", f"Whole texts, sentences or templates in common: {shared}.")
    yield from map(_leak, leaking)


def _leak(leak: Leak) -> Section:
    sides = (Column("side", Kind.WORDS), Column("texts"), Column("in both"), Column("alike in both"), SHARE)
    rows = tuple(
        (side.name, side.texts, leak.exact, side.alike, side.alike / side.texts) for side in (leak.one, leak.other)
    )
    examples = (Column("1st side"), Column("2nd side"), Column("what most share", Kind.QUOTE))
    shared = tuple((each.one, each.other, each.example) for each in leak.examples)
    return Section(
        f"Leaks between {leak.one.name} and {leak.other.name}", tables=(Table(sides, rows), Table(examples, shared))
    )


def _lengths(found: Findings) -> Section:
    marks = ("least", "quarter", "median", "3 quarters", "most")
    rows = tuple(
        (f"{row.of}, {unit}", *getattr(row, unit)) for unit in ("tokens", "characters") for row in found.lengths
    )
    quartiles = Table((Column("texts", Kind.WORDS), *map(Column, marks)), rows)
    most = max((bin_.positive + bin_.negative for bin_ in found.histogram), default=1)
    bins = tuple(
        (_span(each), each.positive, each.negative, (each.positive + each.negative) / most) for each in found.histogram
    )
    bars = Table((Column("tokens", Kind.WORDS), *BY_CLASS, SHARE), bins)
    return Section("Lengths", tables=(quartiles, bars) if rows else ())


def _span(bin_: Bin) -> str:
    if bin_.high is None:
        return f"{bin_.low:,} and more"
    return f"{bin_.low:,}" if bin_.low == bin_.high else f"{bin_.low:,}–{bin_.high:,}"


def _templates(templates: Templates, kept: int) -> Section:
    rows = tuple((each.texts, each.positive, each.negative, each.example) for each in templates.largest)
    table = Table((Column("texts"), *BY_CLASS, EXAMPLE), rows)
    text = (
        f"{kept:,} distinct texts in {templates.groups:,} independent groups; texts that share a sentence, or their "
        "opening where they are short, are one group."
    )
    return Section("Near-copies and templates", text, tables=(table,) if rows else ())


def _examples(title: str, examples: Sequence[Example]) -> Section:
    return Section(title, tables=(_example_table(examples, "text"),) if examples else ())


def _example_table(examples: Sequence[Example], name: str) -> Table:
    return Table((Column("rows"), Column(name, Kind.QUOTE)), tuple((each.count, each.text) for each in examples))


def _characters(found: Findings) -> Section:
    columns = (Column("found", Kind.WORDS), Column("rows"), Column("cleaning", Kind.WORDS), EXAMPLE)
    rows = tuple(
        (each.what, each.rows, "mends it" if each.mended else "leaves it", each.example) for each in found.troubles
    )
    text = f"Cleaning changes {found.changed:,} of {found.cleaning['rows']:,} texts."
    return Section("Markup and odd characters", text, tables=(Table(columns, rows),) if rows else ())


def _telling(telling: Telling) -> Section:
    language = "" if telling.language == "all" else f", {LANGUAGES[telling.language]}"
    tables = tuple(
        _sides(sides, name)
        for sides, name in ((telling.words, "word"), (telling.pairs, "pair"))
        if any((sides.positive, sides.negative))
    )
    text = (
        f"In {telling.positive:,} positive and {telling.negative:,} negative texts. “odds” is the odds that a text of "
        "the term's class has it, over the odds that a text of the other class does."
    )
    return Section(f"Most telling words and pairs{language}", text, tables=tables)


def _sides(sides: ByClass, name: str) -> Table:
    """Both classes side by side."""
    columns = tuple(
        column
        for side in ("positive", "negative")
        for column in (Column(f"{side} {name}", Kind.WORDS), Column("texts"), Column("odds"))
    )
    pairs = zip_longest(map(_term, sides.positive), map(_term, sides.negative), fillvalue=("", "", ""))
    return Table(columns, tuple((*one, *other) for one, other in pairs))


def _term(term: Term) -> tuple[Cell, ...]:
    return term.term, term.positive + term.negative, f"×{math.exp(abs(term.log_odds)):,.1f}"
