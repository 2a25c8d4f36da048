"""The process of a gateway: the recorder and nothing else. What reads settings and arguments would add a quarter."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, NoReturn, Protocol

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.discovery import wait_for_any
from surefoot.sensor_ingest.errors import IngestError
from surefoot.sensor_ingest.recording.manifest import PodAssignment, foot_pods_alone
from surefoot.service.cli import standard_streams
from surefoot.service.cli.exit_codes import BAD_INPUT, INTERRUPTED
from surefoot.service.cli.log_output import log_lines
from surefoot.service.errors import RequestError
from surefoot.service.errors.output import OutputError
from surefoot.service.gateway.forwarding import DAY_S, forwarding
from surefoot.service.gateway.plan import GatewayPlan
from surefoot.service.gateway.recording import GatewayRecorder
from surefoot.service.gateway.service_client import ServiceClient
from surefoot.service.runtime.recording_lock import recording_lock
from surefoot.service.runtime.service_manager import watched
from surefoot.service.runtime.shutdown import StopRequest

ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}
"""For all threads: the C library gives each one of its own, half a megabyte."""


class Pods(Protocol):
    """Source of pods and the radio that reaches them."""

    radio: RadioBackend

    def wait_for_pods(self) -> Coroutine[Any, Any, list[PodAssignment]]:
        """Wait until a run can begin; returns the pods that take part."""


class _PodsOfPlan:
    def __init__(self, plan: GatewayPlan) -> None:
        self.radio = RadioBackend()
        self._pods = list(plan.pods)
        self._alone = [each.address for each in foot_pods_alone(plan.pods, plan.companions)]

    async def wait_for_pods(self) -> list[PodAssignment]:
        """Scan until one of the pods, or the foot pod of somebody without them, is in range."""
        await wait_for_any(self.radio, [pod.serial for pod in self._pods], self._alone)
        return self._pods


def replace_process(plan: GatewayPlan, log_level: str) -> NoReturn:
    """Become a process that has loaded the recorder alone; the plan, which has a key in it, goes through a file that
    nobody else can open."""
    from tempfile import TemporaryFile  # it and what it loads take a megabyte, which the recorder spares

    with TemporaryFile("w+", encoding="utf-8") as file:
        file.write(plan.to_json())
        file.flush()
        file.seek(0)
        os.set_inheritable(file.fileno(), True)
        module = [sys.executable, "-m", "surefoot.service.cli.gateway_process"]
        os.execve(sys.executable, [*module, str(file.fileno()), log_level], {**os.environ, **ONE_HEAP})


def record_here(plan: GatewayPlan, pods: AbstractAsyncContextManager[Pods]) -> None:
    """Record and hand over until Ctrl-C or SIGTERM.

    Raises
    ------
    RequestError, IngestError
        if the data folder or the settings cannot be used.
    """
    client = ServiceClient(plan.url, plan.key, plan.ca_file)
    standard_streams.say(f"Recordings go to {client.url} · Ctrl-C ends it.")
    try:
        with (
            recording_lock(plan.data),
            forwarding(plan.runs, client, plan.keep_days * DAY_S, standard_streams.say),
        ):
            asyncio.run(_record(plan, pods))
    except OSError as error:
        raise OutputError(plan.data, error.strerror or type(error).__name__) from error


async def _record(plan: GatewayPlan, source: AbstractAsyncContextManager[Pods]) -> None:
    loop = asyncio.get_running_loop()
    async with source as pods:
        recorder = GatewayRecorder(plan, pods.radio, pods.wait_for_pods, standard_streams.say)
        with StopRequest(lambda: loop.call_soon_threadsafe(recorder.stop)):
            async with watched():
                await recorder.run()


@asynccontextmanager
async def pods_of_plan(plan: GatewayPlan) -> AsyncIterator[Pods]:
    """The pods that the settings name."""
    yield _PodsOfPlan(plan)


def main() -> None:
    """Record as the plan says that is in an inherited file; its number and the level of the log are the arguments."""
    standard_streams.prepare()
    with os.fdopen(int(sys.argv[1]), encoding="utf-8") as file:
        plan = GatewayPlan.from_json(file.read())
    log_lines(sys.argv[2], [plan.key])
    try:
        record_here(plan, pods_of_plan(plan))
    except (RequestError, IngestError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
