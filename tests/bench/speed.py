"""Speed and memory of the analysis, on a simulated run that is recorded first."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.session import Session
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.sensor_ingest.files.cleaning import Recording
from surefoot.sensor_ingest.files.csv_reader import read_csv

RATE_HZ = 208.0
LIVE_PIECE_S = 0.1
REPEATS = 3
MAX_CPU_SHARE, MAX_MEMORY_SHARE = 0.5, 1.0
"""Of what the reader before took."""
HEADER = ("time_s", *(f"acc_{axis}_mps2" for axis in "xyz"), *(f"gyr_{axis}_radps" for axis in "xyz"))
FORMATS = ["%.4f", *["%.3f"] * 3, *["%.4f"] * 3]
COLUMNS = ("time_s", "acc_mps2", "gyr_radps", "clipped")


def record(minutes: float, folder: Path) -> None:
    """Simulate a run of both feet with a walked start and keep it as arrays."""
    plan = [PlannedBout("still", 10.0), PlannedBout("walk", 60.0, 1.4), PlannedBout("run", 60.0 * minutes - 70.0, 3.0)]
    motion = simulate(RunnerProfile(), plan, seed=1)
    for number, foot in enumerate(Foot):
        samples = read_imu(motion, foot, Imu(RATE_HZ, random_mounting(number)), seed=number)
        for name in COLUMNS:
            np.save(folder / f"{foot}_{name}.npy", getattr(samples, name))


def recorded(folder: Path) -> list[Samples]:
    """Both feet's samples, in memory."""
    return [Samples(foot, *(np.load(folder / f"{foot}_{name}.npy") for name in COLUMNS)) for foot in Foot]


def whole(folder: Path) -> str:
    """Each foot pushed in one piece."""
    feet = recorded(folder)
    count, spent_s = sum(len(each) for each in feet), []
    held_mib = _peak_mib()
    for _ in range(REPEATS):
        session, start_s = Session(), time.perf_counter()
        results = [*(session.push(each) for each in feet), session.flush()]
        spent_s.append(time.perf_counter() - start_s)
    strides = sum(len(rows) for part in results for rows in part.strides.values())
    return (
        f"whole: {count / 1e6:.2f} M samples, {strides} strides in {min(spent_s):.2f} s (best of {REPEATS}, one core): "
        f"{count / min(spent_s) / 1e6:.2f} M samples/s\n"
        f"       peak memory {_peak_mib():.0f} MiB, of which {held_mib:.0f} MiB are Python, numpy and the samples"
    )


def live(folder: Path) -> str:
    """Both feet in turn, a tenth of a second at a time."""
    feet = recorded(folder)
    step = int(LIVE_PIECE_S * RATE_HZ)
    session, spent_s = Session(), []
    for start in range(0, min(len(each) for each in feet), step):
        for each in feet:
            start_s = time.perf_counter()
            session.push(each[start : start + step])
            spent_s.append(time.perf_counter() - start_s)
    runners = feet[0].time_s[-1] / sum(spent_s)
    return (
        f"live:  {LIVE_PIECE_S} s at a time: {1e3 * np.mean(spent_s):.2f} ms a push, "
        f"99 % within {1e3 * np.percentile(spent_s, 99):.1f} ms; {runners:.0f} runners on one core"
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What it takes to read both feet's files."""

    rows: int
    cpu_s: float
    peak_mib: float


def write_files(folder: Path) -> None:
    """Both feet's samples as CSV."""
    for each in recorded(folder):
        rows = np.column_stack((each.time_s, each.acc_mps2, each.gyr_radps))
        np.savetxt(folder / f"{each.foot}.csv", rows, FORMATS, ",", header=",".join(HEADER), comments="")


def reading(folder: Path, read: Callable[[Path, Foot], Recording] = read_csv) -> Reading:
    """Both feet's files, read and cleaned: best time, and memory beyond what is held before."""
    held_mib, spent_s = _peak_mib(), []
    for _ in range(REPEATS):
        start_s = time.process_time()
        both = [read(folder / f"{foot}.csv", foot) for foot in Foot]
        spent_s.append(time.process_time() - start_s)
        rows = sum(len(each.samples) for each in both)
        del both
    return Reading(rows, min(spent_s), _peak_mib() - held_mib)


def compared(now: Reading, before: Reading) -> tuple[str, bool]:
    """Reading beside the reader before it, and whether it costs at most half the time and no more memory."""
    cpu, memory = now.cpu_s / before.cpu_s, now.peak_mib / before.peak_mib
    passed = cpu <= MAX_CPU_SHARE and memory <= MAX_MEMORY_SHARE
    return (
        f"files: {now.rows / 1e6:.2f} M rows of CSV read and cleaned in {now.cpu_s:.2f} s of a core with "
        f"{now.peak_mib:.0f} MiB (best of {REPEATS})\n"
        f"       by numpy's loadtxt, as before: {before.cpu_s:.2f} s with {before.peak_mib:.0f} MiB\n"
        f"       time {cpu:.2f} of it (target ≤ {MAX_CPU_SHARE:g}), memory {memory:.2f} of it "
        f"(target ≤ {MAX_MEMORY_SHARE:g}): {'met' if passed else 'MISSED'}"
    ), passed


def day(folder: Path) -> str:
    """A day of one foot at 52 Hz, which is the same minute again and again, read and cleaned."""
    every, minute = round(RATE_HZ / 52.0), recorded(folder)[0]
    rows = np.column_stack((minute.acc_mps2, minute.gyr_radps))[: round(60 * RATE_HZ) : every]
    lines = [",".join(f"{value:.4f}" for value in row) for row in rows]
    path = folder / "day.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(HEADER) + "\n")
        for again in range(24 * 60):
            file.writelines(f"{60 * again + k / 52.0:.4f},{line}\n" for k, line in enumerate(lines))
    held_mib, start_s = _peak_mib(), time.process_time()
    count = len(read_csv(path, Foot.LEFT).samples)
    return (
        f"day:   {count / 1e6:.2f} M rows, {path.stat().st_size / 2**20:.0f} MiB of CSV, in "
        f"{time.process_time() - start_s:.1f} s of a core; peak memory {_peak_mib():.0f} MiB, of which "
        f"{held_mib:.0f} MiB were held before"
    )


def _peak_mib() -> float:
    """Most memory that this process has held so far; a process starts with its parent's figure where Linux does not
    say."""
    status = Path("/proc/self/status")
    if status.exists():
        return (
            next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024.0
        )
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
