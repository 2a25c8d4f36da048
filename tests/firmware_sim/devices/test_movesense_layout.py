"""The simulated Movesense writes what the documented layout says."""

from __future__ import annotations

import pytest

from surefoot.firmware_sim.devices.movesense_control import MovesenseControl
from surefoot.firmware_sim.devices.movesense_frames import data_notifications, imu_message

TWO_READINGS = bytes.fromhex("""
    e8 03 00 00
    00 00 80 3f 00 00 00 40 00 00 40 40   c3 f5 1c 41 00 00 00 00 00 00 00 00
    00 00 c8 42 00 00 48 c3 00 00 00 00   00 00 00 3f 00 00 00 00 00 00 fa 44
""")


def control() -> MovesenseControl:
    return MovesenseControl("174630000192", 8, 2000, lambda: None, lambda: None, pool_left=2)


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
