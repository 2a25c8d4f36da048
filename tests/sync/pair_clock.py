"""Left against right over 90 minutes without a host, by the beacons that the pods hear of each other."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surefoot.analysis.model import Bools, Floats
from surefoot.firmware_sim.pod.beacon_air import BeaconAir, beacon_records
from surefoot.firmware_sim.pod.beacon_charge import charge_uah_per_h
from surefoot.firmware_sim.pod.oscillator import Bend, Oscillator
from surefoot.sensor_ingest.pod_store.records import BeaconRecord
from surefoot.sensor_ingest.recording.beacon_fit import PairFit, fit_pair
from tests.accuracy.report import Finding

RUN_S, BLACKOUT_S, LOSS = 5400.0, 900.0, 0.5
DRIFT_PPM = 50.0
TAGS = ("0001", "0002")
SEEDS = 24
Heard = tuple[list[BeaconRecord], list[BeaconRecord]]


@dataclass(frozen=True, slots=True)
class Errors:
    """Right against left in one simulated run, each second.

    Parameters
    ----------
    curve_s, line_s : (n,) error of the fit, and of a straight line.
    sd_s : (n,) standard uncertainty that the fit tells.
    known : (n,) whether it says that left and right can be compared.
    """

    curve_s: Floats
    line_s: Floats
    sd_s: Floats
    known: Bools
    residual_s: float


def pair_of_clocks(seed: int) -> tuple[Oscillator, Oscillator]:
    """Crystals at either end of their range; each warms up, swings and steps, by 10 ppm each."""
    rng = np.random.default_rng(seed)
    side = 1.0 if seed % 2 else -1.0

    def clock(drift_ppm: float) -> Oscillator:
        bends_ppm = 10.0 * rng.choice([-1.0, 1.0], 3)
        bend = Bend(
            warm_up_ppm=float(bends_ppm[0]),
            warm_up_s=float(rng.uniform(120.0, 900.0)),
            swing_ppm=float(bends_ppm[1]),
            swing_period_s=float(rng.uniform(900.0, 5400.0)),
            step_ppm=float(bends_ppm[2]),
            step_at_s=float(rng.uniform(600.0, 4800.0)),
        )
        return Oscillator(-float(rng.uniform(10.0, 5000.0)), drift_ppm, bend)

    return clock(side * DRIFT_PPM), clock(-side * DRIFT_PPM)


def blackout_within_s(seed: int) -> float:
    """Start of a blackout that begins after 5 minutes and ends 5 minutes before the end, or in between."""
    return float(np.random.default_rng([seed, 1]).uniform(300.0, RUN_S - BLACKOUT_S - 300.0))


def spoiled(kept: list[BeaconRecord], rng: random.Random) -> list[BeaconRecord]:
    """Every beacon twice, in any order, and a tenth of them wrong by up to 0.1 s or by minutes."""
    wrong_us = [round(rng.uniform(-1e5, 1e5)) if rng.random() < 0.5 else 300_000_000 for _ in kept]
    some = [
        replace(each, partner_tick_us=max(each.partner_tick_us + by_us, 0)) if rng.random() < 0.1 else each
        for each, by_us in zip(kept, wrong_us, strict=True)
    ]
    return rng.sample(some + some, 2 * len(some))


def errors(seed: int, start_s: float, *, spoil: bool = False) -> Errors:
    """One run with half of the beacons lost, and all of them for a quarter of an hour from `start_s` on."""
    clocks = pair_of_clocks(seed)
    heard = beacon_records(clocks, TAGS, RUN_S, BeaconAir(LOSS, ((start_s, start_s + BLACKOUT_S),)), seed)
    rng = random.Random(seed)
    fit = fit_pair(*(spoiled(each, rng) if spoil else each for each in heard))
    if fit is None:
        raise AssertionError(f"pair of seed {seed} is not fitted")
    left_us, right_us = (clock.tick_us(np.arange(0.0, RUN_S, 1.0)).astype(np.float64) for clock in clocks)
    return Errors(
        1e-6 * (fit.map_right_to_left(right_us) - left_us),
        1e-6 * (straight(heard, left_us) - (right_us - left_us)),
        fit.sd_s(left_us),
        fit.known(left_us),
        fit.residual_s,
    )


def straight(heard: Heard, left_us: Floats) -> Floats:
    """(n,) how far right is ahead of left by the least-squares line through the same beacons, µs."""
    left, right = heard
    points = [(each.tick_us, each.partner_tick_us) for each in left]
    points += [(each.partner_tick_us, each.tick_us) for each in right]
    one_us, other_us = np.array(points, np.float64).T
    line: Floats = np.polynomial.Polynomial.fit(one_us, other_us - one_us, 1)(left_us)
    return line


def deaf_minutes(fit: PairFit, clock: Oscillator, silent: tuple[float, float]) -> float:
    """Minutes of a silence of which the fit says that left and right are not known."""
    at_us = clock.tick_us(np.arange(*silent, 1.0)).astype(np.float64)
    return float((~fit.known(at_us)).sum()) / 60.0


def rows(seeds: int = SEEDS) -> list[Finding]:
    """Figures beside their targets."""
    runs = [errors(seed, blackout_within_s(seed)) for seed in range(seeds)]
    wrong = [errors(seed, blackout_within_s(seed), spoil=True) for seed in range(seeds // 2)]
    edges = [errors(seed, (0.0, RUN_S - BLACKOUT_S)[seed % 2]) for seed in range(seeds // 2)]
    curve_ms, line_ms = (
        [1e3 * float(np.percentile(np.abs(each), 95)) for each in kind]
        for kind in ([run.curve_s for run in runs], [run.line_s for run in runs])
    )
    worst_ms = 1e3 * max(float(np.abs(run.curve_s).max()) for run in runs)
    within = _share_within(runs)
    residual_ms = 1e3 * max(run.residual_s for run in runs)
    known = min(float(run.known.mean()) for run in runs)
    wrong_ms = 1e3 * max(float(np.percentile(np.abs(run.curve_s), 95)) for run in wrong)
    edge_ms = 1e3 * max(float(np.percentile(np.abs(run.curve_s[run.known]), 95)) for run in edges)
    edge_min = max(float((~run.known).sum()) / 60.0 for run in edges)
    data = f"{seeds} pairs, 90 min, ±50 ppm, bent"
    clocks, silent = pair_of_clocks(0), (1200.0, 4200.0)
    deaf = fit_pair(*beacon_records(clocks, TAGS, RUN_S, BeaconAir(LOSS, (silent,)), 0))
    unknown_min = 0.0 if deaf is None else deaf_minutes(deaf, clocks[0], silent)
    nothing = fit_pair(*beacon_records(clocks, TAGS, RUN_S, BeaconAir(1.0), 0))
    charge_uah = charge_uah_per_h(LOSS)
    return [
        Finding(data, "left–right, p95, worst pair", f"{max(curve_ms):.1f} ms", "≤ 5 ms", max(curve_ms) <= 5.0),
        Finding(data, "left–right, p95, middle pair", f"{np.median(curve_ms):.1f} ms", "–", passed=True),
        Finding(data, "left–right, largest", f"{worst_ms:.1f} ms", "–", passed=True),
        Finding(
            data,
            "the same by a straight line, p95",
            f"{min(line_ms):.0f}–{max(line_ms):.0f} ms",
            "worse",
            float(np.median(line_ms)) > 5.0,
        ),
        Finding(data, "errors within what is told (95 %)", f"{100.0 * within:.1f} %", "≥ 95 %", within >= 0.95),
        Finding(data, "time in which the pair is known", f"{100.0 * known:.0f} %", "100 %", known == 1.0),
        Finding(data, "residual told, largest", f"{residual_ms:.2f} ms", "≤ 1 ms", residual_ms <= 1.0),
        Finding(
            "a tenth wrong, all twice", "left–right, p95, worst pair", f"{wrong_ms:.1f} ms", "≤ 5 ms", wrong_ms <= 5.0
        ),
        Finding(
            "silent first or last 15 min", "left–right, p95, where known", f"{edge_ms:.1f} ms", "≤ 5 ms", edge_ms <= 5.0
        ),
        Finding("silent first or last 15 min", "told as unknown", f"{edge_min:.0f} min", "≤ 15 min", edge_min <= 15.0),
        Finding(
            "50 min of silence", "of these told as unknown", f"{unknown_min:.0f} min", "≥ 15 min", unknown_min >= 15.0
        ),
        Finding("no beacon heard", "mapping", "none" if nothing is None else "one", "none", nothing is None),
        Finding("half lost", "charge, computed", f"{charge_uah:.0f} µAh/h", "≤ 50 µAh/h", charge_uah <= 50.0),
    ]


def _share_within(runs: Sequence[Errors]) -> float:
    """Share of all seconds in which the error is within 1.96 standard uncertainties."""
    inside = np.concatenate([np.abs(run.curve_s) <= 1.96 * run.sd_s for run in runs])
    return float(inside.mean())
