"""Pods within earshot of each other's beacons, in the same process."""

from __future__ import annotations

import random
from typing import Protocol

from surefoot.firmware_sim.pod.beacon_air import BeaconAir


class BeaconListener(Protocol):
    """A pod that may hear beacons."""

    def hear_beacon(self, data: bytes, delay_s: float) -> None:
        """An advertisement has reached the pod, `delay_s` after it was sent."""


class BeaconEther:
    """Carries each beacon to all other pods; times are session times of the first runner."""

    def __init__(self, air: BeaconAir, seed: int = 0) -> None:
        self.air = air
        self._rng = random.Random(seed)
        self._listeners: list[BeaconListener] = []

    def join(self, listener: BeaconListener) -> None:
        """A pod is there."""
        self._listeners.append(listener)

    def send(self, sender: BeaconListener, data: bytes, sent_s: float) -> None:
        """Carry a beacon to those who hear it."""
        for listener in self._listeners:
            delay_s = None if listener is sender else self.air.heard_after_s(sent_s, self._rng)
            if delay_s is not None:
                listener.hear_beacon(data, delay_s)
