"""What is withheld is told with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from surefoot.analysis.inversion.chirality import Chirality
from surefoot.analysis.metrics import STRIDE_METRICS
from surefoot.analysis.model import Flag, Foot, Mounting, MountingStatus, Samples, Strides
from surefoot.analysis.time_watched import TimeWatched, time_watched
from surefoot.sensor_ingest.recording.journal import JournalHole
from surefoot.sensor_ingest.recording.packet_reordering import PodCounts
from surefoot.service.pipeline.data_quality import assess
from surefoot.service.pipeline.sampling_stats import SamplingCounter, SamplingStats, damage_notes, pod_notes

WITHHELD = int(Flag.CONTACT_WITHHELD)
WELL = Mounting(MountingStatus.OK, np.eye(3), np.array([0.0, 1.0, 0.0]))
LOOSE = Mounting(MountingStatus.UNSURE, np.eye(3), np.array([0.0, 1.0, 0.0]), "the pod moves on the shoe")


def readings(*notes: str) -> SamplingStats:
    return SamplingStats(200.0, 0.0, has_gyroscope=True, notes=notes)


def strides(flags: Sequence[int], step_time_s: float = 0.35) -> Strides:
    count = len(flags)
    row = np.arange(count, dtype=float)
    metrics = {key: np.full(count, step_time_s) for key in STRIDE_METRICS}
    return Strides(Foot.LEFT, row, row, row + 1, row >= 0, row, np.array(flags, np.int64), metrics)


def watched(rows: Strides) -> TimeWatched:
    return time_watched({Foot.LEFT: rows})[Foot.LEFT]


def notes(rows: Strides, *, mounting: Mounting = WELL, paired: bool = True) -> tuple[str, ...]:
    return assess(readings(), mounting, rows, watched(rows), paired=paired).notes


def test_nothing_to_say_is_no_note() -> None:
    assert notes(strides([0] * 10)) == ()


def test_one_reason_for_all_is_told_once() -> None:
    flags = [WITHHELD | Flag.GAP] * 3 + [0] * 7
    assert notes(strides(flags)) == ("Contact time withheld in 3 of 10 strides: with gaps in the readings.",)


def test_a_foot_that_looks_like_the_other_one_is_told_alone_and_asked_about_together() -> None:
    rows = strides([0] * 10)
    alone = assess(readings(), WELL, rows, watched(rows), paired=True, rolled_in_deg=-8.2)
    assert alone.side is Chirality.OPPOSITE
    assert len(alone.notes) == 1
    assert alone.notes[0].startswith("This foot rolls out by 8° after landing, as the other foot would look")
    asked = assess(readings(), WELL, rows, watched(rows), paired=True, rolled_in_deg=-8.2, question="Exchanged?")
    assert asked.notes == ("Exchanged?",)


@pytest.mark.parametrize(
    ("rolled_in_deg", "side"), [(9.0, Chirality.AGREES), (2.0, Chirality.UNKNOWN), (np.nan, Chirality.UNKNOWN)]
)
def test_a_foot_that_fits_or_shows_no_side_needs_no_note(rolled_in_deg: float, side: Chirality) -> None:
    rows = strides([0] * 10)
    found = assess(readings(), WELL, rows, watched(rows), paired=True, rolled_in_deg=rolled_in_deg)
    assert (found.side, found.notes) == (side, ())


def test_several_reasons_are_counted() -> None:
    flags = [WITHHELD | Flag.CLIPPED | Flag.GAP] * 4 + [WITHHELD | Flag.GAP] * 2 + [WITHHELD] + [Flag.CLIPPED] * 3
    assert notes(strides(flags)) == (
        "Contact time withheld in 7 of 10 strides: 6 with gaps in the readings, 1 with no clear landing or lift-off.",
    )


def test_landings_that_were_not_watched_are_told_with_the_reasons() -> None:
    flags = [int(Flag.UNWATCHED_GAP)] * 3 + [int(Flag.UNWATCHED_CLIPPED)] + [0] * 6
    told = assess(readings(), WELL, strides(flags), watched(strides(flags)), paired=True)
    assert (told.landings.watched, told.landings.not_watched, told.landings.landings) == (6, 5, 11)
    assert told.notes == (
        "An ankle roll would not have been seen at 5 of 11 landings, for 4 of 10 s: 3 with missing readings, 1 with "
        "the gyroscope beyond its range, 1 at the beginning of a stretch.",
    )


def test_the_mounting_and_the_readings_have_their_say() -> None:
    rows = strides([0] * 10)
    told = assess(readings("2 gaps."), LOOSE, rows, watched(rows), paired=True)
    assert told.notes == ("2 gaps.", "The pod moves on the shoe.")


def test_strides_whose_partner_is_missing_are_told() -> None:
    assert notes(strides([0] * 10, step_time_s=np.nan)) == (
        "Step time withheld in 10 of 10 strides: the other foot's landing was not found where it belongs. If that is "
        "most of them, the two recordings' clocks are apart.",
    )


def test_clocks_apart_are_told_with_their_offset() -> None:
    rows = strides([int(Flag.CLOCKS_APART)] * 8 + [0] * 2)
    told = assess(readings(), WELL, rows, watched(rows), paired=True, clock_offset_s=-0.0796)
    assert told.notes == (
        "The other foot's clock seems 80 ms early: steps come long and short in turn, with contacts alike. Step and "
        "flight time withheld in 8 of 10 strides.",
    )


def test_a_clock_off_by_about_half_a_stride_may_be_off_either_way() -> None:
    rows = strides([int(Flag.CLOCKS_APART)] * 8)
    rows.metrics["stride_time_s"][:] = 0.7
    told = assess(readings(), WELL, rows, watched(rows), paired=True, clock_offset_s=-0.341)
    assert told.notes[0].startswith("The other foot's clock seems 341 ms early (or 359 ms late): steps come")


def test_impacts_beyond_the_range_are_told_as_a_bound_where_they_are_many() -> None:
    clipped = int(Flag.IMPACT_CLIPPED | Flag.CLIPPED)
    (told,) = notes(strides([clipped] * 6 + [0] * 4))
    assert told == (
        "Impact peak, impact, impact rate and braking are at least what is told: 6 of 10 landings reach the end of a "
        "sensor's range."
    )
    assert notes(strides([clipped] * 4 + [0] * 6)) == ()


def test_where_gravity_was_removed_no_sensor_is_blamed() -> None:
    rows, failed = strides([0] * 10), replace(WELL, status=MountingStatus.FAILED, note="wrong")
    removed = SamplingStats(200.0, 0.0, has_gyroscope=True, notes=(), has_gravity=False)
    assert assess(removed, failed, rows, watched(rows), paired=True).notes == (
        "Without gravity in the acceleration all but the times of contact is withheld.",
    )


def test_a_slow_pod_whose_axes_are_unsure_need_not_have_moved() -> None:
    rows, slow = strides([0] * 10), SamplingStats(52.0, 0.0, has_gyroscope=True, notes=())
    assert assess(slow, LOOSE, rows, watched(rows), paired=True).notes == (
        "At 52 Hz readings are too few to be sure of the pod's axes, or it moves on the shoe.",
    )


def test_clocks_of_pods_that_did_not_hear_each_other_are_told() -> None:
    rows = strides([int(Flag.CLOCKS_UNKNOWN)] * 4 + [0] * 6)
    rows.metrics["step_time_s"][:4] = np.nan
    assert notes(rows) == (
        "The pods did not hear each other, so nothing tells their clocks apart to the millisecond. Step and flight "
        "time withheld in 4 of 10 strides.",
    )


def test_strides_that_came_late_are_told_apart_from_those_without_a_partner() -> None:
    late = strides([int(Flag.LATE)] * 3 + [0] * 7)
    late.metrics["step_time_s"][:3] = np.nan
    assert notes(late) == ("3 strides came after the pod was silent for long: not compared with the other foot.",)


def test_without_strides_there_is_no_share_of_them() -> None:
    told = assess(readings(), WELL, Strides.empty(Foot.LEFT), watched(Strides.empty(Foot.LEFT)), paired=False)
    assert told.clipped_strides_pct is None
    assert told.notes == ()


def test_readings_are_counted_with_what_is_missing() -> None:
    counter = SamplingCounter()
    time_s = np.arange(1000) / 200.0
    for part in (time_s[:400], time_s[500:]):
        count = len(part)
        counter.push(Samples(Foot.LEFT, part, np.zeros((count, 3)), np.zeros((count, 3)), np.zeros(count, bool)))
    found = counter.readings()
    assert found.sampling_rate_hz == pytest.approx(200.0)
    assert found.loss_pct == pytest.approx(10.0)
    assert found.notes == ("1 gap, the longest 0.505 s, 10 % of the readings missing.",)


def test_too_few_readings_have_no_rate() -> None:
    assert np.isnan(SamplingCounter().readings().sampling_rate_hz)


def test_what_happened_to_packets_is_told() -> None:
    assert pod_notes(PodCounts(received=10, boots=1)) == ()
    assert pod_notes(PodCounts(received=10, resent=1, malformed=3, dropped_samples=4, boots=2)) == (
        "1 packet came late, sent again after the pod was out of reach.",
        "The pod restarted 1 time.",
        "The pod lost 4 readings before they were sent.",
        "3 packets made no sense and were left out.",
    )


def hole(after_s: float, until_s: float | None) -> JournalHole:
    return JournalHole(1000, 265, "wrong checksum", after_s, until_s)


@pytest.mark.parametrize(
    ("holes", "told"),
    [
        ([], ()),
        ([hole(3.0, 3.0)], ()),
        ([hole(372.0, 372.04)], ("The recording is damaged: about 0.1 s, 6.2 min in, cannot be read.",)),
        (
            [hole(372.0, 373.0), hole(372.0, 373.0), hole(900.0, 901.5)],
            ("The recording is damaged in 2 places: about 2.5 s, the first 6.2 min in, cannot be read.",),
        ),
        ([hole(372.0, None)], ("Nothing after the first 6.2 min of the recording can be read.",)),
    ],
)
def test_damage_is_told_with_its_length(holes: list[JournalHole], told: tuple[str, ...]) -> None:
    assert damage_notes(holes) == told
