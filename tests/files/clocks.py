"""Files whose stamps are not the times of the readings, against the same readings at their true times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Bools, Floats, Foot, Ints
from surefoot.library import analyze
from surefoot.sensor_ingest.files.csv_reader import read_csv
from tests.accuracy.report import Finding
from tests.files.runner import Device, Measured, recorded, true_of, write

MAX_CADENCE_PCT, MAX_CONTACT_MS, MAX_LOSS_OFF_PCT = 1.0, 5.0, 0.5
RATES_HZ = (25.0, 52.0, 104.0, 208.0, 500.0, 1000.0, 1600.0, 4000.0)
Stamp = Callable[[Floats, np.random.Generator], Floats]


def packet_of(time_s: Floats, span_s: float) -> Ints:
    """(n,) number of each reading's packet, which is `span_s` long."""
    size = max(2, round(span_s * (len(time_s) - 1) / (time_s[-1] - time_s[0])))
    return np.arange(len(time_s)) // size


def arrival(time_s: Floats, rng: np.random.Generator, span_s: float = 0.06) -> Floats:
    packet = packet_of(time_s, span_s)
    last = np.flatnonzero(np.diff(packet, append=packet[-1] + 1))
    return np.maximum.accumulate(time_s[last] + 0.02 + rng.exponential(0.012, len(last)))[packet]


def counted_back(time_s: Floats, rng: np.random.Generator) -> Floats:
    """Arrival less the readings that follow in the packet, at a rate 2 % off the sensor's."""
    packet = packet_of(time_s, 0.06)
    last = np.flatnonzero(np.diff(packet, append=packet[-1] + 1))[packet]
    return arrival(time_s, rng) - (last - np.arange(len(time_s))) * (time_s[1] - time_s[0]) / 0.98


def stalled(time_s: Floats, rng: np.random.Generator) -> Floats:
    """Arrival over a link that stands for half a second three times a minute."""
    stamp_s = arrival(time_s, rng)
    return np.where(stamp_s % 20.0 > 19.5, np.ceil(stamp_s), stamp_s)


STAMPS: Mapping[str, Stamp] = {
    "its own": lambda time_s, _: time_s,
    "in whole ms": lambda time_s, _: np.round(time_s, 3),
    "in whole 10 ms": lambda time_s, _: np.round(time_s, 2),
    "in ticks of 15.6 ms": lambda time_s, _: np.floor(time_s / 0.015625) * 0.015625,
    "with 3 ms of jitter": lambda time_s, rng: time_s + rng.normal(0.0, 0.003, len(time_s)),
    "of packets, on arrival": arrival,
    "of packets, over a link that stalls": stalled,
    "counted back from arrival": counted_back,
}
"""What stamps are, and how they are made from the true times."""


