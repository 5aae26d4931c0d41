"""The text rule: which characters are folded to lower case, and what a token is.

It is written as explicit lists of code points, never as `\\w`, `\\p{L}` or `lower()`, because those differ
between Java and Python, and between versions of each. The same few parameters build Spark's stages
(`pattern`, `upper`, `lower`) and the tables that the compiled scorer reads (`kinds`, `folds`).
"""

from __future__ import annotations

import functools
import re

import numpy as np
import numpy.typing as npt
from msgspec import Struct

CODE_POINTS = 0x110000
OTHER, WORD, DIGIT, MARK, APOSTROPHE, SLASH = range(6)

Ranges = tuple[tuple[int, int], ...]  # first and last code point, both included

# (first, last, step, distance to the lower-case letter): one-to-one pairs of Latin, Greek, Cyrillic and
# Armenian, all in the Basic Multilingual Plane and no longer in UTF-8 than their upper-case letter.
_UPPER = (
    (0x41, 0x5A, 1, 32),  # A-Z
    (0xC0, 0xD6, 1, 32),  # À-Ö
    (0xD8, 0xDE, 1, 32),  # Ø-Þ
    (0x100, 0x12E, 2, 1),  # Ā-Į
    (0x132, 0x136, 2, 1),  # Ĳ-Ķ   (İ, U+0130, has no one-to-one lower case)
    (0x139, 0x147, 2, 1),  # Ĺ-Ň
    (0x14A, 0x176, 2, 1),  # Ŋ-Ŷ
    (0x178, 0x178, 1, -121),  # Ÿ
    (0x179, 0x17D, 2, 1),  # Ź-Ž
    (0x1CD, 0x1DB, 2, 1),  # Ǎ-Ǜ
    (0x1DE, 0x1EE, 2, 1),  # Ǟ-Ǯ
    (0x1F8, 0x21E, 2, 1),  # Ǹ-Ȟ
    (0x222, 0x232, 2, 1),  # Ȣ-Ȳ
    (0x386, 0x386, 1, 38),  # Ά
    (0x388, 0x38A, 1, 37),  # Έ-Ί
    (0x38C, 0x38C, 1, 64),  # Ό
    (0x38E, 0x38F, 1, 63),  # Ύ-Ώ
    (0x391, 0x3A1, 1, 32),  # Α-Ρ
    (0x3A3, 0x3AB, 1, 32),  # Σ-Ϋ
    (0x400, 0x40F, 1, 80),  # Ѐ-Џ
    (0x410, 0x42F, 1, 32),  # А-Я
    (0x460, 0x480, 2, 1),  # Ѡ-Ҁ
    (0x48A, 0x4BE, 2, 1),  # Ҋ-Ҿ
    (0x4D0, 0x52E, 2, 1),  # Ӑ-Ԯ
    (0x531, 0x556, 1, 48),  # Ա-Ֆ
    (0x1E00, 0x1E94, 2, 1),  # Ḁ-Ẕ
    (0x1EA0, 0x1EFE, 2, 1),  # Ạ-Ỿ
)
_APOSTROPHES = "’ʼ"

