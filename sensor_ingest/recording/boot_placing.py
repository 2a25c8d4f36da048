"""Boots of pods that kept a run by themselves, on one clock: by what clients said was UTC and what partners heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import combinations

import numpy as np

from surefoot.analysis.model import Floats
from surefoot.sensor_ingest.recording.beacon_fit import PairFit
from surefoot.sensor_ingest.recording.clock_fit import ClockMapping
from surefoot.sensor_ingest.recording.kept_pods import KeptBoot, KeptPod
from surefoot.sensor_ingest.recording.neighbours import fit_in
from surefoot.sensor_ingest.recording.placement import PlacedBoot, Placement
from surefoot.sensor_ingest.recording.timelines import BootKey, Timeline, pair_fits, timelines
from surefoot.sensor_ingest.recording.utc_fit import UtcFit, fit_utc

MAX_NOTES = 500
"""A computer that stays near may note the time each minute."""
_NEAR_S = 86_400.0
_KNOT_S, _MAX_KNOTS = 60.0, 50_000
_OVERLAP_S = 1.0
"""Boots of one pod follow each other; more overlap than this, and than is uncertain, is a wrong time."""


def place_boots(pods: Sequence[KeptPod]) -> Placement:
    """When each boot of each pod was, as far as it can be known."""
    fits = pair_fits(pods)
    lines = timelines(pods, fits)
    boots = {(pod.tag, boot.boot_count): boot for pod in pods for boot in pod.boots}
    placed: dict[BootKey, PlacedBoot] = {}
    notes = [_beacon_note(left, right, fit) for (left, right), fit in fits.items()]
    for number, line in enumerate(lines):
        utc, told = _utc_of(line, pods, boots)
        notes += told
        placed |= {key: _placed(key, boots[key], number, line, utc) for key in line.boots}
    for number in _contradicted(placed):
        line = lines[number]
        notes += [f"The times noted for pod {_named(line.boots)} are later than those of a later start."]
        placed |= {key: _placed(key, boots[key], number, line, None) for key in line.boots}
    placed = fit_in(placed)
    ordered = tuple(placed[key] for key in sorted(placed))
    notes += [_undated_note(boot) for boot in ordered if not boot.dated]
    return Placement(ordered, fits, tuple(notes))


def _utc_of(
    line: Timeline, pods: Sequence[KeptPod], boots: Mapping[BootKey, KeptBoot]
) -> tuple[UtcFit | None, list[str]]:
    """The wall time of a timeline, and what is to be told of it."""
    ends_s = np.concatenate(
        [line.at_s(key, np.array([boots[key].first_us, boots[key].last_us], np.float64)) for key in line.boots]
    )
    over_s = float(ends_s.min()), float(ends_s.max())
    inside = set(line.boots)
    noted = np.array(
        [
            (float(line.at_s((pod.tag, each.boot_count), np.array([each.tick_us], np.float64))[0]), 1e-6 * each.utc_us)
            for pod in pods
            for each in set(pod.utc)
            if (pod.tag, each.boot_count) in inside
        ]
    ).reshape(-1, 2)
    noted = _nearby(noted[np.argsort(noted[:, 0], kind="stable")], over_s)
    if not len(noted):
        return None, []
    fit = fit_utc(noted[:, 0], noted[:, 1], over_s)
    agreed = 0 if fit is None else int(fit.agreed.sum())
    if agreed == len(noted):
        return fit, []
    followed = f"{agreed} of {len(noted)} are followed" if agreed else "none can be right"
    return fit, [f"Times noted for pod {_named(line.boots)} contradict each other: {followed}."]


def _nearby(noted: Floats, over_s: tuple[float, float]) -> Floats:
    """Of (n, 2) notes in order of time those within a day of the samples, or all without such; at most `MAX_NOTES`."""
    near = (noted[:, 0] > over_s[0] - _NEAR_S) & (noted[:, 0] < over_s[1] + _NEAR_S)
    chosen = noted[near] if near.any() else noted
    return chosen[np.unique(np.linspace(0, max(len(chosen) - 1, 0), min(len(chosen), MAX_NOTES)).astype(int))]


def _placed(key: BootKey, boot: KeptBoot, number: int, line: Timeline, utc: UtcFit | None) -> PlacedBoot:
    span_us = max(boot.last_us - boot.first_us, 1_000_000)
    knots = min(2 + int(1e-6 * span_us / _KNOT_S), _MAX_KNOTS)
    ticks_us = boot.first_us + np.rint(np.linspace(0.0, span_us, knots))
    line_s = line.at_s(key, ticks_us)
    at_s = line_s if utc is None else utc.utc_s(line_s)
    rates = np.diff(at_s) / (1e-6 * np.diff(ticks_us))
    mappings = tuple(
        ClockMapping(boot.boot, int(tick_us), float(time_s), float(rate))
        for tick_us, time_s, rate in zip(ticks_us, at_s, rates, strict=False)
    )
    sd_s = np.inf if utc is None else float(utc.sd_s(line_s).max())
    return PlacedBoot(*key, boot.boot, number, utc is not None, mappings, sd_s, float(at_s[0]), float(at_s[-1]))


def _contradicted(placed: Mapping[BootKey, PlacedBoot]) -> list[int]:
    """Timelines whose wall time is later than that of a later start of one of their pods: the newer one is right."""
    wrong: list[int] = []
    latest_first = sorted(placed.values(), key=lambda boot: (boot.tag, boot.boot_count), reverse=True)
    for newer, older in combinations(latest_first, 2):
        slack_s = _OVERLAP_S + 3.0 * (older.utc_sd_s + newer.utc_sd_s)
        both = older.tag == newer.tag and older.dated and newer.dated and older.timeline != newer.timeline
        if both and older.end_s > newer.start_s + slack_s and newer.timeline not in wrong:
            wrong.append(older.timeline)
    return list(dict.fromkeys(wrong))


def _beacon_note(left: BootKey, right: BootKey, fit: PairFit) -> str:
    left_out = f"; {fit.outliers} more did not fit" if fit.outliers else ""
    return (
        f"Pods {left[0]} and {right[0]} heard {fit.beacons} beacons of each other, which fit to "
        f"{1e3 * fit.residual_s:.1f} ms{left_out}."
    )


def _undated_note(boot: PlacedBoot) -> str:
    after, before = (
        f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M} UTC" if np.isfinite(at_s) else ""
        for at_s in (boot.after_s, boot.before_s)
    )
    bounds = " and ".join(each for each in (after and f"after {after}", before and f"before {before}") if each)
    return f"Pod {boot.tag}, start {boot.boot_count}: order known, time unknown{bounds and ', '}{bounds}."


def _named(boots: Sequence[BootKey]) -> str:
    return " and ".join(f"{tag}, start {count}" for tag, count in sorted(boots))
