"""Errors of measured strides against the simulator's truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.model import Floats, Foot, Gait, Strides
from surefoot.analysis.session import Results
from surefoot.analysis.summary import cadence_spm, strides_of
from surefoot.dashboards.formatting import signed
from surefoot.firmware_sim.body.truth import TrueStrides

MATCH_WITHIN_S = 0.1
"""A measured landing is matched to a true one within this time; steps are three times as far apart."""


@dataclass(frozen=True, slots=True)
class TruthCheck:
    """Measured minus true, over all running strides.

    Parameters
    ----------
    contact_error_s : median error of ground contact time by foot; NaN where none was measured.
    cadence_error_spm : NaN without running.
    found, true : number of strides measured with their contact, and of true strides.
    """

    contact_error_s: Mapping[Foot, float]
    cadence_error_spm: float
    found: int
    true: int

    def __str__(self) -> str:
        if not self.found:
            return "Against the simulator's truth: no running to compare yet."
        contact = ", ".join(
            f"{signed(1000.0 * error_s, 1, plus=True)} ms {foot}"
            for foot, error_s in self.contact_error_s.items()
            if np.isfinite(error_s)
        )
        return (
            f"Against the simulator's truth: ground contact {contact}, "
            f"cadence {signed(self.cadence_error_spm, 2, plus=True)} steps/min; "
            f"{self.found} of {self.true} running strides measured."
        )


def compare_with_truth(results: Results, truth: Mapping[Foot, TrueStrides], until_s: float) -> TruthCheck:
    """Compare running strides with the true ones that ended by `until_s`, session time."""
    ran = {
        foot: (strides.gait == "run") & (strides.next_initial_contact_s <= until_s) for foot, strides in truth.items()
    }
    errors_s = {
        foot: _contact_errors_s(
            strides_of(results, foot, Gait.RUN),
            strides.initial_contact_s[ran[foot]],
            strides.ground_contact_time_s[ran[foot]],
        )
        for foot, strides in truth.items()
    }
    stride_s = np.concatenate([strides.stride_time_s[ran[foot]] for foot, strides in truth.items()])
    measured_spm = cadence_spm(results, Gait.RUN)
    known = measured_spm is not None and len(stride_s) > 0
    return TruthCheck(
        {foot: float(np.median(errors)) if len(errors) else np.nan for foot, errors in errors_s.items()},
        (measured_spm or 0.0) - 120.0 / float(stride_s.mean()) if known else np.nan,
        sum(len(errors) for errors in errors_s.values()),
        len(stride_s),
    )


def _contact_errors_s(strides: Strides, initial_s: Floats, contact_s: Floats) -> Floats:
    """Measured minus true contact time of matched strides, shape (matched,)."""
    if not len(strides) or not len(initial_s):
        return np.empty(0)
    nearest = np.abs(initial_s[:, None] - strides.initial_contact_s).argmin(axis=0)
    near = np.abs(initial_s[nearest] - strides.initial_contact_s) < MATCH_WITHIN_S
    errors_s: Floats = (strides.metrics["ground_contact_time_s"] - contact_s[nearest])[near]
    return errors_s[np.isfinite(errors_s)]
