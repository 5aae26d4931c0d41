"""What is done to a text before the text rule; training and serving call this one function."""

from __future__ import annotations

import html
import re
import unicodedata

_BREAK = re.compile(r"<\s*/?\s*br\s*/?\s*>", re.IGNORECASE)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Decode HTML entities, turn HTML breaks into spaces and compose characters (Unicode NFC).

    A lone surrogate, which no encoding can carry, becomes U+FFFD, so that the result always has a UTF-8
    form. Composition is stable for all characters that the running Python's Unicode version knows; later
    ones are left as they are.
    """
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _BREAK.sub(" ", text)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _LONE_SURROGATE.sub("\ufffd", text))
