"""Plans whose sessions are simulated down to the pods' samples and analysed: bouts, decisions, minutes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from multiprocessing import get_context
from statistics import fmean

import numpy as np

from surefoot.analysis.findings import Kind, Severity
from surefoot.analysis.model import BoutKind, Foot
from surefoot.analysis.session import Results
from surefoot.analysis.summary import summarise
from surefoot.analysis.weeks.bouts_matching import TOLERANCE_S
from surefoot.analysis.weeks.decision import Roll, Step
from surefoot.analysis.weeks.feeling import CheckIn
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Plan, PlanKind, Row
from surefoot.analysis.weeks.progress import PlanSession, progress
from surefoot.firmware_sim.body.motion import Motion, PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.body.truth import TrueStrides
from tests.accuracy.report import Finding
from tests.analysis.simulated import analyse, sensed, without
from tests.weeks.courses import COURSES, RUN, Course, Day, as_planned, check_ins, session

PLANS, SPRAIN_PLANS = 30, 6
MAX_OFF_S = 5.0
BEGUN = date(2026, 5, 31)
SHORT_ROWS = (Row(4, 60.0, 60.0), Row(3, 120.0, 60.0), Row(1, 300.0))
SEEN = ("one run long", "one run short", "one missing", "merged by 4 s", "one more run", "stopped early")
UNSEEN = "a gap in the radio"
"""What pods see by themselves, and what they do not."""
STILL_S = 5.0
STRIKES = ("rear", "mid", "fore", "flat")


@dataclass(frozen=True, slots=True)
class Followed:
    """A plan from samples: steps as the table has them, steps as decided, and how far minutes were off, each (n,)."""

    expected: Sequence[Step]
    decided: Sequence[Step]
    run_off_s: Sequence[float]
    walk_off_s: Sequence[float]


def findings(plans: int = PLANS) -> Iterator[Finding]:
    """Plans on all processors."""
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        yield from figures(list(processes.map(follow, range(plans))))


def figures(followed: Sequence[Followed]) -> Iterator[Finding]:
    """What was decided, and how far minutes are off."""
    right = sum(each.expected == each.decided for each in followed)
    sessions = sum(len(each.decided) for each in followed)
    data = f"{len(followed)} plans from samples, {sessions} sessions"
    yield Finding(data, "decided as in the table", f"{right} of {len(followed)}", "all", right == len(followed))
    for gait, off_s in (
        ("running", [s for each in followed for s in each.run_off_s]),
        ("walking", [s for each in followed for s in each.walk_off_s]),
    ):
        worst_s = max(map(abs, off_s))
        yield Finding(
            data, f"{gait} of a session off by at most", f"{worst_s:.1f} s", f"≤ {MAX_OFF_S:g} s", worst_s <= MAX_OFF_S
        )


def follow(number: int) -> Followed:
    """A plan session by session; now and then something happens that pods see."""
    rng = np.random.default_rng([30, number])
    plan = Plan(PlanKind.CLINICIAN, SPRAIN_ROWS if number < SPRAIN_PLANS else SHORT_ROWS, by="M. Roth", made=BEGUN)
    profile = RunnerProfile(strike=STRIKES[number % 4], contact_asymmetry_pct=float(rng.normal(0.0, 2.0)))  # type: ignore[arg-type]
    walk_mps, run_mps = float(rng.uniform(1.2, 1.9)), float(rng.uniform(2.3, 3.3))
    row, sessions, expected, off_s = 0, [], [], []
    said: list[CheckIn] = []
    for k in range(len(plan.rows)):
        course = _course(plan, plan.rows[row], rng)
        day = (
            as_planned(plan.rows[row]) if course is None else course.change(as_planned(plan.rows[row]), plan.rows[row])
        )
        motion = simulate(profile, _bouts(day, walk_mps, run_mps), 100 * number + k)
        results = _analysed(motion, day, 100 * number + k)
        on = BEGUN + timedelta(days=2 * k)
        said += check_ins(day, f"r{k}", on)
        sessions.append(_seen(session(day, f"r{k}", on, said, BEGUN), results))
        off_s += [] if day.gaps else [_off_s(motion, results)]
        expected.append(Step.GO_ON if course is None else course.step)
        if expected[-1] is Step.CANNOT_TELL:
            break
        row += expected[-1] is Step.GO_ON
    judged = progress(FollowedPlan("p", plan, BEGUN), sessions).judged
    decided = [each.decision.step for each in judged]
    return Followed(expected, decided, [run_s for run_s, _ in off_s], [walk_s for _, walk_s in off_s])


def _course(plan: Plan, row: Row, rng: np.random.Generator) -> Course | None:
    fitting = [COURSES[name] for name in (*SEEN, UNSEEN) if COURSES[name].fits(plan, row)]
    return fitting[int(rng.integers(len(fitting)))] if rng.random() < 0.4 else None


def _bouts(day: Day, walk_mps: float, run_mps: float) -> Sequence[PlannedBout]:
    gaits = [PlannedBout(kind.value, s, run_mps if kind is RUN else walk_mps) for kind, s in day.pieces]  # type: ignore[arg-type]
    return (PlannedBout("still", STILL_S), *gaits)


def _analysed(motion: Motion, day: Day, seed: int) -> Results:
    lost = [(STILL_S + start_s, STILL_S + end_s) for start_s, end_s in day.gaps]
    return analyse(without(each, *lost) for each in sensed(motion, seed).feet).results


def _seen(session: PlanSession, results: Results) -> PlanSession:
    """The session as pods saw it: a longer pause in which nobody stood is one in which they told nothing."""
    other = [(each.start_s, each.end_s) for each in results.bouts if each.kind is BoutKind.OTHER]
    gaps = [(start_s, end_s) for start_s, end_s in other if end_s - start_s > TOLERANCE_S]
    rolled = any(
        each.kind is Kind.INVERSION_EVENT and each.severity.rank >= Severity.ROLL.rank for each in results.findings
    )
    told = replace(session.told, roll=Roll.UNANSWERED if rolled else Roll.NONE)
    return replace(session, bouts=results.bouts, gaps=gaps, told=told)


def _off_s(motion: Motion, results: Results) -> tuple[float, float]:
    """Running and walking as summed, less what both feet's true strides took."""
    numbers = summarise(results)
    true_s = {gait: fmean(_gait_s(motion.truth[foot], gait) for foot in Foot) for gait in ("run", "walk")}
    return (numbers["run_time_s"] or 0.0) - true_s["run"], (numbers["walk_time_s"] or 0.0) - true_s["walk"]


def _gait_s(true: TrueStrides, gait: str) -> float:
    return float(np.sum(true.stride_time_s[true.gait == gait]))