_WORD: Ranges = (
    (0x30, 0x39),  # 0-9
    (0x61, 0x7A),  # a-z
    (0xAA, 0xAA),
    (0xB5, 0xB5),
    (0xBA, 0xBA),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x2BB),  # Latin and its extensions (U+02BC is an apostrophe)
    (0x2BD, 0x1FFF),  # modifiers, combining marks, Greek, Cyrillic ... Greek Extended
    (0x200C, 0x200D),  # joiners inside words of Persian and Indic scripts
    (0x2071, 0x209C),  # superscript and subscript letters and digits
    (0x2C00, 0x2DFF),
    (0x3041, 0xD7FF),  # kana, CJK, Hangul
    (0xF900, 0xFDFF),
    (0xFE20, 0xFE2F),
    (0xFE70, 0xFEFC),
    (0xFF10, 0xFF19),
    (0xFF21, 0xFF3A),
    (0xFF41, 0xFF5A),
    (0xFF66, 0xFFDC),
    (0x10000, 0x1CFFF),
    (0x1D400, 0x1D7FF),  # mathematical letters, used as "fonts"
    (0x1E000, 0x1EFFF),
    (0x20000, 0x3FFFF),
)
_MARK: Ranges = (
    (0x21, 0x2F),
    (0x3A, 0x40),
    (0x5B, 0x60),
    (0x7B, 0x7E),
    (0xA1, 0xA9),
    (0xAB, 0xAC),
    (0xAE, 0xB4),
    (0xB6, 0xB9),
    (0xBB, 0xBF),
    (0xD7, 0xD7),
    (0xF7, 0xF7),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x2BFF),  # currency, arrows, symbols, dingbats
    (0x2E00, 0x2FFF),
    (0x3001, 0x3040),
    (0xFF01, 0xFF0F),
    (0xFF1A, 0xFF20),
    (0xFF3B, 0xFF40),
    (0xFF5B, 0xFF65),
    (0x1F000, 0x1FAFF),  # emoji
)


class TextRule(Struct, frozen=True):
    """Everything that the tokeniser of a model depends on.

    `upper[i]` is replaced by `lower[i]`; then a token is a fraction such as 8/10, a run of `word` code points
    with single apostrophes inside, or one `mark` code point. Terms are runs of 1 to `max_order` tokens,
    joined by one space.
    """

    upper: str
    lower: str
    word: Ranges
    mark: Ranges
    max_order: int

    @property
    def pattern(self) -> str:
        """The token as a regular expression that means the same in Java and in Python.

        Possessive, for Java would go a call deeper with each of the apostrophes, which it need not remember.
        """
        word, mark = _character_class(self.word), _character_class(self.mark)
        return f"[0-9]+/[0-9]+|{word}+(?:'{word}+)*+|{mark}"

    def kinds(self) -> npt.NDArray[np.uint8]:
        """The kind of each code point, shape (0x110000,)."""
        kinds = np.zeros(CODE_POINTS, np.uint8)
        for ranges, kind in ((self.mark, MARK), (self.word, WORD)):
            for first, last in ranges:
                kinds[first : last + 1] = kind
        kinds[ord("0") : ord("9") + 1] = DIGIT
        kinds[ord("'")], kinds[ord("/")] = APOSTROPHE, SLASH
        return kinds

    def folds(self) -> npt.NDArray[np.uint32]:
        """The code point that each code point is replaced by, shape (highest replaced + 1,)."""
        folds = np.arange(max(map(ord, self.upper)) + 1, dtype=np.uint32)
        folds[[ord(character) for character in self.upper]] = [ord(character) for character in self.lower]
        return folds

    def tokens(self, text: str) -> list[str]:
        """The tokens of a cleaned text, by the definition itself; the compiled scorer finds the same ones."""
        return _compiled(self.pattern).findall(text.translate(str.maketrans(self.upper, self.lower)))


def default_text_rule(max_order: int = 3) -> TextRule:
    """The rule that new models are trained with."""
    upper = [code for first, last, step, _ in _UPPER for code in range(first, last + 1, step)]
    lower = [code + distance for first, last, step, distance in _UPPER for code in range(first, last + 1, step)]
    return TextRule(
        upper="".join(map(chr, upper)) + _APOSTROPHES,
        lower="".join(map(chr, lower)) + "'" * len(_APOSTROPHES),
        word=_WORD,
        mark=_MARK,
        max_order=max_order,
    )


def _character_class(ranges: Ranges) -> str:
    return "[" + "".join(f"{_literal(first)}-{_literal(last)}" for first, last in ranges) + "]"


def _literal(code_point: int) -> str:
    """A code point as both regular expression languages take it inside a class."""
    character = chr(code_point)
    if character.isascii() and not character.isalnum():
        return "\\" + character
    return character


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
