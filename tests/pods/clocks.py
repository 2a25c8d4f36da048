"""Two clocks nobody has set, ±80 ppm apart: how well left and right agree, by nothing but the packets' arrivals."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Floats, Foot
from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.recording.run_folder import create_run
from tests.accuracy.report import Finding
from tests.sensor_ingest.pair import LINKS, pair_errors_s
from tests.sensor_ingest.virtual import CREATED, RUNNER, Taken, in_virtual_time, recording, standing, truth_of, worn

WARM_S, SETTLED_S = 30.0, 120.0
DRIFT_PPM = {Foot.LEFT: 80.0, Foot.RIGHT: -80.0}
PAIRS, PAIR_S = 20, 90.0
LONG_S, LONG_LINK = 5400.0, (0.03, 0.1)
OVER_AIR_S, ERROR_RATES = 180.0, (0.02, 0.3)
STEP_S = 0.1
MOST_S = 0.005


def over_air_s(parent: Path, packet_error_rate: float) -> Floats:
    """Left minus right error every 0.1 s after the warm-up, in a run over the virtual radio."""

    async def main() -> list[tuple[Floats, Floats]]:
        async with Simulation(1) as simulation:
            scenario = standing(OVER_AIR_S + 10.0, packet_error_rate=packet_error_rate)
            runner = await simulation.add_runner(RUNNER, scenario)
            for foot, pod in runner.pods.items():
                pod.parameters = replace(pod.parameters, drift_ppm=DRIFT_PPM[foot])
                await pod.power_cycle(0.1)
            folder = create_run(parent, worn(runner), software="pods", created_utc=CREATED)
            taken = Taken()
            async with recording(folder, simulation, taken):
                await asyncio.sleep(OVER_AIR_S)
        times_s = [taken.times_s(number) for number in range(2)]
        truths_s = [truth_of(runner, foot, taken.origin_s).time_s for foot in runner.pods]
        return [(time_s, time_s - true_s) for time_s, true_s in zip(times_s, truths_s, strict=True)]

    left, right = in_virtual_time(main())
    at_s = np.arange(left[0][0] + WARM_S, left[0][-1], STEP_S)
    error_s: Floats = np.interp(at_s, *left) - np.interp(at_s, *right)
    return error_s


def modelled_s() -> Iterator[tuple[tuple[float, float], Floats]]:
    """For each link, left minus right error of many pairs after the warm-up."""
    for link in LINKS:
        pairs = [
            pair_errors_s(seed, PAIR_S, link, (80.0, -80.0) if seed % 2 else (-80.0, 80.0)) for seed in range(PAIRS)
        ]
        yield link, np.concatenate([error_s[at_s > WARM_S] for at_s, error_s in pairs])


def findings() -> Iterator[Finding]:
    """Over the virtual radio; for many pairs on links of every kind; over an hour and a half."""
    with TemporaryDirectory() as folder:
        for number, rate in enumerate(ERROR_RATES):
            error_s = over_air_s(Path(folder) / str(number), rate)
            yield _within(f"±80 ppm, {100 * rate:.0f} % loss, 3 min", error_s, "left–right after 30 s")
    for (interval_s, retransmitted), error_s in modelled_s():
        name = f"{PAIRS} pairs, {1e3 * interval_s:.0f} ms, {100 * retransmitted:.0f} % resent"
        yield _within(name, error_s, "left–right after 30 s")
    at_s, error_s = pair_errors_s(3, LONG_S, LONG_LINK, (80.0, -80.0))
    yield _within("one pair, 90 min, ±80 ppm", error_s[at_s > SETTLED_S], "left–right after 2 min")


def _within(name: str, error_s: Floats, what: str) -> Finding:
    p95_s, worst_s = float(np.percentile(np.abs(error_s), 95)), float(np.abs(error_s).max())
    found = f"p95 {1e3 * p95_s:.1f} ms, worst {1e3 * worst_s:.1f} ms"
    return Finding(name, what, found, f"p95 ≤ {1e3 * MOST_S:.0f} ms", p95_s <= MOST_S)
