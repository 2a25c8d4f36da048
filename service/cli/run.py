"""The command `run`."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.options import (
    Folder,
    FootPod,
    HeartRate,
    Host,
    LeftPod,
    Port,
    RightPod,
    RunnerName,
    Treadmill,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from surefoot.sensor_ingest.recording.run_folder import RunFolder
    from surefoot.service.cli.live_wall import WallAddress
    from surefoot.service.runtime.run_loop import FinishedRun, Observer


def run(
    left: LeftPod = None,
    right: RightPod = None,
    runner: RunnerName = "runner-1",
    continued: Annotated[
        str | None, typer.Option("--continue", metavar="RUN", help="Continue an interrupted run.")
    ] = None,
    heart_rate: HeartRate = None,
    treadmill: Treadmill = None,
    foot_pod: FootPod = None,
    folder: Folder = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Record and measure a run, live from the pods.

    Without --left and --right: the nearest pods that say left and right, on the feet that `surefoot confirm` found.

    Ctrl-C ends the run and prints its summary; the exit code is 0.
    """
    from surefoot.service.terminal.progress import import_with_status

    import_with_status("surefoot.service.cli.live_wall", "surefoot.service.exporters.exporter_thread")
    from rich.console import Console
    from rich.text import Text

    from surefoot.service.cli.results import print_place, print_summaries, silent_companions
    from surefoot.service.configuration import load_configuration
    from surefoot.service.runtime.data_folder import recording_data_folder

    console = Console(highlight=False)
    with recording_data_folder(load_configuration().settings):
        beside = {"heart_rate": heart_rate, "treadmill": treadmill, "foot_pod": foot_pod}
        named = {name: device for name, device in beside.items() if device is not None}
        started = _open((left, right), named, runner, continued, folder)
        _tell_limits(console, started)
        finished = _record_watched(console, started, (host, port), new=continued is None)
    print_summaries(console, finished.analysis.conclude(), started.manifest.names)
    for sentence in silent_companions(started.manifest, finished.analysis):
        console.print(Text(sentence))
    for pod in finished.health:
        if pod.last_packet_s is None:
            console.print(Text(f"No data from the {pod.foot} pod {pod.serial}: {pod.note}."))
    print_place(console, started)


def _open(
    sides: tuple[str | None, str | None],
    companions: Mapping[str, str],
    runner: str,
    continued: str | None,
    folder: Path | None,
) -> RunFolder:
    """A new run, or the one to continue; `companions` are the sensors that were named beside the pods."""
    from surefoot.sensor_ingest.recording.run_folder import create_run
    from surefoot.service import VERSION
    from surefoot.service.cli.pod_choice import choose_pods
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.recordings import TwoSourcesError
    from surefoot.service.runs import find_run, runs_folder
    from surefoot.service.runtime.pod_sources import chosen_companions, worn_as_kept
    from surefoot.service.runtime.usual import freeze_usual

    named = sides != (None, None)
    if continued is None:
        parent = runs_folder(folder)
        pods = choose_pods(*sides, runner, parent, foot_pod="foot_pod" in companions)
        settings = load_configuration().settings
        begun = create_run(
            parent,
            pods if named else worn_as_kept(pods, parent),
            software=f"surefoot {VERSION}",
            parameters=settings.parameters,
            companions=chosen_companions(companions, pods[0].runner, settings.runners),
        )
        return freeze_usual(begun, settings)
    if named or companions:
        raise TwoSourcesError("--continue and --left or --right", "only --continue; the run knows its pods")
    return find_run(continued, folder)


def _tell_limits(console: Console, started: RunFolder) -> None:
    """Say what sensors of other makers cannot do, before the run begins."""
    from rich.text import Text

    from surefoot.sensor_ingest.ble.errors import RadioError
    from surefoot.sensor_ingest.devices.known import device_of_serial
    from surefoot.service.runtime.pod_limits import told_limits

    serials = [pod.serial for pod in started.manifest.pods if device_of_serial(pod.serial) is not None]
    if not serials:
        return
    with console.status("Reading what the sensors can do"), suppress(RadioError):  # which the run will tell
        for sentence in asyncio.run(told_limits(serials)):
            console.print(Text(sentence))


def _record_watched(console: Console, started: RunFolder, wall_address: WallAddress, *, new: bool) -> FinishedRun:
    """Record until the end, shown on the terminal and on the wall; a new run without a radio leaves no folder."""
    from surefoot.sensor_ingest.ble.errors import RadioError
    from surefoot.service.cli.live_wall import run_wall
    from surefoot.service.runs import discard
    from surefoot.service.terminal.live_screen import LiveScreen, Title
    from surefoot.service.views.squad_state import ObservedRun, Observers

    runners = ", ".join(started.manifest.names.values())
    observed = ObservedRun(runners)
    with ExitStack() as stack:
        address = stack.enter_context(run_wall(observed, started.path.parent, wall_address))
        observers: list[Observer] = [observed]
        if console.is_terminal:
            title = Title("surefoot run", runners, f"Ctrl-C ends the run · wall {address}")
            observers.append(stack.enter_context(LiveScreen(console, title)))
        try:
            return _record(started, Observers(*observers))
        except RadioError:
            if new:
                discard(started)
            raise


def _record(run: RunFolder, observer: Observer) -> FinishedRun:
    """A run from its pods to the observer, the store and the servers of the settings."""
    from surefoot.sensor_ingest.live_run import LiveRun
    from surefoot.service.configuration import load_configuration
    from surefoot.service.exporters.exporter_thread import ExporterThread
    from surefoot.service.runtime.result_recorder import ResultRecorder
    from surefoot.service.runtime.run_loop import record_run
    from surefoot.service.runtime.session_clock import run_utc_s, told_utc_s

    settings = load_configuration().settings
    store = settings.store_path
    live = LiveRun(run, utc_s=run_utc_s(store, run.manifest), told_utc_s=told_utc_s(store))
    with (
        ExporterThread(settings) as exporters,
        ResultRecorder.for_live_run(live, settings, exporters.notify) as recorder,
    ):
        return asyncio.run(record_run(live, observer, recorder=recorder))
