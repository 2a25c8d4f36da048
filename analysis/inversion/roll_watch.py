"""The watch for ankle rolls to one side: outward, or inward where the pods may be exchanged."""

from __future__ import annotations

from dataclasses import dataclass

from surefoot.analysis.inversion.chirality import AGREES_DEG, Chirality
from surefoot.analysis.inversion.criteria import Excursion, is_inversion_event, is_suspect, measure_excursion
from surefoot.analysis.inversion.frontal_curves import FrontalCurves
from surefoot.analysis.inversion.stance_reference import (
    POPULATION_REFERENCE,
    StanceReference,
    StanceReferenceEstimator,
)
from surefoot.analysis.model import Bools, Floats
from surefoot.analysis.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Roll:
    """One ankle roll and what it stood out from.

    Parameters
    ----------
    curve_deg, rate_dps : (m,) of its stance, positive to the side to which it rolled.
    side_known : whether it rolled outward, and the pod's side is confirmed or not contradicted by the foot's stances.
    """

    excursion: Excursion
    reference: StanceReference
    curve_deg: Floats
    rate_dps: Floats
    side_known: bool


class RollWatch:
    """The usual stances, as seen from one side, and what stands out from them."""

    def __init__(self, prior: StanceReference, parameters: Parameters, *, mirrored: bool) -> None:
        self._parameters = parameters
        self._mirrored = mirrored
        self._reference = StanceReferenceEstimator(prior)

    @property
    def reference(self) -> StanceReference:
        """The foot's usual stances, as known now."""
        return self._reference.estimate()

    def suspects(self, curves: FrontalCurves) -> Bools:
        """(n,) stances worth comparing."""
        return is_suspect(self._seen(curves), self._parameters)

    def learn(self, curves: FrontalCurves, usual: Bools) -> None:
        """Take the stances marked as usual, (n,)."""
        self._reference.update(self._seen(curves), usual)

    def roll(self, curves: FrontalCurves, stance: int, *, side_known: bool) -> Roll | None:
        """The roll in one stance, if it is one."""
        seen, reference = self._seen(curves), self.reference
        excursion = measure_excursion(seen, stance, reference)
        if not is_inversion_event(excursion, reference, self._parameters):
            return None
        return Roll(excursion, reference, seen.inversion_deg[stance], seen.rate_dps[stance], side_known)

    def _seen(self, curves: FrontalCurves) -> FrontalCurves:
        return curves.mirrored if self._mirrored else curves


class BothWaysWatch:
    """Watches outward, and inward too unless the foot's stances agree with the side that its pod was given, which the
    runner may have confirmed: even then the pods may have been put on the wrong way round."""

    def __init__(self, prior: StanceReference, parameters: Parameters, *, side_confirmed: bool) -> None:
        self._side_confirmed = side_confirmed
        self._outward = RollWatch(prior, parameters, mirrored=False)
        self._inward = RollWatch(POPULATION_REFERENCE, parameters, mirrored=True)

    @property
    def reference(self) -> StanceReference:
        """The usual stances on the side that the pod was given."""
        return self._outward.reference

    def suspects(self, curves: FrontalCurves, rolled_in_deg: Floats) -> Bools:
        """(n,) stances worth comparing; `rolled_in_deg` (n,) is what shows the side before each."""
        in_doubt = ~(rolled_in_deg >= AGREES_DEG)
        return self._outward.suspects(curves) | (self._inward.suspects(curves) & in_doubt)

    def learn(self, curves: FrontalCurves, usual: Bools) -> None:
        """Take the stances marked as usual, (n,)."""
        for watch in (self._outward, self._inward):
            watch.learn(curves, usual)

    def roll(self, curves: FrontalCurves, stance: int, chirality: Chirality) -> Roll | None:
        """The roll in one stance, if it is one."""
        known = self._side_confirmed or chirality is not Chirality.OPPOSITE
        outward = self._outward.roll(curves, stance, side_known=known)
        if outward is not None or chirality is Chirality.AGREES:
            return outward
        return self._inward.roll(curves, stance, side_known=False)
