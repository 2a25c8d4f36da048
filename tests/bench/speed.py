"""Speed and memory of the analysis, on a simulated run that is recorded first."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.session import Session
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, random_mounting, read_imu
from surefoot.sensor_ingest.files.csv_reader import read_csv

RATE_HZ = 208.0
LIVE_PIECE_S = 0.1
REPEATS = 3
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


def reading(folder: Path) -> str:
    """Both feet's files, read and cleaned."""
    feet = recorded(folder)
    for each in feet:
        rows = np.column_stack((each.time_s, each.acc_mps2, each.gyr_radps))
        np.savetxt(folder / f"{each.foot}.csv", rows, FORMATS, ",", header=",".join(HEADER), comments="")
    count, spent_s = sum(len(each) for each in feet), []
    for _ in range(REPEATS):
        start_s = time.process_time()
        for foot in Foot:
            read_csv(folder / f"{foot}.csv", foot)
        spent_s.append(time.process_time() - start_s)
    return (
        f"files: {count / 1e6:.2f} M rows of CSV read and cleaned in {min(spent_s):.2f} s of a core (best of {REPEATS})"
    )


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
