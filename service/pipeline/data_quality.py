"""Data quality of one foot, in numbers and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from surefoot.analysis.comparability import MIN_TIMING_RATE_HZ, further_back_m
from surefoot.analysis.inversion.chirality import Chirality, judged
from surefoot.analysis.inversion.watched import LandingsWatched, Unwatched, landings_watched
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Flag, Foot, Mounting, MountingStatus, Reason, Strides, Withheld
from surefoot.analysis.summary import clipped_strides_pct
from surefoot.analysis.time_watched import Aspect, TimeWatched
from surefoot.analysis.windows import MIN_WINDOW_STRIDES, withheld
from surefoot.dashboards.vocabulary import DIFFERENCE_WORDS
from surefoot.sensor_ingest.formatting import pluralize
from surefoot.service.pipeline.sampling_stats import SamplingStats

MAX_UNWATCHED, MAX_UNWATCHED_PCT = 1, 2.0
"""More landings than both at which an ankle roll would not have been seen get a note; every recording ends with one."""
UNWATCHED_PHRASES = {
    Unwatched.NO_GYROSCOPE: "without a gyroscope",
    Unwatched.GAP: "with missing readings",
    Unwatched.CLIPPED: "with the gyroscope beyond its range",
    Unwatched.AXES: "with too little known of how the foot stood or travelled",
    Unwatched.FIRST: "at the beginning of a stretch",
}
MAX_OTHER_WAY = 2.0
"""A clock off by more than a third of a stride may be off the other way, by at most this many times as much."""
IMPACT_LABELS = [each.label for each in STRIDE_METRICS.values() if Reason.RANGE in each.needs_equal]
MAX_UNPAIRED_PCT = 10.0
"""More strides without a partner get a note; every bout begins and ends with one."""


@dataclass(frozen=True, slots=True)
class DataQuality:
    """One foot's data quality.

    Parameters
    ----------
    sampling_rate_hz : readings per second outside gaps.
    loss_pct : share of readings missing in gaps, 0 to 100.
    clipped_strides_pct : share of strides with a reading at the end of the sensor's range; None without strides.
    landings : at how many an ankle roll would have been seen, and at how many not.
    watched : for how long ankle rolls, contact and angles were watched.
    rolled_in_deg : of the foot's latest landings, which shows its side; NaN while it is not known.
    withheld : metrics without a median over the running strides, or over the walking ones where nobody ran.
    notes : what was found, what was withheld and why, one sentence each.
    """

    sampling_rate_hz: float
    loss_pct: float
    clipped_strides_pct: float | None
    mounting: MountingStatus
    strides: int
    landings: LandingsWatched
    watched: TimeWatched
    rolled_in_deg: float
    withheld: Mapping[str, Withheld]
    notes: tuple[str, ...]

    @property
    def side(self) -> Chirality:
        """What the landings say about the side that the pod was given."""
        return judged(self.rolled_in_deg)


def assess(
    readings: SamplingStats,
    mounting: Mounting,
    strides: Strides,
    watched: TimeWatched,
    *,
    paired: bool,
    rolled_in_deg: float = np.nan,
    question: str = "",
    clock_offset_s: float = np.nan,
) -> DataQuality:
    """Data quality of one foot.

    `paired` says whether the other foot was recorded too, `rolled_in_deg` by how much this one rolls in, `question`
    whether the two may be exchanged, `clock_offset_s` by how much the other foot's clock is late at strides flagged for
    it.
    """
    unsure = question and mounting.status is MountingStatus.OK
    landings, of_gait = landings_watched(strides), _of_main_gait(strides)
    few = withheld(of_gait) if len(of_gait) >= MIN_WINDOW_STRIDES else {}
    return DataQuality(
        readings.sampling_rate_hz,
        readings.loss_pct,
        clipped_strides_pct(strides),
        MountingStatus.UNSURE if unsure else mounting.status,
        len(strides),
        landings,
        watched,
        rolled_in_deg,
        few,
        (
            *((question,) if question else _side_note(rolled_in_deg)),
            *readings.notes,
            *(_mounting_note(mounting, readings) if readings.has_gyroscope else ()),
            *_impact_note(of_gait),
            *_contact_note(strides),
            *_angles_note(strides),
            *_minority_notes(few),
            *_watch_note(landings, watched),
            *_late_note(strides),
            *_clock_note(strides, clock_offset_s),
            *_unknown_clock_note(strides),
            *_pairing_note(strides[~strides.has(Flag.LATE | Flag.CLOCKS_APART | Flag.CLOCKS_UNKNOWN)], paired=paired),
        ),
    )


def _mounting_note(mounting: Mounting, readings: SamplingStats) -> tuple[str, ...]:
    if not readings.has_gravity and mounting.status is MountingStatus.FAILED:
        return ("Without gravity in the acceleration all but the times of contact is withheld.",)
    if readings.sampling_rate_hz < MIN_TIMING_RATE_HZ and mounting.status is MountingStatus.UNSURE:
        rate = f"{readings.sampling_rate_hz:.0f} Hz"
        return (f"At {rate} readings are too few to be sure of the pod's axes, or it moves on the shoe.",)
    return (f"{mounting.note[0].upper()}{mounting.note[1:]}.",) if mounting.note else ()


def _side_note(rolled_in_deg: float) -> tuple[str, ...]:
    """Note on a foot that looks like the other one; both together are asked about."""
    if judged(rolled_in_deg) is not Chirality.OPPOSITE:
        return ()
    return (
        f"This foot rolls out by {-rolled_in_deg:.0f}° after landing, as the other foot would look: yours may do so, "
        "the accelerometer may have the opposite sign, or one side was named twice. Ankle rolls are watched both ways.",
    )


def _impact_note(strides: Strides) -> tuple[str, ...]:
    """Note on landings beyond the sensor's range where they are so many that the median is one of them."""
    beyond = strides.has(Flag.IMPACT_CLIPPED)
    if not beyond.any():
        return ()
    known = np.isfinite(strides.metrics["impact_peak_g"])
    clipped, landings = int((known & beyond).sum()), int(known.sum())
    if 2 * clipped < landings or not clipped:
        return ()
    return (
        f"{_listed(IMPACT_LABELS)} are at least what is told: {clipped} of {landings} landings reach the end of a "
        "sensor's range.",
    )


