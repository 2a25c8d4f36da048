"""Store info and fragments come back as they were written, or are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.sensor_ingest.pod_store.store_protocol import (
    FRAGMENT_BYTES,
    Fragment,
    StoreCapability,
    StoreInfo,
    StoreState,
    StoreStatus,
    end_of_transfer,
    fragments,
    tag_number,
    tag_of,
)
from surefoot.sensor_ingest.protocol import ProtocolError

INFO = StoreInfo(StoreCapability.AUTO, StoreState.KEEPING, 5, 300, 60_000, 61_234, 812_345, 16_000_000, 7_850)


def test_store_info_comes_back() -> None:
    assert StoreInfo.from_bytes(bytes(INFO)) == INFO
    assert StoreInfo.from_bytes(bytes(INFO) + b"later additions") == INFO


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes(INFO)[:-1], "27 bytes, shorter than 28"),
        (b"\x02" + bytes(INFO)[1:], "store of layout 2"),
        (bytes(INFO)[:2] + b"\x07" + bytes(INFO)[3:], "unknown state 7"),
        (bytes(INFO)[:8] + b"\xff\xff\xff\xff" + bytes(INFO)[12:], "before the next, 61234"),
    ],
)
def test_a_store_info_that_cannot_be_true_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        StoreInfo.from_bytes(data)


@given(st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=1024))
def test_fragments_make_the_record_again(number: int, record: bytes) -> None:
    parts = [Fragment.from_bytes(bytes(part)) for part in fragments(number, record)]
    assert b"".join(part.data for part in parts) == record
    assert {(part.number, part.record_length) for part in parts} == {(number, len(record))}
    assert max(len(bytes(part)) for part in parts) <= Fragment.HEADER.size + FRAGMENT_BYTES == 244


def test_the_end_of_a_transfer_and_a_status_come_back() -> None:
    end, status = end_of_transfer(61_235), StoreStatus(StoreState.FULL, 87, 143, 0)
    assert Fragment.from_bytes(bytes(end)) == end
    assert end.is_end
    assert StoreStatus.from_bytes(bytes(status)) == status
    with pytest.raises(ProtocolError, match="store status 07"):
        StoreStatus.from_bytes(b"\x07" + bytes(5))


@pytest.mark.parametrize(("tag", "number"), [("", 0), ("0002", 0x32303030), (None, 1), (None, 2**32 - 1)])
def test_a_tag_is_a_number_on_the_air(tag: str | None, number: int) -> None:
    assert tag_of(number) == tag
    assert tag is None or tag_number(tag) == number


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"1234567", "fragment of 7 bytes"),
        (Fragment.HEADER.pack(1, 0, 10), "fragment of record 1 without data"),
        (Fragment.HEADER.pack(1, 0, 0) + b"a", "beyond its record of 0 bytes"),
        (Fragment.HEADER.pack(1, 9, 10) + b"ab", "beyond its record of 10 bytes"),
    ],
)
def test_a_fragment_that_cannot_be_true_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        Fragment.from_bytes(data)
