"""Bytes of Polar's measurement service, as its documentation writes them."""

from __future__ import annotations

import random
import struct
from itertools import pairwise

import numpy as np
import pytest

from surefoot.sensor_ingest.devices.decoding import decoder_of
from surefoot.sensor_ingest.devices.polar_control import ControlReply, Measurement, Opcode, command, start_command
from surefoot.sensor_ingest.devices.polar_decoder import device_text
from surefoot.sensor_ingest.devices.polar_frames import Frame, Scale
from surefoot.sensor_ingest.protocol import VERSION, FootCode, Packet, PodInfo, ProtocolError

ACC_START = bytes.fromhex("f0 02 02 00 00 05 01 00 00 00 3a")
"""A count is 2⁻¹¹ g."""
GYRO_START = bytes.fromhex("f0 02 05 00 00 05 01 00 00 80 3d")
"""A count is 2⁻⁴ °/s."""
RATE_HZ = 208.0
STEP_NS = 1e9 / RATE_HZ
BEGIN_NS = 536_000_000_000_000_000


def info(device: str = device_text(ACC_START, GYRO_START)) -> PodInfo:
    return PodInfo(VERSION, 7, FootCode.LEFT, RATE_HZ, 16, 2000, 1, 1, 0, "0A1B2C3D", device)


def readings(text: str, acc_factor: float | None = 1.0, gyr_factor: float | None = 1.0) -> list[list[float]]:
    scales = {Measurement.ACC: Scale(acc_factor, 16), Measurement.GYRO: Scale(gyr_factor, 2000)}
    frame = Frame.from_bytes(bytes.fromhex(text), scales)
    assert frame.last_ns == 0x0102030405060708
    return np.round(frame.readings, 9).tolist()


def plain(last_ns: float, values_mg: list[int]) -> bytes:
    return struct.pack("<BQB", 2, round(last_ns), 1) + b"".join(struct.pack("<3h", each, 0, 1000) for each in values_mg)


def rates(last_ns: float, counts: list[int]) -> bytes:
    """Angular rates about x, each an own block of 16-bit differences."""
    steps = b"".join(struct.pack("<BB3h", 16, 1, after - before, 0, 0) for before, after in pairwise(counts))
    return struct.pack("<BQB3h", 5, round(last_ns), 0x80, counts[0], 0, 0) + steps


def test_commands_are_written_as_documented() -> None:
    assert command(Opcode.START, Measurement.SDK_MODE) == bytes.fromhex("02 09")
    assert command(Opcode.STOP, Measurement.GYRO) == bytes.fromhex("03 05")
    assert command(Opcode.GET_SETTINGS, Measurement.ACC) == bytes.fromhex("01 02")
    assert start_command(Measurement.ACC, 208, 16) == bytes.fromhex(
        "02 02  00 01 d0 00  01 01 10 00  02 01 10 00  04 01 03"
    )
    assert start_command(Measurement.GYRO, 208, 2000) == bytes.fromhex(
        "02 05  00 01 d0 00  01 01 10 00  02 01 d0 07  04 01 03"
    )


