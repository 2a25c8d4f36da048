"""Records come back as they were written, or are refused; damage costs the record that it hits."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surefoot.firmware_sim.body.runner_profile import Activity
from surefoot.sensor_ingest.pod_store.packet_series import read_packets
from surefoot.sensor_ingest.pod_store.record_stream import records_in
from surefoot.sensor_ingest.pod_store.records import (
    FRAME_BYTES,
    MAX_RECORD_BYTES,
    BeaconRecord,
    BootRecord,
    SamplesRecord,
    StoreRecord,
    UtcRecord,
    read_record,
    record_bytes,
)
from surefoot.sensor_ingest.pod_store.varint import varint
from surefoot.sensor_ingest.protocol import MAX_SAMPLES, Packet, PacketFlag, ProtocolError
from tests.sensor_ingest.pod_store.made import gait_counts, packets_of, records_of

U16, U32, U64 = (st.integers(0, 2**bits - 1) for bits in (16, 32, 64))
FLAGS = st.integers(0, 3).map(PacketFlag)
TARGET_BYTES_PER_SAMPLE = 9.3


@st.composite
def any_packets(draw: st.DrawFn) -> tuple[Packet, ...]:
    """One to four packets whose headers have nothing in common but boot and sequence."""
    number = draw(st.integers(1, 4))
    boot, sequence = draw(U16), draw(st.integers(0, 2**32 - number))
    rng = np.random.default_rng(draw(U32))
    packets = []
    for place in range(number):
        counts = rng.integers(-32768, 32768, (draw(st.integers(1, MAX_SAMPLES)), 6)).astype(np.int16)
        tick_us, span_us = draw(U64), draw(U32)
        packets.append(Packet(sequence + place, boot, tick_us, span_us, draw(FLAGS), draw(U16), counts))
    return tuple(packets)


def same(one: StoreRecord, other: StoreRecord) -> bool:
    if isinstance(one, SamplesRecord) and isinstance(other, SamplesRecord):
        return one.boot_count == other.boot_count and [*map(bytes, one.packets)] == [*map(bytes, other.packets)]
    return one == other


@given(U32, U32, any_packets())
def test_packets_come_back_exactly_as_they_are_notified(
    number: int, boot_count: int, packets: tuple[Packet, ...]
) -> None:
    record = SamplesRecord(boot_count, packets)
    data = record_bytes(number, record)
    assert len(data) <= MAX_RECORD_BYTES
    read_number, read = read_record(data)
    assert read_number == number
    assert same(read, record)


@pytest.mark.parametrize(
    "record",
    [
        BootRecord(2**32 - 1, b"what the info says"),
        BootRecord(0, b""),
        UtcRecord(7, 2**64 - 1, 1_790_000_000_000_000),
        BeaconRecord(7, 123, "0002", 9, 2**63),
        BeaconRecord(7, 123, "\0\0\0\0", 9, 0),
    ],
)
def test_the_other_records_come_back(record: StoreRecord) -> None:
    assert read_record(record_bytes(12, record)) == (12, record)


@lru_cache
def stream() -> tuple[list[bytes], bytes]:
    """Five records one after another."""
    samples = records_of(packets_of(gait_counts("run", 2.8)[-216:]))
    records: list[StoreRecord] = [BootRecord(3, b"info"), *samples, UtcRecord(3, 5, 6)]
    whole = [record_bytes(100 + place, record) for place, record in enumerate(records)]
    return whole, b"".join(whole)


def test_every_flipped_bit_is_noticed_and_costs_its_record_only() -> None:
    whole, data = stream()
    ends = np.cumsum([len(each) for each in whole])
    for bit in range(8 * len(data)):
        hit = int(np.searchsorted(ends, bit // 8, side="right"))
        damaged = bytearray(whole[hit])
        place = bit - 8 * (int(ends[hit]) - len(whole[hit]))
        damaged[place // 8] ^= 1 << place % 8
        with pytest.raises(ProtocolError):
            read_record(bytes(damaged))
        if not bit % 7:
            found = [record for _, record in records_in(b"".join([*whole[:hit], damaged, *whole[hit + 1 :]]))]
            assert found == whole[:hit] + whole[hit + 1 :]


def test_records_are_found_between_anything_else() -> None:
    whole, _ = stream()
    rubbish = bytes([0xFF] * 40), b"\x01\x40\x00", bytes(range(200))
    data = b"".join(part for pair in zip(whole[:3], rubbish, strict=True) for part in pair)
    found = list(records_in(data))
    assert [record for _, record in found] == whole[:3]
    assert all(data[offset:].startswith(record) for offset, record in found)


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_record(data)
    assert not list(records_in(data))


@given(st.integers(0, 2**32))
def test_a_record_with_a_right_crc_and_a_wrong_body_is_refused_or_makes_packets(seed: int) -> None:
    rng = random.Random(seed)
    data = bytearray(rng.choice(stream()[0]))
    for _ in range(rng.randrange(1, 4)):
        data[rng.randrange(7, len(data) - 4)] = rng.choice([0, 0xFF, rng.randrange(256)])
    data[0] = rng.randrange(1, 5)
    data[-4:] = zlib.crc32(data[:-4]).to_bytes(4, "little")
    try:
        number, record = read_record(bytes(data))
    except ProtocolError:
        return
    if isinstance(record, SamplesRecord):
        assert [bytes(Packet.from_bytes(bytes(packet))) for packet in record.packets] == [*map(bytes, record.packets)]
    assert read_record(record_bytes(number, record))[0] == number


def test_numbers_beyond_the_packet_are_refused() -> None:
    empty = b"\x00\x00"
    for sequence, tick in ((2**32, 0), (0, 2**64), (2**69, 0)):
        with pytest.raises(ProtocolError):
            read_packets(empty + varint(sequence) + varint(tick) + b"\x01\x01\x00" + bytes(40))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda packets: packets[:0],
        lambda packets: packets[:5],
        lambda packets: packets[:4:2],
        lambda packets: [packets[0], replace(packets[1], boot=1)],
    ],
)
def test_packets_that_make_no_series_are_a_callers_mistake(spoil: Callable[[list[Packet]], list[Packet]]) -> None:
    packets = packets_of(gait_counts("run", 2.8)[-216:])
    with pytest.raises(ValueError, match="series"):
        record_bytes(0, SamplesRecord(0, tuple(spoil(packets))))


@pytest.mark.parametrize(("kind", "speed_mps"), [("run", 2.8), ("run", 3.3), ("run", 4.2), ("walk", 1.4)])
def test_a_sample_costs_at_most_9_3_bytes_with_its_frame(kind: Activity, speed_mps: float) -> None:
    records = list(records_of(packets_of(gait_counts(kind, speed_mps))))
    size = sum(len(record_bytes(place, record)) for place, record in enumerate(records, 60_000))
    assert size / sum(len(packet.counts) for record in records for packet in record.packets) <= TARGET_BYTES_PER_SAMPLE


def test_a_frame_is_eleven_bytes() -> None:
    assert len(record_bytes(1, BootRecord(1, b""))) == FRAME_BYTES + 4 == 15