def _contact_note(strides: Strides) -> tuple[str, ...]:
    """Note on strides without a contact time, with the reasons."""
    withheld = strides.has(Flag.CONTACT_WITHHELD)
    if not withheld.any():
        return ()
    blind = withheld & strides.has(Flag.NO_GYROSCOPE)
    gap, clipped = (withheld & ~blind & strides.has(flag) for flag in (Flag.GAP, Flag.CLIPPED))
    reasons = {
        "without a gyroscope": blind,
        "with gaps in the readings": gap,
        "with readings beyond the sensor's range": clipped & ~gap,
        "with no clear landing or lift-off": withheld & ~blind & ~gap & ~clipped,
    }
    counts = {reason: int(rows.sum()) for reason, rows in reasons.items() if rows.any()}
    why = ", ".join(f"{count} {reason}" if len(counts) > 1 else reason for reason, count in counts.items())
    return (f"Contact time withheld in {int(withheld.sum())} of {len(strides)} strides: {why}.",)


def comparison_notes(
    apart: Mapping[str, Reason], rates_hz: Mapping[Foot, float], mountings: Mapping[Foot, Mounting]
) -> tuple[str, ...]:
    """Notes on metrics in which left and right are not compared, and why."""
    rates = ", ".join(f"{foot} {rate_hz:.0f} Hz" for foot, rate_hz in rates_hz.items())
    back_m = further_back_m({foot: mounting.behind_toes_m for foot, mounting in mountings.items()})
    back = f"the {Foot.RIGHT if back_m > 0.0 else Foot.LEFT} one {100.0 * abs(back_m):.0f} cm further back"
    of_rates = dict.fromkeys((Reason.RATE, Reason.SLOW_RATE, Reason.SELDOM, Reason.VERY_SELDOM), f" ({rates})")
    figures = {**of_rates, Reason.PLACE: f" ({back})"}
    groups: dict[str, list[str]] = {}
    for key in (key for key in STRIDE_METRICS if key in apart):
        why = DIFFERENCE_WORDS[apart[key]] + figures.get(apart[key], "")
        groups.setdefault(why, []).append(STRIDE_METRICS[key].label)
    return tuple(f"{_listed(labels)}: left and right are not compared, {why}." for why, labels in groups.items())


def _of_main_gait(strides: Strides) -> Strides:
    """The running strides, or all where nobody ran."""
    return strides[strides.running] if strides.running.any() else strides


