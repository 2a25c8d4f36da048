"""A roll is told only where the foot was followed from mid-stance to the peak; all other landings count as not
watched."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from surefoot.analysis.findings import Finding, Kind, Severity, State
from surefoot.analysis.inversion.aftermath import Aftermath, RecentStrides, Then
from surefoot.analysis.inversion.criteria import MAX_RATE_DPS, Excursion, is_inversion_event
from surefoot.analysis.inversion.messages import roll_message
from surefoot.analysis.inversion.stance_reference import POPULATION_REFERENCE
from surefoot.analysis.inversion.watched import Unwatched, landings_watched
from surefoot.analysis.model import Flag, Foot, Samples, Strides
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.runner_profile import FootStrike
from surefoot.firmware_sim.body.truth import TrueInversionEvent
from tests.analysis import made
from tests.analysis.simulated import Analysed, analyse, sensed, without

ROLL = InversionEvent(Foot.LEFT, 20.3, peak_deg=40.0, rise_s=0.09, onset_s=0.03)
CLEAR = Excursion(
    peak_s=0.1, peak_seen=True, clipped=False, excess_deg=40.0, inversion_deg=42.0, rise_deg=38.0, rate_dps=700.0
)


@cache
def rolled(strike: FootStrike = "rear", toes_down_deg: float = 0.0) -> tuple[Motion, Samples, TrueInversionEvent]:
    """A run with one roll of the left foot, and that foot's samples."""
    event = replace(ROLL, toes_down_deg=toes_down_deg)
    motion = simulate(RunnerProfile(strike=strike), [PlannedBout("run", 32.0, 3.0)], seed=4, inversion_events=[event])
    (truth,) = motion.truth[Foot.LEFT].inversion_events
    return motion, sensed(motion, seed=4).samples[Foot.LEFT], truth


def rolls(found: Analysed) -> list[Finding]:
    """The first revisions."""
    return [each for each in found.results.findings if each.kind is Kind.INVERSION_EVENT and each.revision == 0]


def flag_at(found: Analysed, landing_s: float) -> int:
    """The flags about watching of the stride that ends with a landing."""
    strides = found.strides()
    row = np.abs(strides.next_initial_contact_s - landing_s).argmin()
    return int(strides.flags[row]) & (Flag.UNWATCHED_GAP | Flag.UNWATCHED_CLIPPED | Flag.UNWATCHED_AXES)


def clipped(samples: Samples, start_s: float, end_s: float, *, gyroscope: bool) -> Samples:
    """The samples of a time marked as clipped."""
    marks = samples.clipped | ((samples.time_s >= start_s) & (samples.time_s < end_s))
    return replace(samples, clipped=marks, gyr_clipped=marks if gyroscope else samples.gyr_clipped)


@pytest.mark.parametrize("gap_s", [(-0.5, -0.41), (-0.2, -0.11), (-0.06, 0.02), (0.03, 0.11), (0.07, 0.15)], ids=str)
def test_a_gap_before_the_peak_hides_the_roll_and_the_landing_counts_as_not_watched(gap_s: tuple[float, float]) -> None:
    _, samples, truth = rolled()
    contact_s = truth.initial_contact_s
    found = analyse([without(samples, (contact_s + gap_s[0], contact_s + gap_s[1]))])
    assert rolls(found) == []
    assert flag_at(found, contact_s) == Flag.UNWATCHED_GAP


@pytest.mark.parametrize("gap_s", [(-0.8, -0.72), (0.17, 0.26)], ids=str)
def test_a_gap_before_mid_stance_or_after_the_peak_hides_nothing(gap_s: tuple[float, float]) -> None:
    _, samples, truth = rolled()
    contact_s = truth.initial_contact_s
    found = analyse([without(samples, (contact_s + gap_s[0], contact_s + gap_s[1]))])
    assert [round(each.value, -1) for each in rolls(found)] == [40.0]
    assert flag_at(found, contact_s) == 0


