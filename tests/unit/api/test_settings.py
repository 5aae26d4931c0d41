"""Settings are read once, and everything wrong is told at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import WHOLE_NUMBERS, Settings, read_settings
from sentiment.errors import SettingError


def test_nothing_given_is_all_defaults() -> None:
    assert read_settings({"port": None, "model": None}) == Settings()


def test_what_is_given_counts() -> None:
    key = "0123456789abcdef"
    given = {"model": "m", "host": "::1", "port": "0", "workers": "2", "max_texts": "7", "api_keys": key}
    expected = Settings(model=Path("m"), host="::1", port=0, workers=2, max_texts=7, api_keys=(key,))
    assert read_settings(given) == expected


@pytest.mark.parametrize("name", WHOLE_NUMBERS)
def test_a_number_may_be_its_least_and_its_most_and_nothing_beyond(name: str) -> None:
    least, most = WHOLE_NUMBERS[name]
    assert [getattr(read_settings({name: str(value)}), name) for value in (least, most)] == [least, most]
    for beyond in (least - 1, most + 1):
        with pytest.raises(SettingError, match=f"from {least} to {most}, not '{beyond}'"):
            read_settings({name: str(beyond)})


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(
            {"port": "65536", "workers": "two", "max_body_bytes": "-1", "max_texts": "5", "api_keys": "short"}
        )
    message = str(caught.value)
    assert "SENTIMENT_API_KEYS must hold keys" in message
    assert "--port (SENTIMENT_PORT) must be a whole number from 0 to 65535, not '65536'" in message
    assert "--workers (SENTIMENT_WORKERS)" in message
    assert "--max-body-bytes (SENTIMENT_MAX_BODY_BYTES)" in message
    assert "max_texts" not in message
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("value", ["", " 1", "1.0", "1e3", "9" * 5_000, "²"])
def test_only_plain_digits_are_a_number(value: str) -> None:
    with pytest.raises(SettingError, match="--max-texts"):
        read_settings({"max_texts": value})