def _minority_notes(few: Mapping[str, Withheld]) -> tuple[str, ...]:
    """Notes on metrics that are known in too few strides to be told; those that are never known have other notes."""
    counts = sorted({(each.n, each.of) for each in few.values() if each.n}, reverse=True)
    return tuple(
        f"{_listed([STRIDE_METRICS[key].label for key, each in few.items() if (each.n, each.of) == count])}: known in "
        f"{count[0]} of {count[1]} strides only, withheld."
        for count in counts
    )


def _listed(labels: Sequence[str]) -> str:
    """Labels as one phrase: "Speed, stride length and foot lift"."""
    words = [labels[0], *(f"{label[0].lower()}{label[1:]}" for label in labels[1:])]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _angles_note(strides: Strides) -> tuple[str, ...]:
    """Note on strides without angles although there is a gyroscope."""
    withheld = strides.has(Flag.ANGLES_WITHHELD) & ~strides.has(Flag.NO_GYROSCOPE)
    if 100.0 * withheld.sum() <= MAX_UNWATCHED_PCT * len(strides):
        return ()
    return (f"Angles of the foot withheld in {int(withheld.sum())} of {len(strides)} strides.",)


def _watch_note(landings: LandingsWatched, watched: TimeWatched) -> tuple[str, ...]:
    """Note on landings at which an ankle roll would not have been seen, with the reasons."""
    missed = landings.not_watched - landings.unwatched[Unwatched.FIRST]
    if missed <= max(MAX_UNWATCHED, 0.01 * MAX_UNWATCHED_PCT * landings.landings):
        return ()
    counts = {UNWATCHED_PHRASES[reason]: count for reason, count in landings.unwatched.items() if count}
    why = ", ".join(f"{count} {phrase}" for phrase, count in counts.items())
    share = f"{landings.not_watched} of {landings.landings} landings"
    time = f"{watched.not_watched_s[Aspect.ROLLS]:.0f} of {watched.gait_s:.0f} s"
    return (f"An ankle roll would not have been seen at {share}, for {time}: {why}.",)


def _late_note(strides: Strides) -> tuple[str, ...]:
    late = int(strides.has(Flag.LATE).sum())
    if not late:
        return ()
    return (f"{pluralize(late, 'stride')} came after the pod was silent for long: not compared with the other foot.",)


def _clock_note(strides: Strides, offset_s: float) -> tuple[str, ...]:
    """Note on steps that the clocks make unequal."""
    rows = strides.has(Flag.CLOCKS_APART)
    if not rows.any():
        return ()
    stride_s = float(np.nanmedian(strides.metrics["stride_time_s"][rows]))
    return (
        f"The other foot's clock seems {_clock_words(offset_s, stride_s)}: steps come long and short in turn, with "
        f"contacts alike. Step and flight time withheld in {int(rows.sum())} of {len(strides)} strides.",
    )


def _clock_words(offset_s: float, stride_s: float) -> str:
    """How far a clock is off; steps tell it but for whole strides, so that about half a stride may be either way."""
    words = ("late", "early") if offset_s > 0 else ("early", "late")
    other_s = stride_s - abs(offset_s)
    other = f" (or {1e3 * other_s:.0f} ms {words[1]})" if other_s < MAX_OTHER_WAY * abs(offset_s) else ""
    return f"{1e3 * abs(offset_s):.0f} ms {words[0]}{other}"


def _unknown_clock_note(strides: Strides) -> tuple[str, ...]:
    """Note on steps between pods of which neither heard the other, nor a computer both."""
    unknown = int(strides.has(Flag.CLOCKS_UNKNOWN).sum())
    if not unknown:
        return ()
    return (
        "The pods did not hear each other, so nothing tells their clocks apart to the millisecond. "
        f"Step and flight time withheld in {unknown} of {len(strides)} strides.",
    )


def _pairing_note(strides: Strides, *, paired: bool) -> tuple[str, ...]:
    if not len(strides):
        return ()
    if not paired:
        return ("Step and flight time need both feet, and only this one was recorded.",)
    lonely = int(np.isnan(strides.metrics["step_time_s"]).sum())
    if 100.0 * lonely <= MAX_UNPAIRED_PCT * len(strides):
        return ()
    label = STRIDE_METRICS["step_time_s"].label
    return (
        f"{label} withheld in {lonely} of {len(strides)} strides: the other foot's landing was not found where it "
        "belongs. If that is most of them, the two recordings' clocks are apart.",
    )
