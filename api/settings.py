"""What the HTTP door can be told: which model, where to listen, and how much one request may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.keys import read_keys
from sentiment.errors import SettingError
from sentiment.reviews import MOST_CHARACTERS

# setting -> the least and the most that it may be
WHOLE_NUMBERS = {
    "port": (0, 65_535),
    "workers": (1, 64),
    "max_body_bytes": (1_024, 1 << 30),
    "max_texts": (1, 100_000),
    "max_characters": (1, 10_000_000),
}


@dataclass(frozen=True)
class Settings:
    """Port 0 means any free one; `model` is a folder of versions or one version's own."""

    model: Path = Path("models")
    host: str = "127.0.0.1"
    port: int = 8_000
    workers: int = 2
    max_body_bytes: int = 1 << 20
    max_texts: int = 256
    max_characters: int = MOST_CHARACTERS
    api_keys: tuple[str, ...] = field(default=(), repr=False)


def read_settings(given: Mapping[str, str | None]) -> Settings:
    """Settings from what flags and environment say, by field; None is the default.

    SettingError names all that is wrong, at once.
    """
    said = {name: value for name, value in given.items() if value is not None}
    numbers, wrong = {}, []
    for name, bounds in WHOLE_NUMBERS.items():
        try:
            numbers[name] = _whole_number(name, said[name], bounds) if name in said else getattr(Settings, name)
        except SettingError as error:
            wrong.append(str(error))
    keys: tuple[str, ...] = ()
    try:
        keys = read_keys(said.get("api_keys"), said.get("api_keys_file"))
    except SettingError as error:
        wrong.append(str(error))
    if wrong:
        raise SettingError("; ".join(wrong))
    return Settings(Path(said.get("model", Settings.model)), said.get("host", Settings.host), **numbers, api_keys=keys)


def _whole_number(name: str, value: str, bounds: tuple[int, int]) -> int:
    least, most = bounds
    if value.isdecimal() and len(value) <= len(str(most)) and least <= int(value) <= most:
        return int(value)
    flag, variable = "--" + name.replace("_", "-"), "SENTIMENT_" + name.upper()
    raise SettingError(f"{flag} ({variable}) must be a whole number from {least} to {most}, not {value!r}")
