"""Records run after run without analysing them; the service does that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from surefoot.sensor_ingest.backoff import Backoff
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.errors import RadioError
from surefoot.sensor_ingest.cancellation import StopRequested, cancel_on, wait_for_event
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.assembler import Batch, CompanionNews, Given
from surefoot.sensor_ingest.recording.errors import (
    NotARunError,
    RunBusyError,
    RunDeletedError,
    RunError,
    RunMissingError,
    RunUnwritableError,
)
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment, foot_pods_alone
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, end_interrupted_run, list_runs, open_run
from surefoot.sensor_ingest.recording.steps import FootPodSteps, StepsSeen
from surefoot.service.gateway.plan import GatewayPlan
from surefoot.service.problem_log import ProblemLog
from surefoot.service.runtime.awaited import waiting_for
from surefoot.service.runtime.background import background_task
from surefoot.service.runtime.date_trust import trusted_utc_s
from surefoot.service.runtime.end_of_run import RunActivity, RunEnd

log = logging.getLogger(__name__)

RESUME_WITHIN_S = 12 * 3600.0
"""A run that was cut off longer ago is not continued but ended."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
CHECK_PERIOD_S = 1.0
MIN_JUMP_S = 2.0
"""By so much the computer's date must change for a run to be dated anew; less is a network's fine adjustment."""


class GatewayRecorder:
    """Waits for pods, records a run until nobody has moved for a while, and waits again.

    Parameters
    ----------
    wait_for_pods : returns when a run can begin, with the pods that take part.
    notify : takes sentences for people.
    """

    def __init__(
        self,
        plan: GatewayPlan,
        radio: RadioBackend,
        wait_for_pods: Callable[[], Coroutine[Any, Any, Sequence[PodAssignment]]],
        notify: Callable[[str], None],
    ) -> None:
        self._plan = plan
        self._radio = radio
        self._wait_for_pods = wait_for_pods
        self._notify = notify
        self._stopping = asyncio.Event()
        self._live: LiveRun | None = None
        self._begun: list[Path] = []
        self._problems = ProblemLog(log, logging.ERROR)

    def stop(self) -> None:
        """End the run in progress, and start no other."""
        self._stopping.set()
        if self._live is not None:
            self._live.stop()

    async def run(self) -> None:
        """Record runs until `stop`; a run that fails is retried, as its pods keep what was missed for a while."""
        async with background_task("dates", self._keep_dates()):
            await self._record_runs(await asyncio.to_thread(self._run_to_resume))

    async def _record_runs(self, run: RunFolder | None) -> None:
        backoff = Backoff(FIRST_WAIT_S, LONGEST_WAIT_S, jitter=0.0)
        while not self._stopping.is_set():
            try:
                run = await self._begin() if run is None else open_run(run.path)
                await self._record(run)
                backoff.reset()
                self._problems.resolve("Recording works again.")
                run = None
            except StopRequested:
                return
            except (RunBusyError, RunMissingError, RunDeletedError, NotARunError) as error:
                log.warning("%s", error)
                run = None
            except (RadioError, RunUnwritableError) as error:
                wait_s = backoff.next_delay_s()
                self._problems.report(str(error), f" Trying again in {wait_s:.0f} s.")
                await wait_for_event(self._stopping, wait_s)

    async def _begin(self) -> RunFolder:
        """A new run as soon as there are pods."""
        self._notify(waiting_for(self._plan.pods, self._plan.companions))
        pods = await cancel_on(self._stopping, self._wait_for_pods(), "wait for pods")
        plan = self._plan
        run = create_run(plan.runs, pods, software=plan.software, companions=plan.companions)
        self._begun.append(run.path)
        return run

    async def _record(self, run: RunFolder) -> None:
        """Record a run until it is over; where it fails, it can be continued."""
        self._notify(f"Recording run {run.manifest.run_id}: {', '.join(run.manifest.names.values())}.")
        live = self._live = LiveRun(run, self._radio, told_utc_s=trusted_utc_s())
        movement = _Movement(run.manifest)
        try:
            async with live, background_task("run end", self._stop_when_over(live, movement)):
                async for given in live:
                    movement.take(given)
        finally:
            self._live = None
        self._notify(f"Run {run.manifest.run_id} is over.")

    async def _stop_when_over(self, live: LiveRun, movement: _Movement) -> None:
        rule = RunEnd(self._plan.still_s, self._plan.pods_gone_s)
        while not rule.is_over(movement.activity(live), CHECK_PERIOD_S):
            await asyncio.sleep(CHECK_PERIOD_S)
        live.stop()

    async def _keep_dates(self) -> None:
        """Date the runs of this process anew when the computer learns the date, as one without a battery does late."""
        difference_s = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(CHECK_PERIOD_S)
            known_s, difference_s = difference_s, time.time() - time.monotonic()
            if abs(difference_s - known_s) >= MIN_JUMP_S:
                self._redate(timedelta(seconds=difference_s - known_s))

    def _redate(self, jump: timedelta) -> None:
        live = self._live
        for path in self._begun:
            with suppress(RunError):
                if live is not None and live.run.path == path:
                    live.redate(live.run.manifest.created_utc + jump)
                else:
                    run = open_run(path)
                    run.redate(run.manifest.created_utc + jump)

    def _run_to_resume(self) -> RunFolder | None:
        """The newest run, if it was cut off not long ago; others that were cut off are ended."""
        cut_off = [run for run in _begun_runs(self._plan.runs) if not run.manifest.ended]
        newest = cut_off.pop() if cut_off and _age_s(cut_off[-1]) < RESUME_WITHIN_S else None
        for run in cut_off:
            with suppress(RunError):
                end_interrupted_run(run)
        return newest


class _Movement:
    """When somebody moved in a run, by pods, and by the foot pods of other makers of those without pods."""

    def __init__(self, run: Manifest) -> None:
        self._feet = [StepsSeen() for _ in run.pods]
        alone = foot_pods_alone(run.pods, run.companions)
        self._foot_pods = {run.companions.index(each): FootPodSteps() for each in alone}

    def take(self, given: Given) -> None:
        """Take what the run gives next."""
        if isinstance(given, Batch):
            self._feet[given.pod].push(given.samples)
        elif isinstance(given, CompanionNews) and given.number in self._foot_pods:
            self._foot_pods[given.number].push(given.reading)

    def activity(self, live: LiveRun) -> RunActivity:
        """How far the run has come."""
        seen: list[StepsSeen | FootPodSteps] = [*self._feet, *self._foot_pods.values()]
        stepped_s = [each.last_s for each in seen if each.last_s is not None]
        heard_s = [pod.last_packet_s for pod in live.health() if pod.last_packet_s is not None]
        heard_s += [each.newest_s for each in self._foot_pods.values()]
        newest_s = max((each.newest_s for each in seen), default=0.0)
        return RunActivity(newest_s, max(stepped_s, default=None), max(heard_s, default=None))


def _begun_runs(folder: Path) -> list[RunFolder]:
    return [run for run in (list_runs(folder) if folder.is_dir() else ()) if run.journal_path.exists()]


def _age_s(run: RunFolder) -> float:
    return time.time() - run.manifest.created_utc.timestamp()
