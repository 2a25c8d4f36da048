"""A plan's six looks against five healthy runs: how often something is told that is not, or not told that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from surefoot.analysis.uncertainty import Z95
from surefoot.analysis.weeks.baselines import Balance, baseline, look
from surefoot.analysis.weeks.decision import Evenness
from surefoot.analysis.weeks.easy_minutes import CONTACT_RESPONSE
from tests.accuracy.report import Finding
from tests.weeks.histories import Histories
from tests.weeks.runs import PLANTED_SD_PCT, REAL_CONTACT_SD_S, REAL_RUN_S, SHIFTS_PCT, planned, run

KNOWN, LOOKS = 5, 6
FOURTH, FOURTH_PCT = 3, 6.0
DRAWS, SEEDS, LONG_RUNS = 4000, 100, 8
MAX_FALSE_PCT, MAX_OFF_POINTS, RESPONSE_WITHIN = 3.0, 4.0, 0.03
DATA = "evenness, five healthy runs known"


def findings(histories: Histories) -> Iterator[Finding]:
    """What simulated runs show, then plans and changes."""
    yield from _measured(histories)
    yield _false_plans(histories)
    yield from (_found(histories, shift_pct) for shift_pct in SHIFTS_PCT if shift_pct != FOURTH_PCT)
    yield from (_fourth_session(histories, shift_pct) for shift_pct in (FOURTH_PCT, 0.0))


def _measured(histories: Histories) -> Iterator[Finding]:
    response = histories.response
    yield Finding(
        f"{len(histories.apart_pct)} simulated runs",
        "of a planted change is measured, 95 % interval over runners",
        f"{100.0 * response.share:.1f} ± {196.0 * response.se:.1f} %",
        f"{100.0 * CONTACT_RESPONSE:.1f} ± {100.0 * RESPONSE_WITHIN:.0f} %",
        abs(response.share - CONTACT_RESPONSE) <= RESPONSE_WITHIN,
    )
    healthy = histories.shift_pct == 0.0
    own, added = (np.std(each[healthy], ddof=1) for each in (histories.apart_pct, histories.error_pct))
    yield Finding(
        f"{np.count_nonzero(healthy)} of them healthy",
        "scatter between runs; without the planted 1 %; told within a run",
        f"{own:.2f}; {added:.2f}; {np.mean(histories.se_pct):.2f} %",
        "not judged",
        True,
    )
    long_pct = float(np.mean([run(easy, REAL_RUN_S, REAL_CONTACT_SD_S)[1] for easy in planned()[:LONG_RUNS]]))
    told_pct = float(np.mean(histories.se_pct))
    yield Finding(
        f"{LONG_RUNS} runs of {REAL_RUN_S / 60.0:g} min, contacts ± {1e3 * REAL_CONTACT_SD_S:g} ms",
        "error told within a run, against that of those short runs",
        f"{long_pct:.2f}; {told_pct:.2f} %",
        "± 0.05",
        abs(long_pct - told_pct) <= 0.05,
    )


def _false_plans(histories: Histories) -> Finding:
    rng = np.random.default_rng(5)
    told = [any(_differ(histories.drawn(KNOWN + LOOKS, rng))) for _ in range(DRAWS)]
    false_pct = 100.0 * float(np.mean(told))
    what = f"healthy plans of six looks with one told as different, σ_b {PLANTED_SD_PCT:g} %"
    return Finding(DATA, what, f"{false_pct:.1f} %", f"≤ {MAX_FALSE_PCT:g} %", false_pct <= MAX_FALSE_PCT)


def _differ(runs: Sequence[Balance]) -> list[bool]:
    """Whether each run after the known ones is told as different from them."""
    return [look(each, runs[:KNOWN]).evenness is Evenness.DIFFERENT for each in runs[KNOWN:]]


def _found(histories: Histories, shift_pct: float) -> Finding:
    """A change is told beside how often it would be found; both over histories."""
    rng = np.random.default_rng(7)
    found, told = [], []
    for _ in range(DRAWS):
        healthy, (new,) = histories.drawn(KNOWN, rng), histories.drawn(1, rng, shift_pct)
        known = baseline(healthy)
        assert known is not None
        found += _differ([*healthy, replace(new, run="new")])
        told.append([known.found_share(shift_pct, new.se_pct, each) for each in _responses(histories)])
    found_pct, (low, middle, high) = 100.0 * float(np.mean(found)), 100.0 * np.mean(told, axis=0)
    return Finding(
        DATA,
        f"a change of {shift_pct:g} % found; as told, with its 95 % interval",
        f"{found_pct:.1f} %; {middle:.1f} ({low:.1f} to {high:.1f}) %",
        f"± {MAX_OFF_POINTS:g} points",
        bool(abs(found_pct - middle) <= MAX_OFF_POINTS),
    )


def _responses(histories: Histories) -> tuple[float, float, float]:
    """What is assumed of the measurement, and either end of what is known of it."""
    apart = Z95 * histories.response.se
    return CONTACT_RESPONSE - apart, CONTACT_RESPONSE, CONTACT_RESPONSE + apart


def _fourth_session(histories: Histories, shift_pct: float) -> Finding:
    """A change that comes in the fourth session of a plan, by random seeds."""
    found = 0
    for seed in range(SEEDS):
        rng = np.random.default_rng([19, seed])
        before, since = histories.drawn(KNOWN + FOURTH, rng), histories.drawn(1, rng, shift_pct)
        found += _differ([*before, *(replace(each, run="fourth") for each in since)])[FOURTH]
    least, most = (82, SEEDS) if shift_pct else (0, 1)
    target = f"≥ {least} of {SEEDS}" if shift_pct else f"≤ {most} of {SEEDS}"
    what = f"{shift_pct:g} % in session four, told there"
    return Finding(DATA, what, f"{found} of {SEEDS}", target, least <= found <= most)
