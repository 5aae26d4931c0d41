"""What the look at a data set finds: numbers and short examples, without a word on how they are shown."""

from __future__ import annotations

from msgspec import Struct


class Part(Struct, frozen=True):
    """Rows or texts that have something in common: their file, their side of a split, their language."""

    name: str
    count: int
    positive: int
    negative: int


class Example(Struct, frozen=True):
    """The start of a text (or a label as the file spells it), and how many rows have it."""

    text: str
    count: int


class Lengths(Struct, frozen=True):
    """Minimum, quartiles and maximum of the texts' lengths; `of` is `all`, `positive` or `negative`."""

    of: str
    characters: tuple[int, ...]
    tokens: tuple[int, ...]


class Bin(Struct, frozen=True):
    """Texts of `low` to `high` tokens; the last bin has no `high`."""

    low: int
    high: int | None
    positive: int
    negative: int


class Template(Struct, frozen=True):
    """Texts that share sentences, or their opening where they are short; `example` is one of them."""

    texts: int
    positive: int
    negative: int
    example: str


class Templates(Struct, frozen=True):
    """`groups` of texts that are independent of one another, and the largest of them."""

    groups: int
    largest: tuple[Template, ...]


class Trouble(Struct, frozen=True):
    """Something in the rows' characters; cleaning has `mended` it, or it stays in the text."""

    what: str
    rows: int
    mended: bool
    example: str


class Term(Struct, frozen=True):
    """A word or pair, the texts of each class that have it, and the logarithm of the ratio of the odds."""

    term: str
    positive: int
    negative: int
    log_odds: float


class ByClass(Struct, frozen=True):
    """The terms that tell most for each class, the strongest first."""

    positive: tuple[Term, ...]
    negative: tuple[Term, ...]


class Telling(Struct, frozen=True):
    """The most telling words and pairs of the `positive` and `negative` texts of one language, or of `all`."""

    language: str
    positive: int
    negative: int
    words: ByClass
    pairs: ByClass


class Shared(Struct, frozen=True):
    """A sentence (or a text with a template's opening) that texts of both sides have, and how many of each."""

    one: int
    other: int
    example: str


class Side(Struct, frozen=True):
    """A side of a split or a data set: its distinct texts, and those that share something with the other side."""

    name: str
    texts: int
    alike: int


class Leak(Struct, frozen=True):
    """What two sides have in common: `exact` texts stand on both.

    `alike` of each side counts the texts that share a sentence or an opening with the other side, exact ones included;
    `examples` is what most texts share.
    """

    one: Side
    other: Side
    exact: int
    examples: tuple[Shared, ...]


class Findings(Struct, frozen=True):
    """All of it, for the terminal, the page and JSON.

    `files`, `splits`, `unknown_labels`, `changed` and `troubles` count rows as they are read; `repeats` and `conflicts`
    are texts with their rows; `languages`, `lengths`, `histogram`, `templates` and `telling` count the distinct texts
    that training keeps; `leaks` counts all distinct texts, with a label or without.
    """

    inputs: tuple[str, ...]
    cleaning: dict[str, int]
    files: tuple[Part, ...]
    splits: tuple[Part, ...]
    unknown_labels: tuple[Example, ...]
    repeats: tuple[Example, ...]
    conflicts: tuple[Example, ...]
    changed: int
    troubles: tuple[Trouble, ...]
    languages: tuple[Part, ...]
    lengths: tuple[Lengths, ...]
    histogram: tuple[Bin, ...]
    templates: Templates
    telling: tuple[Telling, ...]
    leaks: tuple[Leak, ...]

    @property
    def kept(self) -> Part:
        """All the texts that training keeps."""
        positive, negative = (sum(getattr(part, side) for part in self.languages) for side in ("positive", "negative"))
        return Part("all", positive + negative, positive, negative)
