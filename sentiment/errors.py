"""The errors that a user may meet: each message names the thing, what was expected and the way out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

# What msgspec raises where bytes are not the JSON that was expected: malformed, of another shape, not UTF-8, too deep.
UNDECODABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class SentimentError(Exception):
    """Base of all expected errors. `exit_code` is what a command ends with: 1, some input was bad."""

    exit_code = 1


class DataError(SentimentError):
    """Reviews that can't be read or can't be learned from."""


class NoTextError(DataError):
    """No column is known to hold the text; `columns` are those that there are."""

    def __init__(self, message: str, columns: Sequence[str]) -> None:
        super().__init__(message)
        self.columns = columns


class ModelError(SentimentError):
    """A model folder that is missing, damaged or does not give the answers that it was saved with."""


class SettingError(SentimentError):
    """A setting or an installation that is wrong; the command ends with 2, misuse."""

    exit_code = 2


class ServiceError(SentimentError):
    """Something that a service needs (a broker, a port, a runtime) failed or is not there."""
