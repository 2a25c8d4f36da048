"""Logs of a Movesense, as they are described by those who read them."""

from __future__ import annotations

import random
import struct

import pytest

from surefoot.sensor_ingest.devices.movesense_frames import ImuMessage
from surefoot.sensor_ingest.devices.movesense_log import ClockNote, read_log
from surefoot.sensor_ingest.pod_store.records import BootRecord, SamplesRecord, UtcRecord
from surefoot.sensor_ingest.protocol import VERSION, FootCode, PodInfo, ProtocolError
from surefoot.sensor_ingest.recording.kept_logs import (
    ClockNow,
    LogEntry,
    kept_logs,
    log_records,
    read_clocks,
    read_listing,
    still_kept,
)

INFO = PodInfo(VERSION, 0, FootCode.UNKNOWN, 208.0, 16, 2000, 1, 1, 0, "movesense-1", "movesense-gsp 10 d007")


def chunk(number: int, content: bytes) -> bytes:
    return bytes([number, len(content)]) + content


def described(number: int, text: str) -> bytes:
    return chunk(0, number.to_bytes(2, "little") + text.encode() + b"\0")


DESCRIPTIONS = b"".join(
    [
        described(7, "<PTH>Samples+Array.TimeDetailed.relativeTime\n<FRM>uint32"),
        described(8, "<PTH>Samples.Array.TimeDetailed.utcTime\n<FRM>uint64"),
        described(9, "<GRP>7,8"),
        described(13, "<PTH>Samples+Array.MeasIMU6.Timestamp\n<FRM>uint32"),
        *(
            described(39 + k, f"<PTH>Samples.Array.MeasIMU6.ArrayAcc{'+.'[k > 0]}{'xyz'[k]}\n<FRM>float32")
            for k in range(3)
        ),
        *(
            described(42 + k, f"<PTH>Samples.Array.MeasIMU6.ArrayGyro{'+.'[k > 0]}{'xyz'[k]}\n<FRM>float32")
            for k in range(3)
        ),
        described(54, "<PTH>["),
        described(55, "<PTH>]"),
        described(89, "<GRP>39,40,41"),
        described(90, "<GRP>42,43,44"),
        described(92, "<GRP>13,54,89,89,55,54,90,90,55"),
        described(60, "<PTH>Samples.MeasTemp.Measurement\n<FRM>float32\n<MOD>x*1.0"),
    ]
)
IMU = bytes.fromhex("""
    e8 03 00 00
    00 00 80 3f 00 00 00 40 00 00 40 40   c3 f5 1c 41 00 00 00 00 00 00 00 00
    00 00 c8 42 00 00 48 c3 00 00 00 00   00 00 00 3f 00 00 00 00 00 00 fa 44
""")
CLOCKS = bytes.fromhex("d0 89 24 00  58 d8 97 e1 69 59 06 00")


def test_readings_and_clocks_are_read_by_the_logs_own_description() -> None:
    log = b"SBEM0112" + DESCRIPTIONS + chunk(9, CLOCKS) + chunk(60, bytes(4)) + chunk(92, IMU) + chunk(92, IMU)[:20]
    note, message = read_log(log)
    assert note == ClockNote(2394576, 1787161151527000)
    assert isinstance(message, ImuMessage)
    assert message.first_ms == 1000
    assert message.gyr_dps.tolist() == [[100, -200, 0], [0.5, 0, 2000]]