def test_a_gyroscope_that_clips_before_the_landing_hides_the_roll() -> None:
    _, samples, truth = rolled()
    at_s = truth.initial_contact_s - 0.3
    found = analyse([clipped(samples, at_s, at_s + 0.02, gyroscope=True)])
    assert rolls(found) == []
    assert flag_at(found, truth.initial_contact_s) == Flag.UNWATCHED_CLIPPED


def test_an_accelerometer_that_clips_hides_nothing() -> None:
    _, samples, truth = rolled()
    found = analyse([clipped(samples, truth.initial_contact_s - 0.3, truth.peak_s, gyroscope=False)])
    assert len(rolls(found)) == 1


def test_a_gyroscope_that_clips_after_the_landing_makes_the_angle_a_lower_bound() -> None:
    _, samples, truth = rolled()
    (told,) = rolls(analyse([clipped(samples, truth.onset_s + 0.02, truth.onset_s + 0.04, gyroscope=True)]))
    assert f"at least {told.value:.0f}° farther outward than its usual stance, at more than" in told.message
    assert told.evidence["is_lower_bound"] is True
    (whole,) = rolls(analyse([samples]))
    assert f": {whole.value:.0f}° farther outward than its usual stance, at up to" in whole.message
    assert whole.evidence["is_lower_bound"] is False


@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
@pytest.mark.parametrize("toes_down_deg", [20.0, 40.0])
def test_a_foot_that_lands_toes_down_off_a_kerb_is_found_to_roll(strike: FootStrike, toes_down_deg: float) -> None:
    _, samples, truth = rolled(strike, toes_down_deg)
    (told,) = rolls(analyse([samples]))
    assert told.time_s == pytest.approx(truth.peak_s, abs=0.05)
    assert told.value == pytest.approx(truth.excursion_deg, abs=6.0)


def there_and_back(samples: Samples, turn_s: float) -> Samples:
    """The run up to a time, and then the same run backwards: time reversed, the foot rotates the other way."""
    there = np.flatnonzero(samples.time_s < turn_s)
    rows, sign = np.concatenate([there, there[-2::-1]]), np.ones((2 * len(there) - 1, 1))
    sign[len(there) :] = -1.0
    time_s = samples.time_s[0] + np.arange(len(rows)) * float(np.median(np.diff(samples.time_s)))
    return Samples(samples.foot, time_s, samples.acc_mps2[rows], samples.gyr_radps[rows] * sign, samples.clipped[rows])


def test_a_foot_that_travels_backward_is_not_watched() -> None:
    """The roll, run backwards, is one for the angles alone; its way is not towards the toes."""
    turn_s = 22.4
    event = InversionEvent(Foot.LEFT, 20.3, peak_deg=40.0, rise_s=0.08)
    plan = [PlannedBout("run", 60.0, 3.0)]
    motion = simulate(RunnerProfile(strike="mid"), plan, seed=3, inversion_events=[event])
    (truth,) = motion.truth[Foot.LEFT].inversion_events
    found = analyse([there_and_back(sensed(motion, seed=3).samples[Foot.LEFT], turn_s)])
    strides = found.strides()
    back = (strides.next_initial_contact_s > turn_s + 0.5) & (strides.next_initial_contact_s < turn_s + 2.0)
    assert strides[back].has(Flag.UNWATCHED_AXES).all()
    assert [each.time_s for each in rolls(found)] == [pytest.approx(truth.peak_s, abs=0.05)]


def test_every_landing_is_watched_or_not() -> None:
    motion, samples, truth = rolled()
    landings = landings_watched(analyse([samples]).strides())
    assert landings.landings == len(motion.truth[Foot.LEFT]) + 1
    assert landings.unwatched[Unwatched.FIRST] == 1
    assert landings.not_watched <= 4  # the first, two after the roll and, at the end of the recording, the last
    gap = (truth.initial_contact_s - 4.0, truth.initial_contact_s - 2.5)
    broken = landings_watched(analyse([without(samples, gap)]).strides())
    assert broken.landings == landings.landings
    assert broken.unwatched[Unwatched.GAP] > landings.unwatched[Unwatched.GAP] + 1


