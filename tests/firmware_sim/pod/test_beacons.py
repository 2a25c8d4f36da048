"""Beacons tell a pod when its partner sent them, and nothing that is not so."""

from __future__ import annotations

import random

import numpy as np
import pytest

from surefoot.firmware_sim.pod.beacon_air import BeaconAir, beacon_records
from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S, NO_TICK, Beacon, Beacons
from surefoot.firmware_sim.pod.oscillator import Oscillator
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.records import BeaconRecord

PERIOD_US = round(1e6 * BEACON_PERIOD_S)


class Pair:
    """A pod that sends, and one that hears it `AHEAD_US` later by its own clock."""

    AHEAD_US = 5_000_000

    def __init__(self, *, partner_tag: str = "0001") -> None:
        self.kept: list[BeaconRecord] = []
        self.restart(70_000)
        self.receiver = Beacons(PodSettings("TEST0002", partner_tag=partner_tag), 3, self.kept.append)

    def restart(self, boot_count: int) -> None:
        self.sender = Beacons(PodSettings("TEST0001"), boot_count, lambda _: None)

    def send(self, number: int, *, heard: bool = True) -> None:
        data = self.sender.send(number * PERIOD_US)
        if heard:
            self.receiver.hear(data, number * PERIOD_US + self.AHEAD_US)


def test_of_two_beacons_the_second_tells_when_the_first_was_sent() -> None:
    pair = Pair()
    pair.send(0)
    assert pair.kept == []
    pair.send(1)
    assert pair.kept == [BeaconRecord(3, Pair.AHEAD_US, "0001", 70_000 & 0xFFFF, 0)]


def test_beside_a_lost_beacon_nothing_is_kept() -> None:
    pair = Pair()
    for number in range(5):
        pair.send(number, heard=number != 2)
    assert [each.partner_tick_us // PERIOD_US for each in pair.kept] == [0, 3]


def test_a_number_that_comes_round_again_is_not_the_next() -> None:
    pair = Pair()
    for number in range(258):
        pair.send(number, heard=number in (0, 257))
    assert pair.kept == []


def test_after_a_restart_the_count_begins_anew() -> None:
    pair = Pair()
    pair.send(0)
    pair.restart(70_001)
    pair.send(1)
    assert pair.kept == []
    pair.send(2)
    assert len(pair.kept) == 1


@pytest.mark.parametrize("partner_tag", ["", "0009"])
def test_only_the_partner_is_heard(partner_tag: str) -> None:
    pair = Pair(partner_tag=partner_tag)
    for number in range(4):
        pair.send(number)
    assert pair.kept == []


def test_what_is_no_beacon_is_ignored() -> None:
    pair = Pair()
    rng = random.Random(1)
    whole = bytes(Beacon("0001", 1, 0, NO_TICK))
    for data in (b"", whole[:-1], whole + b"\0", rng.randbytes(31), bytes(31)):
        assert Beacon.from_bytes(data) is None
        pair.receiver.hear(data, 0)
    assert Beacon.from_bytes(whole[:18] + b"\xff" * 13) is not None


def test_a_beacon_is_stamped_within_a_millisecond_of_when_it_was_sent() -> None:
    clocks = (Oscillator(), Oscillator(-7.0))
    left, right = beacon_records(clocks, ("0001", "0002"), 3600.0, BeaconAir(0.0), seed=1)
    for kept, ahead_us in ((left, -7_000_000), (right, 7_000_000)):
        late_us = np.array([each.tick_us - each.partner_tick_us for each in kept]) - ahead_us
        assert 0 <= late_us.min() < late_us.max() < 1000
        assert len(kept) > 355


def test_what_is_lost_and_blacked_out_is_not_heard() -> None:
    clocks = (Oscillator(), Oscillator())
    left, right = beacon_records(clocks, ("0001", "0002"), 3600.0, BeaconAir(0.5, ((1000.0, 2000.0),)), seed=1)
    for kept in (left, right):
        assert 40 < len(kept) < 90
        assert not any(1000e6 <= each.tick_us < 2000e6 for each in kept)
