"""Literal values of the standard services, typed from their documented layout, mean what the layout says."""

from __future__ import annotations

import pytest

from surefoot.analysis.companions import Companion
from surefoot.firmware_sim.devices.standard_values import FootPodValue, HeartRateValue, TreadmillValue
from surefoot.sensor_ingest.devices.companions import decode_companion

CASES: tuple[tuple[str, object, str, dict[str, float]], ...] = (
    ("heart_rate", HeartRateValue(152), "00 98", {"heart_rate_bpm": 152.0}),
    ("heart_rate", HeartRateValue(152, wide=True), "01 98 00", {"heart_rate_bpm": 152.0}),
    ("heart_rate", HeartRateValue(171, contact=True, rr_s=(0.5, 0.25)), "16 ab 00 02 00 01", {"heart_rate_bpm": 171.0}),
    ("heart_rate", HeartRateValue(171, contact=False), "04 ab", {}),
    ("heart_rate", HeartRateValue(0), "00 00", {}),
    ("treadmill", TreadmillValue(10 / 3.6), "00 00 e8 03", {"belt_speed_mps": 10 / 3.6}),
    ("treadmill", TreadmillValue(0.0), "00 00 00 00", {"belt_speed_mps": 0.0}),
    (
        "treadmill",
        TreadmillValue(12 / 3.6, 11 / 3.6, 70000, -1.5, 300),
        "0e 04 b0 04 4c 04 70 11 01 f1 ff ff 7f 2c 01",
        {"belt_speed_mps": 12 / 3.6, "belt_distance_m": 70000.0, "inclination_pct": -1.5},
    ),
    ("treadmill", TreadmillValue(None, None, 70000), "05 00 70 11 01", {"belt_distance_m": 70000.0}),
    (
        "foot_pod",
        FootPodValue(3.5, 172, 1.22, 4000.5),
        "07 80 03 ac 7a 00 45 9c 00 00",
        {"foot_pod_speed_mps": 3.5, "foot_pod_cadence_spm": 172.0},
    ),
    ("foot_pod", FootPodValue(0.0, 172), "04 00 00 ac", {"foot_pod_cadence_spm": 172.0}),
    (
        "foot_pod",
        FootPodValue(0.0, 0, running=False),
        "00 00 00 00",
        {"foot_pod_speed_mps": 0.0, "foot_pod_cadence_spm": 0.0},
    ),
)


@pytest.mark.parametrize(("companion", "value", "literal", "meaning"), CASES)
def test_a_literal_value_is_what_the_sensor_sends_and_what_is_read(
    companion: str, value: object, literal: str, meaning: dict[str, float]
) -> None:
    data = bytes.fromhex(literal)
    assert bytes(value) == data  # type: ignore[call-overload]
    assert decode_companion(Companion(companion), data) == pytest.approx(meaning)


@pytest.mark.parametrize(
    ("companion", "literal"),
    [("treadmill", "00 00 ff ff"), ("treadmill", "05 00 ff ff ff"), ("treadmill", "09 00 ff 7f 00 00")],
)
def test_a_number_that_is_marked_as_not_available_is_absent(companion: str, literal: str) -> None:
    assert decode_companion(Companion(companion), bytes.fromhex(literal)) == {}


@pytest.mark.parametrize(("companion", "value"), [case[:2] for case in CASES])
def test_a_value_that_is_cut_off_says_nothing_false(companion: str, value: object) -> None:
    whole = bytes(value)  # type: ignore[call-overload]
    said = decode_companion(Companion(companion), whole)
    for length in range(len(whole)):
        assert decode_companion(Companion(companion), whole[:length]) in ({}, said)
