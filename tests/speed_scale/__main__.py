"""How well a speed scale learnt at some speeds tells another one, beside the targets: `make speed-scale`.

Exits with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence

from tests.accuracy import recordings
from tests.accuracy.report import Finding, show
from tests.speed_scale.measure import LeftOut, by_distance, left_out, simulated_treadmill, treadmill

MEAN_PCT, WORST_PCT, HALF_WIDTH_PCT = 1.5, 3.0, 4.0

parser = argparse.ArgumentParser(prog="python -m tests.speed_scale", description=__doc__)
parser.add_argument("--runners", type=int, default=12, help="simulated runners of six minutes")


def judged(data: str, found: Sequence[LeftOut]) -> Iterator[Finding]:
    """What is told of speeds that were left out, with its targets."""
    raw, errors = (
        [abs(each) for each in some] for some in zip(*((x.raw_error_pct, x.error_pct) for x in found), strict=True)
    )
    inside, width = sum(each.is_inside for each in found), max(each.scale.half_width_pct for each in found)
    mean, worst, number = sum(errors) / len(errors), max(errors), len(found)
    yield Finding(data, "before: mean, worst error", f"{sum(raw) / number:.1f} %, {max(raw):.1f} %", "told only", True)
    yield Finding(data, "mean error", f"{mean:.2f} %", f"≤ {MEAN_PCT} %", mean <= MEAN_PCT)
    yield Finding(data, "worst error", f"{worst:.2f} %", f"≤ {WORST_PCT:.0f} %", worst <= WORST_PCT)
    yield Finding(data, "inside the interval", f"{inside} of {number}", f"{number}", inside == number)
    yield Finding(data, "half the interval", f"{width:.1f} %", f"≤ {HALF_WIDTH_PCT:.0f} %", width <= HALF_WIDTH_PCT)


def findings(runners: int) -> Iterator[Finding]:
    """Treadmill, then simulated runners."""
    if recordings.DATA.is_dir():
        yield from judged("treadmill 2–12 km/h", list(left_out(treadmill())))
        yield from judged("the same, measured course", list(by_distance(treadmill())))
    minutes = [simulated_treadmill(seed) for seed in range(runners)]
    yield from judged("simulated 2.2–4.7 m/s", [each for some in minutes for each in left_out(some)])
    yield from judged("the same, measured course", [each for some in minutes for each in by_distance(some)])


if __name__ == "__main__":
    sys.exit(0 if show(findings(parser.parse_args().runners)) else 1)
