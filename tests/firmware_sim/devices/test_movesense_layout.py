"""The simulated Movesense writes what the documented layout says."""

from __future__ import annotations

import pytest

from surefoot.firmware_sim.devices.movesense_control import MovesenseControl
from surefoot.firmware_sim.devices.movesense_frames import data_notifications, imu_message
from surefoot.firmware_sim.devices.movesense_log import Log, Logbook, chunk, listing, log_bytes, log_notifications

TWO_READINGS = bytes.fromhex("""
    e8 03 00 00
    00 00 80 3f 00 00 00 40 00 00 40 40   c3 f5 1c 41 00 00 00 00 00 00 00 00
    00 00 c8 42 00 00 48 c3 00 00 00 00   00 00 00 3f 00 00 00 00 00 00 fa 44
""")


def control() -> MovesenseControl:
    logbook = Logbook(lambda: 5000, lambda _: [])
    return MovesenseControl("174630000192", logbook, 8, 2000, lambda: None, lambda: None, pool_left=2)


def test_messages_are_those_of_the_documented_layout() -> None:
    acc, gyr_dps = [(1.0, 2.0, 3.0), (9.81, 0.0, 0.0)], [(100.0, -200.0, 0.0), (0.5, 0.0, 2000.0)]
    assert imu_message(1000, acc, gyr_dps) == TWO_READINGS
    assert imu_message(2**32 + 1000, acc, gyr_dps) == TWO_READINGS


def test_messages_that_do_not_fit_the_mtu_come_in_two_parts() -> None:
    assert data_notifications(99, TWO_READINGS, 57) == [b"\x02\x63" + TWO_READINGS]
    assert data_notifications(99, TWO_READINGS, 45) == [
        b"\x02\x63" + TWO_READINGS[:40],
        b"\x03\x63" + TWO_READINGS[40:],
    ]


@pytest.mark.parametrize(
    ("request_bytes", "reply"),
    [
        (b"\x01\x63/Meas/IMU6/208\0", "01 63  c8 00"),
        (b"\x01\x63/Meas/IMU6/200\0", "01 63  f5 01"),
        (b"\x01\x63/Meas/Nothing/208\0", "01 63  94 01"),
        (b"\x02\x63", "01 63  94 01"),
        (b"\x04\x05/Meas/Acc/Config\0", "01 05  c8 00  08"),
        (b"\x04\x05/Meas/Gyro/Config\0", "01 05  c8 00  d0 07"),
        (b"\x04\x05/System/Energy/Level", "01 05  c8 00  5b"),
        (b"\x0a\x05", "01 05  f5 01"),
        (b"\x04\x05/Mem/DataLogger/State\0", "01 05  c8 00  02"),
        (b"\x04\x05/Time/Detailed\0", "01 05  c8 00  40 cb 0b e8 8b 0b 05 00  88 13 00 00  00 04 00 00  14 00 00 00"),
        (b"\x03\x65\x01\0\0\0", "01 65  94 01"),
        (b"\x06\x05/Meas/IMU6/208\0/Time/Detailed\0", "01 05  c8 00"),
    ],
)
def test_requests_are_answered_as_documented(request_bytes: bytes, reply: str) -> None:
    assert control().handle(request_bytes) == bytes.fromhex(reply)


def test_it_says_who_it_is_without_a_status() -> None:
    greeting = control().handle(b"\x00\x07")
    assert greeting is not None
    assert greeting.startswith(b"\x01\x07\x01174630000192\0Movesense\0")


def test_requests_that_are_never_answered_use_up_the_pool_until_a_restart() -> None:
    sensor = control()
    assert [sensor.handle(b"\x04\x05/Info\0") for _ in range(2)] == [None, None]
    for request in (b"\x04\x05/System/Energy/Level\0", b"\x01\x63/Meas/IMU6/208\0", b"\x04\x05/Info\0"):
        assert sensor.handle(request) == bytes([1, request[1]]) + bytes.fromhex("ad 01")
    assert sensor.handle(b"\x07\x05\x05") == bytes.fromhex("01 05  ca 00")
    assert sensor.handle(b"\x04\x05/System/Energy/Level\0") == bytes.fromhex("01 05  c8 00  5b")


def test_the_listing_is_cut_where_a_notification_ends() -> None:
    logs = [Log(number, 1_787_161_151, bytes(5272)) for number in range(1, 8)]
    status, value = listing(logs, 75)
    assert (status, len(value)) == (100, 65)
    assert value[:17] == bytes.fromhex("04  01 00 00 00  3f ea 85 6a  98 14 00 00 00 00 00 00")
    assert listing(logs[:4], 75)[0] == 200


def test_a_log_describes_its_chunks_and_comes_in_pieces_with_their_offsets() -> None:
    data = log_bytes(2394576, 1787161151527000, [TWO_READINGS])
    assert data.startswith(b"SBEM0112\0")
    assert b"\x00\x34\x0d\x00<PTH>Samples+Array.MeasIMU6.Timestamp\n<FRM>uint32\0" in data
    assert b"\x03\x00<GRP>1,2\0" in data
    assert bytes.fromhex("03 0c  d0 89 24 00  58 d8 97 e1 69 59 06 00") in data
    assert data.endswith(b"\x5f\x34" + TWO_READINGS)
    assert chunk(95, bytes(300)).startswith(bytes.fromhex("5f ff 2c 01 00 00"))
    pieces = list(log_notifications(101, data, 247))
    assert pieces[0] == bytes.fromhex("02 65 00 00 00 00") + data[:238]
    assert pieces[1].startswith(bytes.fromhex("02 65 ee 00 00 00"))
    assert b"".join(piece[6:] for piece in pieces) == data
    assert pieces[-1] == bytes([2, 101, *len(data).to_bytes(4, "little")])
