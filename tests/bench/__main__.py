"""How fast and in how much memory 90 minutes of both feet are analysed: `make bench`."""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from analysis.model import Foot, Samples
from analysis.session import Session
from firmware_sim.imu import Imu, random_mounting, read
from firmware_sim.runner import Bout, Runner, simulate

RATE_HZ = 208.0
LIVE_PIECE_S = 0.1


def run_samples(minutes: float) -> list[Samples]:
    """A run of both feet with a walked start, held in memory."""
    plan = [Bout("still", 10.0), Bout("walk", 60.0, 1.4), Bout("run", 60.0 * minutes - 70.0, 3.0)]
    motion = simulate(Runner(), plan, seed=1)
    return [read(motion, foot, Imu(RATE_HZ, random_mounting(n)), seed=n) for n, foot in enumerate(Foot)]


def peak_mib() -> float:
    """Most memory that the process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def bench_whole(minutes: float) -> None:
    """Each foot pushed in one piece; the simulator's own memory is returned before the count begins."""
    feet = run_samples(minutes)
    count = sum(len(each) for each in feet)
    before_mib = peak_mib()
    best_s = np.inf
    for _ in range(3):
        session, start_s = Session(), time.perf_counter()
        results = [session.push(each) for each in feet]
        results.append(session.flush())
        best_s = min(best_s, time.perf_counter() - start_s)
    strides = sum(len(rows) for part in results for rows in part.strides.values())
    held_mib = sum(each.acc_mps2.nbytes * 2 + each.time_s.nbytes for each in feet) / 2**20
    print(f"whole run:  {minutes:.0f} min × 2 feet, {count / 1e6:.2f} M samples, {strides} strides")
    print(f"            {best_s:.2f} s on one core (best of 3): {count / best_s / 1e6:.2f} M samples/s")
    print(f"            peak memory {peak_mib():.0f} MiB (simulating took up to {before_mib:.0f}; the samples hold {held_mib:.0f})")


def bench_live(minutes: float) -> None:
    """Both feet in turn, a tenth of a second at a time."""
    feet = run_samples(minutes)
    step = int(LIVE_PIECE_S * RATE_HZ)
    session, spent_s = Session(), []
    for start in range(0, min(len(each) for each in feet), step):
        for each in feet:
            start_s = time.perf_counter()
            session.push(each[start : start + step])
            spent_s.append(time.perf_counter() - start_s)
    spent_ms = 1e3 * np.array(spent_s)
    runners = 60.0 * minutes / float(np.sum(spent_s))
    print(f"live:       {LIVE_PIECE_S} s at a time: {spent_ms.mean():.2f} ms a push (p99 {np.percentile(spent_ms, 99):.1f} ms)")
    print(f"            {runners:.0f} runners on one core in real time")


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--minutes", type=float, default=90.0)
parser.add_argument("--live-minutes", type=float, default=3.0)
options = parser.parse_args()
bench_whole(options.minutes)
bench_live(options.live_minutes)