def findings() -> Iterator[Finding]:
    """Any clock at any rate, then losses, then clocks that leap or drift."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for what, stamp in STAMPS.items():
            for rate_hz in RATES_HZ:
                yield _scattered(folder, what, stamp, rate_hz)
        for what in ("its own", "of packets, on arrival"):
            for lost_share in (0.01, 0.05, 0.1):
                yield _lost(folder, what, lost_share)
        for what, (make, sentence) in LEAPS.items():
            yield _leapt(folder, what, make, sentence)
        yield from _apart(folder)


def _scattered(folder: Path, what: str, stamp: Stamp, rate_hz: float) -> Finding:
    samples = recorded(Foot.LEFT, Device(rate_hz))
    path = write(folder / "a.csv", samples, stamp(samples.time_s, np.random.default_rng(1)))
    read = read_csv(path, Foot.LEFT)
    cadence_pct, contact_ms = Measured.of(analyze(read)).off(true_of(Foot.LEFT, device=Device(rate_hz)))
    rate_pct = 100.0 * abs(read.sampling_rate_hz / rate_hz - 1.0)
    return Finding(
        f"{rate_hz:g} Hz, {what}",
        "cadence, contact, lost, rate",
        f"{cadence_pct:.2f} %, {contact_ms:.1f} ms, {read.loss_pct:.2f} %, {rate_pct:.2f} %",
        f"≤ {MAX_CADENCE_PCT:g} %, {MAX_CONTACT_MS:g} ms, 0, 0.5 %",
        cadence_pct <= MAX_CADENCE_PCT and contact_ms <= MAX_CONTACT_MS and read.loss_pct < 0.05 and rate_pct <= 0.5,
    )


def _lost(folder: Path, what: str, lost_share: float) -> Finding:
    samples, rng = recorded(Foot.LEFT, Device(104.0)), np.random.default_rng(2)
    packet = packet_of(samples.time_s, 0.06)
    kept: Bools = (rng.random(packet[-1] + 1) >= lost_share)[packet]
    stamp_s = STAMPS[what](samples.time_s, rng)
    read = read_csv(write(folder / "a.csv", samples.at(kept), stamp_s[kept]), Foot.LEFT)
    found = Measured.of(analyze(read))
    cadence_pct, contact_ms = found.off(true_of(Foot.LEFT, device=Device(104.0)))
    off_pct = abs(read.loss_pct - 100.0 * float(np.mean(~kept)))
    return Finding(
        f"104 Hz, {what}, {100 * np.mean(~kept):.1f} % lost",
        "cadence, contact, loss as told",
        f"{cadence_pct:.2f} %, {contact_ms:.1f} ms, {off_pct:.2f} % off",
        f"≤ {MAX_CADENCE_PCT:g} %, {MAX_CONTACT_MS:g} ms, {MAX_LOSS_OFF_PCT:g} %",
        cadence_pct <= MAX_CADENCE_PCT and not contact_ms > MAX_CONTACT_MS and off_pct <= MAX_LOSS_OFF_PCT,
    )


Leap = Callable[[Floats], tuple[Ints, Floats]]
"""Rows of the file in order, and their stamps, from the true times."""


def set_by(step_s: float) -> Leap:
    return lambda time_s: (np.arange(len(time_s)), 7200.0 + time_s + np.where(time_s > 30.0, step_s, 0.0))


def delivered_at(later_s: float) -> Leap:
    def make(time_s: Floats) -> tuple[Ints, Floats]:
        late = (time_s > 20.0) & (time_s < 23.0)
        order = np.argsort(np.where(late, time_s + later_s, time_s), kind="stable")
        return order, time_s[order]

    return make


def sent_twice(time_s: Floats) -> tuple[Ints, Floats]:
    rows = np.concatenate((np.flatnonzero(time_s < 23.0), np.flatnonzero(time_s > 20.0)))
    return rows, time_s[rows]


def wrapped(period: float, unit_s: float) -> Leap:
    return lambda time_s: (np.arange(len(time_s)), np.round((0.9 * period + time_s / unit_s) % period, 6))


LEAPS: Mapping[str, tuple[Leap, str]] = {
    "set to the date": (set_by(1.7e9), "unknown length"),
    "set back by an hour": (set_by(-3600.0), "unknown length"),
    "set back by 0.3 s": (set_by(-0.3), "set back by 0.30 s"),
    "3 s delivered 5 s late": (delivered_at(8.0), "where they belong"),
    "3 s delivered last": (delivered_at(1000.0), "where they belong"),
    "3 s sent twice": (sent_twice, "second copy left out"),
    "ms of 16 bits": (wrapped(2.0**16, 1e-3), "begins again at 65536"),
    "µs of 24 bits": (wrapped(2.0**24, 1e-6), "begins again at 16777216"),
    "seconds of the minute": (wrapped(60.0, 1.0), "begins again at 60"),
}
"""A clock that leaps, and what is told of it."""


def _leapt(folder: Path, what: str, make: Leap, sentence: str) -> Finding:
    samples = recorded(Foot.LEFT)
    order, stamp_s = make(samples.time_s)
    read = read_csv(write(folder / "a.csv", samples.at(order), stamp_s), Foot.LEFT)
    cadence_pct, contact_ms = Measured.of(analyze(read)).off(true_of(Foot.LEFT))
    told = any(sentence in note for note in read.notes)
    return Finding(
        f"208 Hz, {what}",
        "cadence, contact, readings, told",
        f"{cadence_pct:.2f} %, {contact_ms:.1f} ms, {len(read.samples)} of {len(samples)}, {'yes' if told else 'no'}",
        f"≤ {MAX_CADENCE_PCT:g} %, {MAX_CONTACT_MS:g} ms, all, yes",
        cadence_pct <= MAX_CADENCE_PCT
        and contact_ms <= MAX_CONTACT_MS
        and len(read.samples) == len(samples)
        and read.loss_pct == 0
        and told,
    )


def _apart(folder: Path) -> Iterator[Finding]:
    """Feet whose clocks are apart: step time is right within its interval, or withheld."""
    left, right = recorded(Foot.LEFT), recorded(Foot.RIGHT)
    true_s = analyze(left, right).summary["step_time_s_left"]
    for what, time_s in {
        "drift by 20 ppm": right.time_s * (1 + 20e-6),
        "drift by 1000 ppm": right.time_s * (1 + 1e-3),
        "are 80 ms apart": right.time_s + 0.08,
        "are set apart in mid-run": right.time_s + 10.0 * (right.time_s > 30.0),
    }.items():
        found = analyze(write(folder / "l.csv", left), write(folder / "r.csv", right, time_s))
        step_s = found.summary["step_time_s_left"]
        off_ms = float("nan") if step_s is None else 1e3 * abs(step_s - (true_s or 0.0))
        told = any("clock" in note for foot in found.quality.values() for note in foot.notes)
        value = f"{off_ms:.1f} ms" if step_s is not None else f"withheld, {'told' if told else 'not told'}"
        yield Finding(f"feet whose clocks {what}", "step time", value, "≤ 5 ms, or withheld", off_ms <= 5.0 or told)
