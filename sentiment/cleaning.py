"""What is done to a text before the text rule; training and serving call this one function."""

from __future__ import annotations

import html
import re
import unicodedata

_BREAK = re.compile(r"<\s*+/?\s*+br\s*+/?\s*+>", re.IGNORECASE)  # possessive: linear on any input
_REFERENCE = re.compile("&[#A-Za-z]")  # how each begins; most ampersands begin none
_LONG_REFERENCE = re.compile("&#([0-9]{8,}+);?")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LONG = 256
_LONG_RUN = re.compile(f"[^\x00-\x7f]{{{_LONG}}}")
_PIECE = re.compile(f"[\x00-\x7f]*[^\x00-\x7f]{{0,{_LONG}}}")


def clean(text: str) -> str:
    """Decode HTML entities, turn HTML breaks into spaces and compose characters (Unicode NFC).

    A lone surrogate, which no encoding can carry, becomes U+FFFD, so that the result always has a UTF-8
    form. Composition is stable for all characters that the running Python's Unicode version knows; later
    ones are left as they are.
    """
    first = text.find("&")
    if first >= 0 and _REFERENCE.search(text, first):
        text = html.unescape(_LONG_REFERENCE.sub(_shorter, text))
    if "<" in text:
        text = _BREAK.sub(" ", text)
    if text.isascii() or _is_latin(text):
        return text
    return _compose(text)


def _shorter(reference: re.Match[str]) -> str:
    """The same character by fewer digits, for Python turns no more than 4,300 into a number."""
    digits = reference[1].lstrip("0")
    return "\ufffd" if len(digits) > len(str(0x10FFFF)) else f"&#{digits or 0};"


def _is_latin(text: str) -> bool:
    """Whether all characters are of Latin-1: none of those is a surrogate or composes with another."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _compose(text: str) -> str:
    """NFC, in pieces where it must be: it takes quadratic time on a run of combining marks.

    A piece ends before an ASCII character, which never composes with what stands before it, or after _LONG others.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return _compose(_LONE_SURROGATE.sub("\ufffd", text))
    if size - len(text) >= _LONG and _LONG_RUN.search(text):  # what is not ASCII takes two bytes or more
        return "".join(unicodedata.normalize("NFC", piece) for piece in _PIECE.findall(text))
    return unicodedata.normalize("NFC", text)
