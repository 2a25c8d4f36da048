"""What sensors of other makers cannot do is data, and said in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from surefoot.sensor_ingest.devices import limits
from surefoot.sensor_ingest.devices.device import Abilities, Device
from surefoot.sensor_ingest.devices.known import POLAR
from surefoot.sensor_ingest.devices.limits import limits_before, limits_of
from surefoot.sensor_ingest.protocol import VERSION, FootCode, PodInfo


def info(device: str, acc_range_g: int = 16) -> PodInfo:
    return PodInfo(VERSION, 1, FootCode.LEFT, 208.0, acc_range_g, 2000, 1, 1, 0, "X", device)


def test_pods_of_the_profile_have_none() -> None:
    assert limits_before(["0A1B", "SF0A1B"]) == []
    assert limits_of(info("")) is None


@pytest.mark.parametrize(
    ("abilities", "clause"),
    [
        (Abilities(keeps=False), "what it measures while the link is lost stays lost"),
        (Abilities(numbers=False), "what is lost is told from its clock"),
        (Abilities(gyroscope=False), "without a gyroscope it gives cadence only"),
        (Abilities(rate_hz=52), "52 readings a second give cadence and trends only"),
        (Abilities(acc_range_g=8), "±8 g is less than most landings reach: impact is told as at least so much, "),
        (
            Abilities(acc_range_g=None),
            "its range shows when it is connected, and ±8 g is less than most landings reach",
        ),
    ],
)
def test_each_is_a_clause_of_one_sentence(monkeypatch: pytest.MonkeyPatch, abilities: Abilities, clause: str) -> None:
    device: Device = replace(POLAR, abilities=abilities)
    monkeypatch.setattr(limits, "device_of_serial", lambda _: device)
    (told,) = limits_before(["polar-1", "polar-2"])
    assert str(told).startswith(f"Polar Verity Sense: {clause}")
    assert str(told).count(".") == 1


def test_many_of_a_kind_lose_data_where_two_do_not() -> None:
    two, four = (str(*limits_before([f"polar-{n}" for n in range(count)])) for count in (2, 4))
    assert "at once" not in two
    assert four.endswith("; 4 at once lose data, 2 do not.")


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("movesense-gsp 10 d007", False),
        ("movesense-gsp - d007", "it does not tell its range, taken as ±8 g."),
        ("movesense-gsp - -", "it does not tell its range, taken as ±8 g and ±2000 °/s."),
        ("polar-pmd f0020200000501000000003a f0020500000501000000803d", False),
        ("polar-pmd f0020200 f0020500", "it does not tell the scale of its counts, which is taken from its range."),
    ],
)
def test_what_a_sensor_did_not_tell_is_said(device: str, told: str | bool) -> None:
    found = str(limits_of(info(device, acc_range_g=8)))
    assert "±8 g is less than most landings reach" in found
    assert found.endswith(told) if isinstance(told, str) else "it does not tell" not in found
