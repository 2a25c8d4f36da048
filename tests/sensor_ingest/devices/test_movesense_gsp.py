"""Bytes of Movesense's GATT SensorData Protocol, as its documentation writes them."""

from __future__ import annotations

import random
import struct

import numpy as np
import pytest

from surefoot.sensor_ingest.devices.decoding import decoder_of
from surefoot.sensor_ingest.devices.device import Decoder
from surefoot.sensor_ingest.devices.movesense_frames import ImuMessage, g_per_unit
from surefoot.sensor_ingest.devices.movesense_protocol import (
    ACC_CONFIG,
    Notification,
    Request,
    acc_range_g,
    gyr_range_dps,
    imu_path,
    path_bytes,
    request_bytes,
)
from surefoot.sensor_ingest.devices.stamp_clock import StampClock
from surefoot.sensor_ingest.protocol import VERSION, FootCode, Packet, PodInfo, ProtocolError

RATE_HZ = 208.0
STEP_MS = 1e3 / RATE_HZ
TWO_READINGS = """
    e8 03 00 00
    00 00 80 3f 00 00 00 40 00 00 40 40   c3 f5 1c 41 00 00 00 00 00 00 00 00
    00 00 c8 42 00 00 48 c3 00 00 00 00   00 00 00 3f 00 00 00 00 00 00 fa 44
"""
"""At 1000 ms: (1, 2, 3) and (9.81, 0, 0), then (100, −200, 0) and (0.5, 0, 2000)."""


def info(acc_range_g: int = 16) -> PodInfo:
    return PodInfo(VERSION, 7, FootCode.LEFT, RATE_HZ, acc_range_g, 2000, 1, 1, 0, "movesense-1", "movesense-gsp 10 -")


def message(number: int, size: float = 9.81, *, count: int = 8, from_ms: float = 5000.0) -> bytes:
    """The `number`-th message of a sensor at rest, whose readings along x tell the number."""
    stamp_ms = int(from_ms + number * 8 * STEP_MS) % (1 << 32)
    acc = [[0.001 * number * size, 0.0, size]] * count
    return struct.pack(f"<I{6 * count}f", stamp_ms, *np.ravel(acc), *[0.0] * 3 * count)


def decoded(decode: Decoder, *notifications: bytes) -> list[Packet]:
    return [packet for data in notifications for packet, _ in decode(data, 0.0)]


def whole(content: bytes) -> bytes:
    return b"\x02\x01" + content


def test_requests_are_written_as_documented() -> None:
    assert request_bytes(Request.SUBSCRIBE, 99, path_bytes(imu_path(208))) == b"\x01\x63/Meas/IMU6/208\0"
    assert request_bytes(Request.UNSUBSCRIBE, 99) == bytes.fromhex("02 63")
    assert request_bytes(Request.GET, 5, path_bytes(ACC_CONFIG)) == b"\x04\x05/Meas/Acc/Config\0"
    assert request_bytes(Request.FETCH_LOG, 101, struct.pack("<I", 3)) == bytes.fromhex("03 65  03 00 00 00")


def test_replies_tell_status_and_value() -> None:
    reply = Notification.from_bytes(bytes.fromhex("01 05  c8 00  10"))
    assert (reply.reference, reply.status, reply.value) == (5, 200, b"\x10")
    assert Notification.from_bytes(bytes.fromhex("01 05  ad 01")).status == 429
    for malformed in ("", "01", "04 05", "00 05 c8 00"):
        with pytest.raises(ProtocolError, match="no notification of the GATT SensorData Protocol"):
            Notification.from_bytes(bytes.fromhex(malformed))
    with pytest.raises(ProtocolError, match="without a status"):
        _ = Notification.from_bytes(bytes.fromhex("01 05 c8")).status


def test_ranges_are_those_that_the_sensor_can_have() -> None:
    assert [acc_range_g(bytes.fromhex(value)) for value in ("08", "10", "00", "16", "", "08 00")] == [
        *(8, 16),
        *[None] * 4,
    ]
    told = [gyr_range_dps(bytes.fromhex(value)) for value in ("d0 07", "d0 07 00 00", "f5 00", "d0", "d1 07", "")]
    assert told == [2000, 2000, 245, None, None, None]