def test_replies_tell_what_can_be_chosen_the_factor_and_why_not() -> None:
    offered = ControlReply.from_bytes(
        bytes.fromhex("f0 01 02 00 00  00 02 34 00 d0 00  01 01 10 00  02 01 10 00  04 01 03")
    )
    assert list(offered.settings.values()) == [(52, 208), (16,), (16,), (3,)]
    assert ControlReply.from_bytes(ACC_START).factor == 2**-11
    assert ControlReply.from_bytes(bytes.fromhex("f0 02 02 00 00")).factor is None
    refused = ControlReply.from_bytes(bytes.fromhex("f0 02 09 0c"))
    assert (refused.accepted, refused.reason) == (False, "invalid state")
    assert ControlReply.from_bytes(bytes.fromhex("f0 02 09 06")).accepted


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("00  01 02 fd", [[0.001, 0.002, -0.003]]),
        ("01  e8 03 18 fc 00 00  01 00 02 00 03 00", [[1.0, -1.0, 0.0], [0.001, 0.002, 0.003]]),
        ("02  e8 03 00 18 fc ff 00 00 00", [[1.0, -1.0, 0.0]]),
        ("80  ea ff 08 00 0d 00  03 01 df 00", [[-22.0, 8.0, 13.0], [-23.0, 11.0, 16.0]]),
        ("81  e8 03 00 00 00 00  00 02", [[1.0, 0.0, 0.0]] * 3),
        ("80  00 00 00 00 00 00  04 02 12 f3 ff  08 01 80 7f 01", [[0, 0, 0], [2, 1, 3], [1, 0, 2], [-127, 127, 3]]),
    ],
)
def test_acceleration_is_read_from_every_type_of_frame(frame: str, expected: list[list[float]]) -> None:
    assert readings("02  08 07 06 05 04 03 02 01" + frame) == expected


def test_angular_rate_is_read_from_packed_counts_and_packed_floats() -> None:
    head = "05  08 07 06 05 04 03 02 01"
    assert readings(head + "80  ea ff 08 00 0d 00  03 01 df 00", gyr_factor=0.5) == [[-11, 4, 6.5], [-11.5, 5.5, 8]]
    assert readings(head + "81  00 00 80 3f  00 00 00 c0  00 00 00 00") == [[1.0, -2.0, 0.0]]


