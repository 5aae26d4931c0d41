"""Header names of any bytes, in record batches as they go over the wire."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from streaming.brokers.header_names import AnyNameBatch, HeaderName

NO_PRODUCER = {"is_transactional": 0, "producer_id": -1, "producer_epoch": -1, "base_sequence": -1}


def name_of(data: bytes) -> HeaderName:
    return HeaderName(data.decode("utf-8", "surrogateescape"))


def wire(*names: bytes) -> bytearray:
    """A batch with a record for each name, as kafka-python sends it."""
    builder = DefaultRecordBatchBuilder(magic=2, compression_type=0, batch_size=1 << 20, **NO_PRODUCER)
    for offset, name in enumerate(names):
        builder.append(offset, 0, b"key", b"\xff", [(name_of(name), b"\xfe"), ("plain", None)])
    batch: bytearray = builder.build()
    return batch


@given(st.lists(st.binary(max_size=8), max_size=4))
def test_a_name_goes_out_and_comes_back_as_the_bytes_it_is(names: list[bytes]) -> None:
    records = list(AnyNameBatch(wire(*names)))
    assert [record.headers[0][0].encode() for record in records] == names
    assert all((record.key, record.value) == (b"key", b"\xff") for record in records)
    assert all(record.headers[0][1] == b"\xfe" and record.headers[1] == ("plain", None) for record in records)


def test_the_bytes_are_on_the_wire_as_they_are() -> None:
    assert b"caf\xe9" in wire(b"caf\xe9")


def test_other_batches_are_read_as_ever() -> None:
    data = wire(b"caf\xc3\xa9")
    theirs, ours = list(DefaultRecordBatch(data)), list(AnyNameBatch(data))
    assert [record.headers for record in ours] == [record.headers for record in theirs]
    assert type(ours[0].headers[0][0]) is str


def test_a_name_has_a_form_that_can_be_shown() -> None:
    assert str(name_of(b"caf\xe9")) == "caf\\xe9"
