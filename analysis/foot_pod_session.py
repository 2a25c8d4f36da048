"""The session of a runner without pods, of whom a foot pod of another maker tells cadence and speed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from surefoot.analysis.companions import CompanionReading
from surefoot.analysis.foot_pod_run import FootPodBouts, is_moving
from surefoot.analysis.model import Foot, Mounting
from surefoot.analysis.parameters import DEFAULTS, Parameters
from surefoot.analysis.session import Results

_NOTHING: Mapping[Foot, float] = MappingProxyType({})


class FootPodSession:
    """What others ask of a `Session`; its results have bouts alone, as nothing is known of either foot."""

    def __init__(self, parameters: Parameters = DEFAULTS) -> None:
        self.parameters = parameters
        self.mountings: Mapping[Foot, Mounting] = MappingProxyType({})
        self.rolled_in_deg = _NOTHING
        self.pods_in_question = False
        self.moved_s: float | None = None
        """When somebody ran or walked last; None before."""
        self._bouts = FootPodBouts()

    def push_companion(self, reading: CompanionReading) -> Results:
        """Take what a sensor said."""
        bouts = self._bouts.push(reading)
        self.moved_s = reading.time_s if is_moving(reading) else self.moved_s
        return Results({}, bouts=tuple(bouts))

    def flush(self) -> Results:
        """End the run."""
        return Results({}, bouts=tuple(self._bouts.flush()))