def test_the_landing_after_a_roll_is_not_watched() -> None:
    """Its stride begins with a foot that is not flat."""
    motion, samples, truth = rolled()
    landings_s = motion.truth[Foot.LEFT].initial_contact_s
    row = int(np.searchsorted(landings_s, truth.initial_contact_s))
    found = analyse([samples])
    assert [flag_at(found, landings_s[row + after]) for after in (0, 1, 5)] == [0, Flag.UNWATCHED_AXES, 0]


def test_without_strides_there_are_no_landings() -> None:
    assert landings_watched(Strides.empty(Foot.LEFT)).landings == 0


@pytest.mark.parametrize(
    ("change", "is_event"),
    [
        ({}, True),
        ({"peak_seen": False}, False),
        ({"rate_dps": MAX_RATE_DPS - 1.0}, True),
        ({"rate_dps": MAX_RATE_DPS + 1.0}, False),
    ],
)
def test_an_event_has_a_peak_that_was_seen_and_a_rate_that_three_axes_can_read(
    change: dict[str, float], is_event: bool
) -> None:
    assert is_inversion_event(replace(CLEAR, **change), POPULATION_REFERENCE) is is_event  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("confidence", "words"), [(0.6, "may have rolled over: 40°"), (0.61, "rolled over: 40°"), (1.0, "rolled over: 40°")]
)
def test_what_is_not_sure_is_told_as_a_possibility(confidence: float, words: str) -> None:
    told = roll_message(Foot.LEFT, CLEAR, Severity.ROLL, confidence)
    assert told.startswith(f"The left ankle {words} farther outward")


@pytest.mark.parametrize("strike", ["rear", "mid", "fore"])
def test_a_clear_roll_is_told_as_one_though_its_landing_looks_like_no_other(strike: FootStrike) -> None:
    _, samples, _ = rolled(strike)
    (told,) = rolls(analyse([samples]))
    assert told.confidence > 0.8
    assert told.message.startswith("The left ankle rolled over: ")


def aftermath(running: list[bool], *, pause_s: float = 0.0) -> Aftermath:
    """Twelve running strides, the event, and those strides after it, `pause_s` late."""
    start_s = np.concatenate([np.arange(13) * 0.7, np.arange(13, 13 + len(running) + 1) * 0.7 + pause_s])
    strides = made.strides(Foot.LEFT, start_s, running=[True] * 13 + running)
    recent = RecentStrides()
    recent.add(strides, strides.next_initial_contact_s, 99)
    return recent.around(12 * 0.7)


def test_strides_of_another_gait_are_not_compared() -> None:
    after = aftermath([True] * 5 + [False] * 6)
    assert (after.before.shape[1], after.after.shape[1], after.then) == (10, 5, Then.WALKING)
    assert after.sentence == "The strides after it were like those before. Then came walking."
    assert after.known_s == pytest.approx((13 + 7) * 0.7)
    at_once = aftermath([False] * 8)
    assert (at_once.complete, at_once.compared) == (True, False)
    assert at_once.sentence == "Then came walking."


def test_one_odd_stride_is_no_change_of_gait() -> None:
    after = aftermath([True, False, True, True, True, True, True, True, True, True, True])
    assert (after.after.shape[1], after.then) == (10, Then.NOTHING)


def test_strides_after_a_pause_are_not_compared() -> None:
    after = aftermath([True] * 8, pause_s=20.0)
    assert (after.complete, after.compared, after.sentence) == (True, False, "Then came a pause.")


def test_who_walks_on_after_a_roll_is_not_told_to_be_slower() -> None:
    plan = [PlannedBout("run", 30.0, 3.0), PlannedBout("walk", 30.0, 1.4)]
    event = InversionEvent(Foot.LEFT, 29.0, peak_deg=40.0, rise_s=0.08)
    motion = simulate(RunnerProfile(), plan, seed=4, inversion_events=[event])
    found = analyse(sensed(motion, seed=4).feet)
    (last,) = (each for each in found.results.findings if each.kind is Kind.INVERSION_EVENT and each.revision == 1)
    assert last.state is State.RESOLVED
    assert last.message.endswith("Then came walking.")
    assert "slower" not in last.message
