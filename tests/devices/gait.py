"""What a run on two sensors says of a runner, beside what the same run says on pods of the profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot
from surefoot.analysis.session import Results, Session
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from tests.accuracy.report import Finding
from tests.devices.trial import Trial
from tests.rolls.detection import COUNTED_DEG, same
from tests.sensor_ingest.virtual import replayed


@dataclass(frozen=True, slots=True)
class Means:
    """One foot's over the whole run; `strides` is how many there are."""

    strides: int
    cadence_spm: float
    contact_ms: float
    flight_ms: float
    impact_g: float


def analysed(run: RunFolder) -> Results:
    """Everything that a recording says."""
    session = Session()
    return Results.join([*(session.push(batch.samples) for batch in replayed(run).batches), session.flush()])


def means(results: Results, foot: Foot) -> Means:
    """Means of one foot."""
    metrics = results.strides[foot].metrics
    return Means(
        len(results.strides[foot]),
        float(np.nanmean(120.0 / metrics["stride_time_s"])),
        1e3 * float(np.nanmean(metrics["ground_contact_time_s"])),
        1e3 * float(np.nanmean(metrics["flight_time_s"])),
        float(np.nanmean(metrics["impact_peak_g"])),
    )


def findings(device: str, trial: Trial) -> Iterator[Finding]:
    """The foot that is further off of each."""
    found, known = analysed(trial.folder), analysed(trial.own)
    feet = [(means(found, foot), means(known, foot)) for foot in Foot]
    apart = {
        name: max((getattr(one, name) - getattr(own, name) for one, own in feet), key=abs)
        for name in ("cadence_spm", "contact_ms", "flight_ms")
    }
    counts = " and ".join(f"{one.strides} of {own.strides}" for one, own in feet)
    yield Finding(device, "strides, of those of our own pods", counts, "told", True)
    cadence_pct = 100.0 * apart["cadence_spm"] / feet[0][1].cadence_spm
    yield Finding(device, "cadence", f"{cadence_pct:+.2f} %", "within 0.5 %", abs(cadence_pct) <= 0.5)
    contact_ms = apart["contact_ms"]
    yield Finding(device, "ground contact", f"{contact_ms:+.1f} ms", "within 5 ms", abs(contact_ms) <= 5.0)
    yield Finding(device, "flight", f"{apart['flight_ms']:+.1f} ms", "told", True)
    impact_pct = max((100.0 * (one.impact_g / own.impact_g - 1.0) for one, own in feet), key=abs)
    yield Finding(device, "impact peak", f"{impact_pct:+.1f} %", "told", True)
    rolls = [each for each in trial.rolls if each.excursion_deg >= COUNTED_DEG]
    told = [
        sum(any(same(roll, event) for event in each.findings if event.kind is Kind.INVERSION_EVENT) for roll in rolls)
        for each in (found, known)
    ]
    text = f"{told[0]} of {len(rolls)}; our own pods {told[1]}"
    yield Finding(device, f"ankle rolls ≥ {COUNTED_DEG:.0f}° found", text, "told", True)
