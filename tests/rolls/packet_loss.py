"""Ankle rolls while packets are lost: every roll in a watched landing is found, and nothing else is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from surefoot.analysis.findings import Kind
from surefoot.analysis.inversion.watched import LandingsWatched, landings_watched
from surefoot.analysis.model import Bools, Flag, Floats, Foot, Samples, Strides
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import Motion, simulate
from surefoot.firmware_sim.body.truth import TrueInversionEvent, TrueStrides
from tests.accuracy.recordings import DATA, samples_of
from tests.accuracy.report import Finding
from tests.analysis.simulated import Analysed, analyse, rows
from tests.rolls.conditions import STRIKES, Condition, conditions
from tests.rolls.detection import COUNTED_DEG, EVERY_S, FIRST_S, ROLLS, random_rolls, same

PACKET_SAMPLES = 18
BURST_PACKETS = {"single packets": 1.0, "bursts of four": 4.0}
"""Mean length of a loss, in packets."""
LOSS_PCT = (0.0, 1.0, 2.0, 5.0, 10.0)
WATCHED_PACKETS = 10.5
"""Packets of 86 ms that a landing needs, 0.8 s from mid-stance until 0.2 s after contact, wherever it begins in one."""
WATCHED_AT_2_PCT, ALLOWED_SHARE = 90.0, 0.97
"""Share of landings to be watched; where lost packets alone leave fewer, this part of what they leave."""
NEAR_S = 0.12
NONE_IN_95_PCT = 3.0
"""Events to be expected at most, with 95 % confidence, where none was seen."""
UNWATCHED = Flag.UNWATCHED_GAP | Flag.UNWATCHED_CLIPPED | Flag.UNWATCHED_AXES | Flag.NO_GYROSCOPE
RECORDINGS = (
    ("two_feet_walk/left.csv", "two_feet_walk/right.csv"),
    ("two_feet_run/run_20m_22_steps_left.csv", "two_feet_run/run_20m_22_steps_right.csv"),
)
STRIKE_CONDITIONS = [
    condition for condition in conditions() if condition.name in {f"{strike}foot, 3 m/s" for strike in STRIKES}
]


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of landings and rolls.

    Parameters
    ----------
    true, found, false : as in `detection.Score`.
    in_watched, found_watched : of the true rolls those in landings that were watched, and those of them found.
    landings, counted, watched : true landings of the same run without rolls, from the first to the last that is known;
        those that the analysis counts; and those it watched.
    """

    true: int = 0
    found: int = 0
    false: int = 0
    in_watched: int = 0
    found_watched: int = 0
    landings: int = 0
    counted: int = 0
    watched: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