def test_counts_without_a_factor_are_parts_of_the_range_that_was_asked_for() -> None:
    acc, gyro = (f"{number}  08 07 06 05 04 03 02 01" for number in ("02", "05"))
    assert readings(acc + "80  00 08 00 f8 00 00", acc_factor=None) == [[1.0, -1.0, 0.0]]
    assert readings(acc + "81  e8 03 18 fc 00 00", acc_factor=None) == [[1.0, -1.0, 0.0]]
    assert readings(gyro + "80  00 40 00 c0 00 00", gyr_factor=None) == [[1000.0, -1000.0, 0.0]]
    assert readings(gyro + "81  00 00 80 3f  00 00 00 c0  00 00 00 00", gyr_factor=None) == [[1.0, -2.0, 0.0]]


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        ("", "without a reading"),
        ("02 0807060504030201 01", "without a reading"),
        ("02 0807060504030201 01 e803", "no whole number of readings"),
        ("02 0807060504030201 07 e803", "type 7"),
        ("06 0807060504030201 01 e803", "measurement 6"),
        ("05 0807060504030201 01 e80300000000", "type 1"),
        ("05 0807060504030201 80 e803", "without the first one"),
        ("05 0807060504030201 80 e80300000000 10", "end in 10"),
        ("05 0807060504030201 80 e80300000000 10 05 00", "end in 100500"),
        ("05 0807060504030201 80 e80300000000 21 01" + "00" * 13, "end in 2101"),
        ("05 0807060504030201 80 e80300000000" + "00ff" * 5, "more than 1024 readings"),
        ("05 0807060504030201 81 0000c07f 00000000 00000000", "no number"),
    ],
)
def test_frames_that_are_none_are_refused(frame: str, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        readings(frame)


def test_streams_are_joined_at_the_times_of_the_acceleration() -> None:
    decode = decoder_of(info())
    assert not list(decode(plain(BEGIN_NS, [0, 100, 200, 300]), 1.0))
    assert not list(decode(rates(BEGIN_NS - 0.5 * STEP_NS, [0, 160, 320, 480, 640]), 1.1))
    ((packet, arrival_s),) = decode(rates(BEGIN_NS + 2.5 * STEP_NS, [800, 960, 1120]), 1.2)
    assert (packet.sequence, packet.boot, packet.dropped, arrival_s) == (0, 7, 0, 1.0)
    assert packet.tick_us + packet.span_us == BEGIN_NS // 1000
    assert packet.span_us == pytest.approx(3 * STEP_NS / 1000, abs=1)
    assert packet.counts[:, 0].tolist() == pytest.approx(np.array([0, 0.1, 0.2, 0.3]) * 2048, abs=0.5)
    assert packet.counts[:, 2].tolist() == [2048] * 4
    assert packet.counts[:, 3].tolist() == pytest.approx(np.array([15, 25, 35, 45]) * 16.384, abs=0.5)


def test_what_is_missing_is_told_from_the_clock() -> None:
    decode = decoder_of(info())
    given: list[Packet] = []
    for frame in range(6):
        last_ns = BEGIN_NS + 20 * frame * STEP_NS * 1.003
        for data in (rates(last_ns + 3e6, [0] * 20), b"" if frame == 3 else plain(last_ns, [frame] * 20)):
            given += [packet for packet, _ in decode(data, 0.0)] if data else []
    assert [packet.dropped for packet in given[-6:]] == [1, 1, 21, 21, 21, 21], (
        "the very first lay before any angular rate"
    )
    assert sum(len(packet.counts) for packet in given) == 99
    assert [packet.sequence for packet in given] == list(range(len(given)))
    missing_us = given[-4].tick_us - given[-5].tick_us - given[-5].span_us
    assert missing_us == pytest.approx(21.12 * STEP_NS / 1000, abs=100)


def test_notifications_that_come_twice_count_once() -> None:
    once, twice = decoder_of(info()), decoder_of(info())
    frames = [
        data
        for last_ns in (BEGIN_NS + 20 * frame * STEP_NS for frame in range(5))
        for data in (plain(last_ns, [1] * 20), rates(last_ns + 2e6, [2] * 20))
    ]
    expected = [bytes(packet) for data in frames for packet, _ in once(data, 0.0)]
    assert len(expected) == 10
    assert [bytes(packet) for data in frames for _ in range(2) for packet, _ in twice(data, 0.0)] == expected


def test_acceleration_without_angular_rate_waits_two_seconds_and_is_counted() -> None:
    decode = decoder_of(info())
    list(decode(rates(BEGIN_NS, [0] * 40), 0.0))
    given = [
        packet for frame in range(1, 40) for packet, _ in decode(plain(BEGIN_NS + 20 * frame * STEP_NS, [0] * 20), 0.0)
    ]
    assert not given
    resumed_ns = BEGIN_NS + 819 * STEP_NS
    list(decode(rates(resumed_ns, [0] * 40), 0.0))
    (packet, _), *_ = decode(plain(BEGIN_NS + 800 * STEP_NS, [0] * 20), 0.0)
    assert packet.dropped == 39 * 20


def test_a_run_of_a_device_that_is_not_known_is_not_read() -> None:
    with pytest.raises(ProtocolError, match="a device that is not known: 'sock'"):
        decoder_of(info("sock"))
    with pytest.raises(ProtocolError, match="does not say how the streams were started"):
        decoder_of(info("polar-pmd zz"))
    assert PodInfo.from_bytes(bytes(info())) == info()


def test_hostile_bytes_are_read_or_refused() -> None:
    rng = random.Random(5)
    decode = decoder_of(info())
    frames = [plain(BEGIN_NS, [1] * 30), rates(BEGIN_NS, [5] * 10), ACC_START]
    for _ in range(6000):
        data = bytearray(rng.choice(frames) if rng.random() < 0.8 else rng.randbytes(rng.randrange(60)))
        for _ in range(rng.randrange(4) if data else 0):
            data[rng.randrange(len(data))] = rng.randrange(256)
        for read in (lambda data: [bytes(packet) for packet, _ in decode(data, 0.0)], ControlReply.from_bytes):
            try:
                read(bytes(data[: rng.randrange(len(data) + 1)] if rng.random() < 0.3 else data))
            except ProtocolError:
                continue
