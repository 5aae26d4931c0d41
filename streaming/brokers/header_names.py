"""Header names that are not UTF-8. Kafka says that a name is UTF-8, and no broker looks.

kafka-python fails on such a record at every poll, so its reader of record batches is replaced by one that goes on.
"""

from __future__ import annotations

from typing import Any

from kafka.record import memory_records
from kafka.record.default_records import DefaultRecordBatch


class HeaderName(str):
    """A name whose bytes are no UTF-8: each wrong byte is a lone surrogate, as in Python's file names.

    `encode` gives the bytes that came, and `str()` a form that can be shown.
    """

    __slots__ = ()

    def encode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> bytes:
        return super().encode("utf-8", "surrogateescape")

    def __str__(self) -> str:
        return self.encode().decode("utf-8", "backslashreplace")


class AnyNameBatch(DefaultRecordBatch):  # type: ignore[misc] # kafka-python has no types
    """A batch of records that, from the first name that is no UTF-8, reads its headers' names as `HeaderName`s."""

    def _read_msg(self, *args: Any) -> Any:
        try:
            return super()._read_msg(*args)
        except UnicodeDecodeError:  # nothing but a name is decoded, and the position has not moved yet
            self._buffer: bytearray = _AnyNames(self._buffer)
            return super()._read_msg(*args)


class _AnyNames(bytearray):
    """Bytes whose slices decode as header names."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _AnyNames(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return HeaderName(super().decode("utf-8", "surrogateescape"))


def accept_any() -> None:
    """From now on kafka-python reads every record of this process."""
    memory_records.DefaultRecordBatch = AnyNameBatch
