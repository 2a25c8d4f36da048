"""The simulated Verity Sense writes what the documented layout says."""

from __future__ import annotations

import numpy as np
import pytest

from surefoot.firmware_sim.devices.verity_control import ACC, VerityControl
from surefoot.firmware_sim.devices.verity_frames import FrameType, data_frame, readings_that_fit
from surefoot.sensor_ingest.devices.polar_control import Measurement
from surefoot.sensor_ingest.devices.polar_frames import Frame, Scale

STAMP_NS = 0x0102030405060708
HEAD = "08 07 06 05 04 03 02 01"


@pytest.mark.parametrize(
    ("measurement", "frame_type", "readings", "expected"),
    [
        (5, FrameType.PACKED, [(-22, 8, 13), (-23, 11, 16)], f"05 {HEAD} 80 ea ff 08 00 0d 00  03 01 df 00"),
        (2, FrameType.PACKED_MG, [(1000, 0, 0)], f"02 {HEAD} 81 e8 03 00 00 00 00"),
        (2, FrameType.PACKED, [(0, 0, 0), (2, 1, 3), (1, 0, 2)], f"02 {HEAD} 80 00 00 00 00 00 00  03 02 ca fe 03"),
        (2, FrameType.PLAIN, [(1000, -1000, 0)], f"02 {HEAD} 01 e8 03 18 fc 00 00"),
    ],
)
def test_frames_are_those_of_the_documented_layout(
    measurement: int, frame_type: FrameType, readings: list[tuple[int, int, int]], expected: str
) -> None:
    assert data_frame(measurement, STAMP_NS, frame_type, readings) == bytes.fromhex(expected)


@pytest.mark.parametrize("att_mtu", [23, 64, 185, 247])
def test_frames_fit_the_mtu_whatever_is_read_and_are_read_as_written(att_mtu: int) -> None:
    rng = np.random.default_rng(att_mtu)
    for spread in (1, 300, 32767):
        numbers = rng.integers(-spread, spread + 1, (readings_that_fit(att_mtu), 3)).tolist()
        data = data_frame(ACC, STAMP_NS, FrameType.PACKED, [(x, y, z) for x, y, z in numbers])
        assert len(data) <= max(att_mtu - 3, 20)
        assert Frame.from_bytes(data, {Measurement.ACC: Scale(1.0, 16)}).readings.tolist() == numbers


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("02 09", "f0 02 09 00 00"),
        ("03 02", "f0 03 02 06"),
        ("02 02  00 01 d0 00  01 01 10 00  02 01 10 00  04 01 03", "f0 02 02 08"),
        ("02 02  00 01 34 00  01 01 10 00  02 01 10 00  04 01 03", "f0 02 02 09"),
        ("02 02  00 01 34 00  01 01 10 00  02 01 08 00  04 01 03", "f0 02 02 00 00  05 01 00 00 80 39"),
        ("02 02  00 02 34 00", "f0 02 02 05"),
        ("01 02", "f0 01 02 00 00  00 01 34 00  02 01 08 00  01 01 10 00  04 01 03"),
        ("02 06", "f0 02 06 02"),
        ("07 02", "f0 07 02 01"),
        ("", "f0 00 00 02"),
    ],
)
def test_the_control_point_answers_as_documented(command: str, reply: str) -> None:
    control = VerityControl(lambda: None, lambda _, full_scale: full_scale / 32768)
    assert control.handle(bytes.fromhex(command)) == bytes.fromhex(reply)
