"""Which pod is on which foot: the question where both look exchanged, what is withheld until it is answered, and the
answers."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.inversion.chirality import Chirality, judged
from surefoot.analysis.model import Estimate, Foot, Strides, Window
from surefoot.analysis.session import Results
from surefoot.sensor_ingest.files.cleaning import Recording

SIDED_KEYS = frozenset(
    {
        "inversion_at_contact_deg",
        "stance_tilt_deg",
        "peak_inversion_deg",
        "peak_inversion_velocity_dps",
        "eversion_excursion_deg",
        "peak_eversion_velocity_dps",
    }
)
"""Metrics that turn round on the other foot."""
LOOKS_EXCHANGED = "Both feet land inward and roll outward, as each would look on the other foot:"
WITHHELD = "Inversion and rolling in are withheld until you say."
FILES_QUESTION = (
    f"{LOOKS_EXCHANGED} are the two recordings exchanged, or do the accelerometers have the opposite sign (−1 g up at "
    f"rest)? {WITHHELD} Analyse again with --exchange, with --turn-sign both, or with --as-worn if all is right."
)
_ODD_FOOT = (
    "This foot rolls out by {out_deg:.0f}° after landing, as the other foot would look: is the recording of the "
    "{other} foot, or does its accelerometer have the opposite sign (−1 g up at rest)? Its inversion and rolling in "
    "are withheld until you say; ankle rolls are watched both ways. Hand it over as the {other} foot's, or analyse "
    "again with --turn-sign {foot}, or with --as-worn if all is right."
)
PODS_QUESTION = f"{LOOKS_EXCHANGED} are the pods exchanged? {WITHHELD}"


def exchange_advice(run_id: str, runner: str) -> str:
    """What to do about a recorded run; `runner` is empty where there is but one."""
    command = f"surefoot exchange {run_id}" + (f" --runner {shlex.quote(runner)}" if runner else "")
    return f" If so: {command}; if all is right, the same with --as-worn."


@dataclass(frozen=True, slots=True)
class Sides:
    """What the person says about the sides of recordings.

    Parameters
    ----------
    exchanged : each is of the other foot.
    sign_turned : feet whose accelerometer reads −1 g up at rest.
    confirmed : all is as it was given, whatever the gait looks like.
    """

    exchanged: bool = False
    sign_turned: frozenset[Foot] = frozenset()
    confirmed: bool = False

    def applied(self, recordings: Mapping[Foot, Recording]) -> dict[Foot, Recording]:
        """The recordings with their signs and sides corrected."""
        signed = {foot: _sign_turned(each) if foot in self.sign_turned else each for foot, each in recordings.items()}
        return {foot.other: _exchanged(each) for foot, each in signed.items()} if self.exchanged else signed


AS_GIVEN = Sides()


def odd_foot_question(rolled_in_deg: float, foot: Foot) -> str:
    """What to ask about a file whose foot alone looks like the other one; empty if it does not."""
    if judged(rolled_in_deg) is not Chirality.OPPOSITE:
        return ""
    return _ODD_FOOT.format(out_deg=-rolled_in_deg, foot=foot, other=foot.other)


def without_sided(results: Results, feet: Collection[Foot] = tuple(Foot)) -> Results:
    """Results without what would turn round if these feet's pods were on the other one."""
    return replace(
        results,
        strides={
            foot: strides_without_sided(strides) if foot in feet else strides
            for foot, strides in results.strides.items()
        },
        windows=tuple(window_without_sided(window, feet) for window in results.windows),
        live=tuple(window_without_sided(window, feet) for window in results.live),
    )


def strides_without_sided(strides: Strides) -> Strides:
    """Strides without what would turn round."""
    unknown = np.full(len(strides), np.nan)
    return replace(
        strides, metrics={key: unknown if key in SIDED_KEYS else each for key, each in strides.metrics.items()}
    )


def window_without_sided(window: Window, feet: Collection[Foot] = tuple(Foot)) -> Window:
    """A window without what would turn round of these feet, and between them."""
    if not feet:
        return window
    return replace(
        window,
        feet={foot: _without(known) if foot in feet else known for foot, known in window.feet.items()},
        asymmetry_pct=_without(window.asymmetry_pct),
        difference=_without(window.difference),
    )


def _without(estimates: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {key: each for key, each in estimates.items() if key not in SIDED_KEYS}


def _sign_turned(recording: Recording) -> Recording:
    return replace(recording, samples=replace(recording.samples, acc_mps2=-recording.samples.acc_mps2))


def _exchanged(recording: Recording) -> Recording:
    return replace(recording, samples=replace(recording.samples, foot=recording.samples.foot.other))
