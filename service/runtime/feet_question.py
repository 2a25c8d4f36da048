"""Ask a runner to lift the left foot, and learn from both pods which of them is on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.analysis.lifted_foot import Told, lifted_foot, stands
from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import create_run
from surefoot.service import VERSION
from surefoot.service.errors.pods import OnePodError
from surefoot.service.errors.recordings import FeetUnknownError
from surefoot.service.pipeline.runner_analysis import concatenate

PATIENCE_S = 90.0
"""For connecting, standing still and answering, again if need be."""
REMEMBERED_S = 30.0
"""More than a question takes with all that comes late."""
STAND = "Stand still on both feet."
LIFT = "Lift your left foot now and hold it for a moment, or tap the left pod."
AGAIN: Mapping[Told, str] = {
    Told.BOTH: f"Both pods moved. {STAND} If one leg is hard to stand on, tap the pod instead.",
    Told.NOBODY: f"Neither pod moved. {STAND}",
    Told.RESTLESS: f"You moved before the question. {STAND}",
    Told.MISSING: f"Readings are missing; bring the pods nearer. {STAND}",
}


async def ask_feet(
    pods: Sequence[PodAssignment], say: Callable[[str], None], kept: Path, radio: RadioBackend | None = None
) -> dict[str, Foot]:
    """Each pod's foot by serial number, from the one that the runner lifts or taps when `say` asks for it.

    Parameters
    ----------
    kept : folder of runs, where bonds with the pods are kept.

    Raises
    ------
    OnePodError
        if there are not two pods.
    FeetUnknownError
        if the runner gives no clear answer in time.
    IngestError
        if the pods cannot be heard.
    """
    if len(pods) != len(Foot):
        raise OnePodError([pod.serial for pod in pods])
    question = _Question(say)
    with TemporaryDirectory(prefix="surefoot-") as folder:
        run = await asyncio.to_thread(create_run, Path(folder), pods, software=f"surefoot {VERSION}")
        async with LiveRun(run, radio, bonds_folder=kept) as live:
            moved = await _answer(live, question)
    if moved is None:
        raise FeetUnknownError([pod.serial for pod in pods if pod.foot not in question.pods])
    return {pod.serial: pod.foot if moved is Foot.LEFT else pod.foot.other for pod in pods}


async def _answer(live: LiveRun, question: _Question) -> Foot | None:
    """The foot that the pod which moved was said to be on; None if time is up."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for given in live:
                if isinstance(given, Batch) and (moved := question.push(given.samples, live.now_s)) is not None:
                    return moved
    except TimeoutError:
        pass
    return None


class _Question:
    """Asks as soon as both feet stand still, and again after what was no answer."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.pods: dict[Foot, Samples] = {}
        self._say = say
        self._asked_s: float | None = None
        say(STAND)

    def push(self, samples: Samples, now_s: float) -> Foot | None:
        """Take one pod's next samples; the foot of the pod that moved, once that is known."""
        known = self.pods.get(samples.foot)
        joined = samples if known is None else concatenate([known, samples])
        self.pods[samples.foot] = joined.at(joined.time_s > joined.time_s[-1] - REMEMBERED_S)
        if self._asked_s is None:
            if stands(self.pods):
                self._asked_s = now_s
                self._say(LIFT)
            return None
        lift = lifted_foot(self.pods, self._asked_s)
        if lift.told in AGAIN:
            self._asked_s = None
            self._say(AGAIN[lift.told])
        return lift.foot