def test_acceleration_comes_before_angular_rate_without_a_count() -> None:
    found = ImuMessage.from_bytes(bytes.fromhex(TWO_READINGS))
    assert found.first_ms == 1000
    assert np.round(found.acc, 5).tolist() == [[1, 2, 3], [9.81, 0, 0]]
    assert found.gyr_dps.tolist() == [[100, -200, 0], [0.5, 0, 2000]]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ("", "0 bytes are no whole number"),
        ("e8 03 00 00", "4 bytes are no whole number"),
        (TWO_READINGS + "00", "53 bytes are no whole number"),
        ("e8 03 00 00" + "00 00 c0 7f" * 6, "readings that are no numbers"),
    ],
)
def test_data_that_are_none_are_refused(data: str, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        ImuMessage.from_bytes(bytes.fromhex(data))


def test_the_unit_is_told_by_the_size_of_gravity() -> None:
    assert g_per_unit(np.full((200, 3), 9.80665 / 3**0.5)) == pytest.approx(1 / 9.80665)
    assert g_per_unit(np.full((200, 3), 1000 / 3**0.5)) == 0.001
    for neither in (0.98, 120.0, 32768.0):
        with pytest.raises(ProtocolError, match="gravity neither in m/s² nor in mg"):
            g_per_unit(np.full((200, 3), neither / 3**0.5))


@pytest.mark.parametrize("size", [9.80665, 1000.0], ids=["m/s²", "mg"])
@pytest.mark.parametrize("cut", [None, 156, 4, 100])
def test_messages_in_one_or_two_parts_are_the_same_packets_in_either_unit(size: float, cut: int | None) -> None:
    notifications = []
    for number in range(60):
        content = message(number, size)
        parts = [whole(content)] if cut is None else [whole(content[:cut]), b"\x03\x01" + content[cut:]]
        notifications += [*parts, *parts]
    packets = decoded(decoder_of(info()), *notifications)
    assert len(packets) == (60 if cut else 59), "one that came in one part is whole when the next one begins"
    assert [packet.sequence for packet in packets] == list(range(len(packets)))
    assert {packet.dropped for packet in packets} == {0}
    assert {len(packet.counts) for packet in packets} == {8}
    assert packets[50].counts[0].tolist() == [102, 0, 2048, 0, 0, 0]
    first_us = np.array([packet.tick_us for packet in packets], float)
    wanted_us = 1e3 * (5000 + np.arange(len(packets)) * 8 * STEP_MS)
    assert np.abs(first_us - wanted_us).max() < 1000.0, "stamps are whole milliseconds"
    assert np.ptp((first_us - wanted_us)[30:]) < 200.0


def test_what_is_missing_is_told_from_the_clock() -> None:
    sent = [whole(message(number)) for number in range(100) if number not in (40, 41, 70)]
    packets = decoded(decoder_of(info()), *sent)
    assert [packet.dropped for packet in packets[39:41]] == [0, 16]
    assert packets[-1].dropped == 24
    assert sum(len(packet.counts) for packet in packets) == 8 * 96


def test_a_message_that_lost_a_part_is_lost_as_a_whole() -> None:
    sent = []
    for number in range(60):
        content = message(number)
        parts = [whole(content[:100]), b"\x03\x01" + content[100:]]
        sent += parts[:1] if number == 40 else parts[1:] if number in (0, 50) else parts
    packets = decoded(decoder_of(info()), *sent)
    assert sum(len(packet.counts) for packet in packets) == 8 * 57
    assert packets[-1].dropped == 16


def test_stamps_that_wrap_go_on() -> None:
    packets = decoded(decoder_of(info()), *(whole(message(number, from_ms=2**32 - 700)) for number in range(60)))
    assert packets[-1].dropped == 0
    assert 1e-3 * (packets[-1].tick_us - packets[0].tick_us) == pytest.approx(58 * 8 * STEP_MS, abs=1.0)
    assert packets[-1].tick_us > 2**32 * 1000


def test_whole_milliseconds_and_a_rate_that_is_off_leave_a_twentieth_of_a_reading() -> None:
    clock, rate_hz = StampClock(RATE_HZ), RATE_HZ * 1.015
    wrong_us = []
    for number in range(800):
        true_ms = 1234.56 + number * 8e3 / rate_hz
        placed = clock.place(int(true_ms), 8)
        assert placed is not None
        assert placed[1] == 0
        wrong_us.append(placed[0] - 1e3 * true_ms + 500.0)
    assert np.abs(wrong_us[150:]).max() < 0.05e6 / RATE_HZ
    assert clock.spacing_us == pytest.approx(1e6 / rate_hz, rel=2e-4)


def test_readings_beyond_the_range_are_clipped() -> None:
    sent = [whole(message(number, 8 * 9.80665 * 0.9994)) for number in range(40)]
    (packet, *_) = decoded(decoder_of(info(acc_range_g=8)), *sent)
    assert packet.counts[:, 2].tolist() == [32767] * 8


def test_hostile_bytes_are_read_or_refused() -> None:
    rng = random.Random(5)
    decode = decoder_of(info())
    sent = [whole(message(number)) for number in range(30)]
    decoded(decode, *sent)
    for _ in range(6000):
        data = bytearray(rng.choice(sent) if rng.random() < 0.8 else rng.randbytes(rng.randrange(60)))
        for _ in range(rng.randrange(4) if data else 0):
            data[rng.randrange(len(data))] = rng.randrange(256)
        try:
            decoded(decode, bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data))
        except ProtocolError:
            continue
