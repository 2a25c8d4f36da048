"""Way of beacons from foot to foot: random delays of the advertiser, three channels, losses behind the body."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from surefoot.firmware_sim.pod.beacons import BEACON_PERIOD_S, Beacons
from surefoot.firmware_sim.pod.oscillator import Oscillator
from surefoot.firmware_sim.pod.pod_settings import PodSettings
from surefoot.sensor_ingest.pod_store.records import BeaconRecord

MAX_ADVERTISER_DELAY_S = 0.010
CHANNEL_DELAYS_S = (0.0, 0.0004, 0.0008)
"""An advertisement goes out on three channels in turn; the scanner is on one of them."""
STAMP_SD_S = 20e-6


@dataclass(frozen=True, slots=True)
class BeaconAir:
    """How well one foot hears the other.

    Parameters
    ----------
    loss : share of beacons that are lost: the body is between the feet, or the other radio is in the way.
    blackouts_s : (start, end) in session time, in which all are.
    """

    loss: float = 0.3
    blackouts_s: tuple[tuple[float, float], ...] = ()

    def heard_after_s(self, sent_s: float, rng: random.Random) -> float | None:
        """Delay with which a beacon is stamped by the other pod; None if it is lost."""
        lost = rng.random() < self.loss
        delay_s = rng.choice(CHANNEL_DELAYS_S) + abs(rng.gauss(0.0, STAMP_SD_S))
        return None if lost or any(start_s <= sent_s < end_s for start_s, end_s in self.blackouts_s) else delay_s


USUAL_AIR = BeaconAir()


def beacon_interval_s(rng: random.Random) -> float:
    """Time from a beacon to the next, which the advertiser delays at random."""
    return BEACON_PERIOD_S + rng.random() * MAX_ADVERTISER_DELAY_S


def beacon_records(
    clocks: Sequence[Oscillator],
    tags: Sequence[str],
    duration_s: float,
    air: BeaconAir,
    seed: int,
    *,
    start_s: float = 0.0,
    boot_counts: Sequence[int] = (1, 1),
) -> tuple[list[BeaconRecord], list[BeaconRecord]]:
    """What each of two pods keeps of the other's beacons, from `start_s` on."""
    rng = random.Random(seed)
    kept: tuple[list[BeaconRecord], list[BeaconRecord]] = [], []
    settings = [PodSettings(tags[side], partner_tag=tags[1 - side]) for side in (0, 1)]
    pods = [Beacons(settings[side], boot_counts[side], kept[side].append) for side in (0, 1)]
    due_s = [start_s + rng.random() * BEACON_PERIOD_S for _ in pods]
    while (sent_s := min(due_s)) < start_s + duration_s:
        side = due_s.index(sent_s)
        beacon = pods[side].send(clocks[side].tick_us(sent_s))
        delay_s = air.heard_after_s(sent_s, rng)
        if delay_s is not None:
            pods[1 - side].hear(beacon, clocks[1 - side].tick_us(sent_s + delay_s))
        due_s[side] = sent_s + beacon_interval_s(rng)
    return kept
