"""What the page door is told: where the API is, with which key, and where models stand to compare with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sentiment.errors import SettingError


@dataclass(frozen=True)
class Settings:
    """`models` is only read, and may be missing: the page then compares and draws less."""

    api: str = "http://127.0.0.1:8000"
    api_key: str | None = field(default=None, repr=False)
    models: Path = Path("models")

    def __post_init__(self) -> None:
        try:
            address = urlsplit(self.api)
            usable = address.scheme in ("http", "https") and address.hostname and address.port != 0
        except ValueError:
            usable = False
        if self.api_key and not (self.api_key.isascii() and self.api_key.isprintable() and " " not in self.api_key):
            raise SettingError("SENTIMENT_API_KEY must be of visible ASCII characters: no white space, no line's end")
        if usable and address.username is not None:
            raise SettingError("--api (SENTIMENT_API) must be an address without a user: every viewer is shown it")
        if not usable:
            raise SettingError(f"--api (SENTIMENT_API) must be an address such as {Settings.api}, not {self.api!r}")