@pytest.mark.parametrize(
    ("log", "why"),
    [
        (b"", "begins with , not SBEM"),
        (bytes.fromhex("1f8b0800"), "begins with 1f8b0800, not SBEM"),
        (b"SBEM0112" + DESCRIPTIONS + chunk(92, IMU[:-1]), "51 bytes are no whole number"),
        (b"SBEM0112" + DESCRIPTIONS + chunk(9, CLOCKS[:-1]), "a clock note of 11 bytes"),
        (b"SBEM0112" + described(92, "<GRP>a,b"), "a description 5c003c4752503e612c6200 that cannot be read"),
    ],
)
def test_logs_that_are_none_are_refused(log: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        list(read_log(log))


def test_hostile_logs_are_read_or_refused() -> None:
    rng = random.Random(5)
    log = (
        b"SBEM0112"
        + DESCRIPTIONS
        + described(70, "<GRP>70,70")
        + described(71, "<GRP>71")
        + chunk(70, IMU)
        + chunk(71, IMU)
        + chunk(9, CLOCKS)
        + chunk(92, IMU)
    )
    for _ in range(800):
        data = bytearray(log)
        for _ in range(rng.randrange(1, 6)):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        try:
            list(read_log(bytes(data[: rng.randrange(len(data))] if rng.random() < 0.3 else data)))
        except ProtocolError:
            continue


def test_listing_and_clocks_are_read_as_documented() -> None:
    value = bytes.fromhex("01  03 00 00 00  3f ea 85 6a  98 14 00 00 00 00 00 00")
    assert read_listing(value) == [LogEntry(3, 5272)]
    assert read_listing(b"\0") == []
    with pytest.raises(ProtocolError, match="a listing of 2 logs in 17 bytes"):
        read_listing(b"\x02" + value[1:])
    assert read_clocks(bytes.fromhex("58 d8 97 e1 69 59 06 00  d0 89 24 00  00 04 00 00  14 00 00 00")) == ClockNote(
        2394576, 1787161151527000
    )
    with pytest.raises(ProtocolError, match="clocks in 4 bytes"):
        read_clocks(bytes(4))


def test_logs_that_are_kept_are_not_fetched_again_unless_the_logbook_was_erased() -> None:
    kept = {1: 100, 2: 200, 3: 300}
    assert still_kept([LogEntry(1, 100), LogEntry(2, 200)], kept) == kept
    assert still_kept([LogEntry(1, 100), LogEntry(4, 70)], kept) == kept
    assert still_kept([LogEntry(1, 70)], kept) == {}
    assert still_kept([], kept) == kept


@pytest.mark.parametrize(
    ("relative_ms", "utc_us", "counts"),
    [
        (1_003_600_000, 1_420_074_000_000_000, True),
        (1_003_600_000, 1_790_000_000_000_000, False),
        (5_000, 1_420_074_000_000_000, False),
    ],
    ids=["not restarted", "told another time since", "restarted"],
)
def test_what_the_clock_says_now_dates_a_log_of_a_sensor_that_was_not_restarted(
    relative_ms: int, utc_us: int, counts: bool
) -> None:
    begun_ms, begun_us = 1_000_000_000, 1_420_070_400_000_000
    acc = [0.0, 0.0, 9.81] * 8
    messages = [struct.pack("<I48f", begun_ms + round(k * 8e3 / 208), *acc, *[0.0] * 24) for k in range(40)]
    eight = described(95, "<GRP>13,54" + ",89" * 8 + ",55,54" + ",90" * 8 + ",55")
    log = b"SBEM0112" + DESCRIPTIONS + eight + chunk(9, struct.pack("<IQ", begun_ms, begun_us))
    log += b"".join(chunk(95, message) for message in messages)
    now = ClockNow(ClockNote(relative_ms, utc_us), 1_800_000_000.0)
    records = log_records(log, 3, INFO, 12, now)
    utc = [record for record in records if isinstance(record, UtcRecord)]
    told = UtcRecord(12, 1000 * relative_ms, 1_800_000_000_000_000)
    assert utc == [UtcRecord(12, 1000 * begun_ms, begun_us), *([told] if counts else [])]
    samples = [packet for record in records if isinstance(record, SamplesRecord) for packet in record.packets]
    assert sum(len(packet.counts) for packet in samples) == 320
    assert samples[0].counts[0].tolist() == [0, 0, 2049, 0, 0, 0]
    assert isinstance(records[-1], BootRecord)
    assert kept_logs(records) == {3: len(log)}