def packets_kept(samples: int, loss_pct: float, burst_packets: float, rng: np.random.Generator) -> Bools:
    """(samples,) readings whose packet arrived; losses last `burst_packets` packets on average."""
    packets = -(-samples // PACKET_SAMPLES)
    share = 0.01 * loss_pct
    ends = 1.0 / burst_packets if burst_packets > 1.0 else 1.0 - share
    begins = ends * share / (1.0 - share)
    lost, chance = np.zeros(packets, bool), rng.random(packets)
    for k in range(1, packets):
        lost[k] = chance[k] >= ends if lost[k - 1] else chance[k] < begins
    return ~np.repeat(lost, PACKET_SAMPLES)[:samples]


def lossy(samples: Samples, loss_pct: float, burst_packets: float, seed: int) -> Samples:
    """The samples without those of lost packets."""
    rng = np.random.default_rng([seed, list(Foot).index(samples.foot), round(10.0 * loss_pct)])
    return rows(samples, packets_kept(len(samples), loss_pct, burst_packets, rng))


def tally(condition: Condition, loss_pct: float, burst_packets: float, seed: int) -> Tally:
    """One simulated run with rolls, and the same without."""
    rolls = random_rolls(np.random.default_rng([7, seed]))
    rolled, plain = (_lossy_run(condition, loss_pct, burst_packets, seed, events) for events in (rolls, []))
    return _rolls(*rolled) + _landings(*plain)


def _lossy_run(
    condition: Condition, loss_pct: float, burst_packets: float, seed: int, events: list[InversionEvent]
) -> tuple[Motion, Analysed]:
    plan = condition.plan(FIRST_S + EVERY_S * (ROLLS + 2))
    motion = simulate(condition.runner, plan, seed=seed, inversion_events=events)
    return motion, analyse([lossy(each, loss_pct, burst_packets, seed) for each in condition.read(motion, seed)])


def _rolls(motion: Motion, found: Analysed) -> Tally:
    told = [each for each in found.results.findings if each.kind is Kind.INVERSION_EVENT and each.revision == 0]
    true = [roll for foot in Foot for roll in motion.truth[foot].inversion_events]
    counted = [roll for roll in true if roll.excursion_deg >= COUNTED_DEG]
    hit = [any(same(roll, event) for event in told) for roll in counted]
    seen = [_is_watched(found.strides(roll.foot), roll) for roll in counted]
    return Tally(
        true=len(counted),
        found=sum(hit),
        false=sum(not any(same(roll, event) for roll in true) for event in told),
        in_watched=sum(seen),
        found_watched=sum(a and b for a, b in zip(hit, seen, strict=True)),
    )


def _landings(motion: Motion, found: Analysed) -> Tally:
    counts = [landings_watched(found.strides(foot)) for foot in Foot]
    return Tally(
        false=sum(each.kind is Kind.INVERSION_EVENT for each in found.results.findings),
        landings=sum(_true_landings(motion.truth[foot], found.strides(foot)) for foot in Foot),
        counted=sum(count.landings for count in counts),
        watched=sum(count.watched for count in counts),
    )


def _true_landings(truth: TrueStrides, strides: Strides) -> int:
    """True landings from the first to the last that the analysis knows."""
    times_s = np.append(truth.initial_contact_s, truth.next_initial_contact_s[-1:])
    first_s, last_s = strides.initial_contact_s[0] - NEAR_S, strides.next_initial_contact_s[-1] + NEAR_S
    return int(((times_s > first_s) & (times_s < last_s)).sum())


def watched_s(strides: Strides) -> Floats:
    """Times of the landings that were watched."""
    return strides.next_initial_contact_s[~strides.has(UNWATCHED)]


def _is_watched(strides: Strides, roll: TrueInversionEvent) -> bool:
    return bool((np.abs(watched_s(strides) - roll.initial_contact_s) < NEAR_S).any())


def real_runs(loss_pct: float, burst_packets: float, seed: int) -> tuple[int, LandingsWatched]:
    """Rolls told in the healthy recordings with loss, and the landings watched."""
    told, counts = 0, []
    for names in recordings():
        feet = [samples_of(name, foot) for name, foot in zip(names, Foot, strict=False)]
        found = analyse([lossy(each, loss_pct, burst_packets, seed) for each in feet])
        told += len({each.id for each in found.results.findings if each.kind is Kind.INVERSION_EVENT})
        counts += [landings_watched(strides) for strides in found.results.strides.values()]
    return told, _sum(counts)


def findings(runs: int, real_seeds: int) -> Iterator[Finding]:
    """Lines for each share of loss: simulated rolls of every strike, then real recordings that have none."""
    for name, burst_packets in BURST_PACKETS.items():
        for loss_pct in LOSS_PCT:
            tallies = [tally(each, loss_pct, burst_packets, seed) for each in STRIKE_CONDITIONS for seed in range(runs)]
            yield from _lines(f"{loss_pct:g} % lost, {name}", loss_pct, burst_packets, sum(tallies, Tally()))
    if DATA.is_dir():
        yield from _real_lines(real_seeds)


def _lines(data: str, loss_pct: float, burst_packets: float, all_runs: Tally) -> Iterator[Finding]:
    one = all_runs
    value = f"{one.found_watched} of {one.in_watched} in watched landings, {one.found} of {one.true} in all"
    passed = one.found_watched == one.in_watched and not one.false
    yield Finding(data, "rolls found", f"{value}, false {one.false}", "all of the watched, none false", passed)
    most = watched_at_most(loss_pct, burst_packets)
    watched = one.watched / one.counted
    target, passed = "told only", True
    if loss_pct == 2.0:
        asked = min(0.01 * WATCHED_AT_2_PCT, ALLOWED_SHARE * most)
        target, passed = f"≥ {WATCHED_AT_2_PCT:.0f} %, or {100 * asked:.0f} % if packets allow less", watched >= asked
    value = f"{one.watched} of {one.counted}, {100 * watched:.0f} %; whole packets allow {100 * most:.0f} %"
    yield Finding(data, "landings watched", value, target, passed)
    counted = abs(one.counted / one.landings - 1.0)
    value = f"{one.counted} of {one.landings}"
    yield Finding(data, "watched and not watched", value, "all, within 1 %", counted <= 0.01)


def watched_at_most(loss_pct: float, burst_packets: float) -> float:
    """Share of landings none of whose packets is lost, 0 to 1."""
    share = 0.01 * loss_pct
    begins = share / (burst_packets * (1.0 - share)) if burst_packets > 1.0 else share
    return float((1.0 - share) * (1.0 - begins) ** (WATCHED_PACKETS - 1.0))


def _real_lines(seeds: int) -> Iterator[Finding]:
    all_told, hours = 0, 0.0
    for name, burst_packets in BURST_PACKETS.items():
        for loss_pct in LOSS_PCT:
            runs = [real_runs(loss_pct, burst_packets, seed) for seed in range(seeds)]
            told, watched = sum(told for told, _ in runs), _sum([counts for _, counts in runs])
            share = 100.0 * watched.watched / watched.landings
            value = f"{told} in {watched.landings} landings, {share:.0f} % watched"
            yield Finding(f"recordings, {loss_pct:g} % lost, {name}", "rolls told", value, "none", told == 0)
            all_told, hours = all_told + told, hours + seeds * _real_hours() * (loss_pct > 0.0)
    value = f"{all_told} in {hours:.1f} h, with 95 % confidence less than one in {hours / NONE_IN_95_PCT:.1f} h"
    yield Finding("recordings with losses", "rolls told", value, "none", all_told == 0)


def _real_hours() -> float:
    times_s = [samples_of(left).time_s for left, *_ in recordings()]
    return sum(float(time_s[-1] - time_s[0]) for time_s in times_s) / 3600.0


def recordings() -> list[tuple[str, ...]]:
    """The healthy recordings of one foot or two."""
    return [*RECORDINGS, *((name,) for name in _treadmill())]


def _treadmill() -> list[str]:
    return sorted(str(path.relative_to(DATA)) for path in DATA.glob("treadmill/*.csv") if path.stem != "contacts")


def _sum(counts: list[LandingsWatched]) -> LandingsWatched:
    reasons = counts[0].unwatched
    return LandingsWatched(
        sum(count.watched for count in counts),
        {reason: sum(count.unwatched[reason] for count in counts) for reason in reasons},
    )
