"""What the page says, in each of its languages: a TOML file each, with the same keys."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files

LANGUAGES = {"en": "English", "fr": "Français"}
THIN, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


class Words:
    """One language's words: `words("live.title")`; values fill the places that the words leave open."""

    def __init__(self, language: str, words: Mapping[str, str]) -> None:
        self.language = language
        self.all = words

    def __call__(self, key: str, **values: object) -> str:
        return self.all[key].format(**values)

    def known(self, key: str, otherwise: str) -> str:
        """The words of a key that comes from elsewhere, such as a reason, which may be a new one."""
        return self.all.get(key, otherwise)

    def number(self, value: float, digits: int = 0) -> str:
        return self._localised(f"{value:,.{digits}f}")

    def signed(self, value: float, digits: int = 2) -> str:
        return self._localised(f"{value:+,.{digits}f}".replace("-", "\N{MINUS SIGN}"))

    def tiny(self, value: float) -> str:
        """A number so small that its power of ten is what counts."""
        return self._localised(f"{value:.1e}") if value else "0"

    def moment(self, iso: str) -> str:
        """A time in UTC as the language writes it; what is no ISO 8601 time stays as it is."""
        try:
            return datetime.fromisoformat(iso).astimezone(UTC).strftime(self("model.moment"))
        except ValueError:
            return iso

    def percent(self, share: float, digits: int = 0) -> str:
        return self.number(100 * share, digits) + (f"{WIDE}%" if self.language == "fr" else "%")

    def _localised(self, number: str) -> str:
        return number.replace(",", THIN).replace(".", ",") if self.language == "fr" else number


@functools.cache
def words_of(language: str) -> Words:
    """The words of one of LANGUAGES."""
    sections = tomllib.loads((files("ui.words") / f"{language}.toml").read_text("utf-8"))
    return Words(
        language, {f"{section}.{key}": text for section, keys in sections.items() for key, text in keys.items()}
    )


def first_language(browser: str | None) -> str:
    """The language to begin with: the browser's, if it is one of ours."""
    language = (browser or "").lower().partition("-")[0]
    return language if language in LANGUAGES else "en"
