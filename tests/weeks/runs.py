"""Easy runs of simulated runners, read by pods and analysed as the product does it: what histories are drawn from.

A runner has a foot strike, a speed and an asymmetry of their own. Each run is another: pods mounted anew, another
seed, a speed within a few percent, and a contact asymmetry that leaves the runner's own by what is planted.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from surefoot.analysis.metrics import CONTACT
from surefoot.analysis.model import Floats, Gait
from surefoot.analysis.summary import compare
from surefoot.analysis.uncertainty import Z95
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile
from tests.analysis.simulated import analyse, record

ROOT = Path(__file__).parents[2]
READ_BY = ("analysis", "firmware_sim/body", "firmware_sim/pod")
"""What these runs follow from, with this file: they are made again where any of it has changed."""

RUNNERS, HEALTHY_EACH, SHIFTED_EACH = 40, 26, 6
SHIFTS_PCT = (3.0, 5.0, 6.0, 8.0)
RUN_S, CONTACT_SD_S = 90.0, 0.005
REAL_RUN_S, REAL_CONTACT_SD_S = 300.0, 0.009
"""Short runs with little scatter of single contacts err as much as five minutes with that of real strides."""
PLANTED_SD_PCT = 1.0
STRIKES = ("rear", "mid", "fore", "rear")


@dataclass(frozen=True, slots=True)
class Easy:
    """One run to be simulated.

    Parameters
    ----------
    own_pct : the runner's own contact asymmetry.
    apart : by how much this run leaves it, in standard deviations from run to run.
    shift_pct : planted on top.
    """

    runner: int
    seed: int
    own_pct: float
    apart: float
    shift_pct: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class Runs:
    """Simulated runs as columns (n,); values are contact, right against left."""

    runner: Floats
    apart: Floats
    shift_pct: Floats
    own_pct: Floats
    value_pct: Floats
    se_pct: Floats

    def __len__(self) -> int:
        return len(self.runner)


def planned() -> Sequence[Easy]:
    """All runs: so many healthy ones of each runner, and some with each shift, to a side that is drawn per runner.

    What a run leaves the runner's own by is normal, in equal parts over all runs of a shift: histories then differ by
    which runs they hold, and not by what few thousand draws happen to be.
    """
    rng = np.random.default_rng(19)
    own_pct, side = rng.normal(0.0, 2.0, RUNNERS), rng.choice([-1.0, 1.0], RUNNERS)
    usual_mps = rng.uniform(2.5, 3.5, RUNNERS)
    runs: list[Easy] = []
    for shift_pct in (0.0, *SHIFTS_PCT):
        each = SHIFTED_EACH if shift_pct else HEALTHY_EACH
        apart = rng.permutation(ndtri((np.arange(each * RUNNERS) + 0.5) / (each * RUNNERS)))
        for k, z in enumerate(apart.tolist()):
            runner = k % RUNNERS
            speed_mps = float(usual_mps[runner] * rng.normal(1.0, 0.03))
            shift = float(side[runner]) * shift_pct
            runs.append(Easy(runner, 1000 + len(runs), float(own_pct[runner]), z, shift, speed_mps))
    return runs


def run(easy: Easy, run_s: float = RUN_S, contact_sd_s: float = CONTACT_SD_S) -> tuple[float, float]:
    """Contact asymmetry as measured, and its standard error."""
    profile = RunnerProfile(strike=STRIKES[easy.runner % len(STRIKES)], contact_time_sd_s=contact_sd_s)  # type: ignore[arg-type]
    asymmetry_pct = easy.own_pct + PLANTED_SD_PCT * easy.apart + easy.shift_pct
    plan = (PlannedBout("still", 5.0), PlannedBout("run", run_s, easy.speed_mps, contact_asymmetry_pct=asymmetry_pct))
    results = analyse(record(profile, plan, easy.seed).feet).results
    (contact,) = (row.asymmetry_pct for row in compare(results, Gait.RUN) if row.key == CONTACT)
    return (np.nan, np.nan) if contact is None else (contact.value, (contact.high - contact.low) / (2.0 * Z95))


def simulated_runs(folder: Path = ROOT / "build" / "weeks") -> Runs:
    """All of them, on all processors; kept in a folder until what they follow from changes."""
    path = folder / f"runs-{_code_hash()}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        easy = planned()
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
            measured = np.array(list(processes.map(run, easy, chunksize=8)))
        planted = [[each.runner, each.apart, each.shift_pct, each.own_pct] for each in easy]
        np.save(path, np.column_stack((planted, measured)))
    return Runs(*np.load(path).T)


def _code_hash() -> str:
    read_by = [path for each in READ_BY for path in (ROOT / each).rglob("*.py") if path.parent.name != "weeks"]
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*sorted(read_by), Path(__file__)))).hexdigest()[:16]
