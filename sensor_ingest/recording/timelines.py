"""Boots that heard each other, directly or through others, on the clock of one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.pod_store.records import BeaconRecord
from surefoot.sensor_ingest.recording.beacon_fit import AIR_BOOT_MASK, PairFit, fit_pair
from surefoot.sensor_ingest.recording.kept_pods import KeptPod

BootKey = tuple[str, int]
"""Pod's tag and boot count."""
PairFits = Mapping[tuple[BootKey, BootKey], PairFit]
"""(left, right) boot → the right one's clock on the left one's."""


@dataclass(slots=True)
class Timeline:
    """Boots on one clock: seconds since power-on of `base`.

    Parameters
    ----------
    towards_base : each boot's next one on the way to the base.
    """

    base: BootKey
    fits: PairFits
    towards_base: dict[BootKey, BootKey] = field(default_factory=dict)

    @property
    def boots(self) -> tuple[BootKey, ...]:
        """All boots of the timeline."""
        return (self.base, *self.towards_base)

    def at_s(self, boot: BootKey, ticks_us: Floats) -> Floats:
        """(n,) seconds of the timeline at ticks of one of its boots."""
        while boot != self.base:
            nearer = self.towards_base[boot]
            if (nearer, boot) in self.fits:
                ticks_us = self.fits[nearer, boot].map_right_to_left(ticks_us)
            else:
                ticks_us = self.fits[boot, nearer].map_left_to_right(ticks_us)
            boot = nearer
        return 1e-6 * np.asarray(ticks_us, np.float64)


def pair_fits(pods: Sequence[KeptPod]) -> PairFits:
    """Every two boots that heard each other."""
    fits: dict[tuple[BootKey, BootKey], PairFit] = {}
    for left, right in combinations(pods, 2):
        left_heard, right_heard = _heard(left, right.tag), _heard(right, left.tag)
        for left_boot in (boot.boot_count for boot in left.boots):
            for right_boot in (boot.boot_count for boot in right.boots):
                of_left = left_heard.get((left_boot, right_boot & AIR_BOOT_MASK), [])
                of_right = right_heard.get((right_boot, left_boot & AIR_BOOT_MASK), [])
                fit = fit_pair(of_left, of_right) if of_left or of_right else None
                if fit is not None:
                    fits[(left.tag, left_boot), (right.tag, right_boot)] = fit
    return fits


def timelines(pods: Sequence[KeptPod], fits: PairFits) -> list[Timeline]:
    """All boots, each in one timeline whose base is its longest boot; those joined by most beacons come first."""
    length_us = {(pod.tag, boot.boot_count): boot.last_us - boot.first_us for pod in pods for boot in pod.boots}
    waiting = sorted(length_us, key=lambda boot: -length_us[boot])
    pairs = sorted(fits, key=lambda pair: -fits[pair].beacons)
    found = []
    while waiting:
        line = Timeline(waiting.pop(0), fits)
        while (step := _next_step(line, pairs)) is not None:
            line.towards_base[step[0]] = step[1]
            waiting.remove(step[0])
        found.append(line)
    return found


def _next_step(line: Timeline, pairs: Sequence[tuple[BootKey, BootKey]]) -> tuple[BootKey, BootKey] | None:
    """A boot outside of the timeline and the one inside that it heard."""
    inside = set(line.boots)
    for one, other in pairs:
        if (one in inside) != (other in inside):
            return (other, one) if one in inside else (one, other)
    return None


def _heard(pod: KeptPod, partner_tag: str) -> Mapping[tuple[int, int], list[BeaconRecord]]:
    """Beacons of a partner by own boot count and the partner's."""
    heard = defaultdict(list)
    for beacon in pod.beacons:
        if beacon.partner_tag == partner_tag:
            heard[beacon.boot_count, beacon.partner_boot_count].append(beacon)
    return heard
