"""The command `confirm`."""

from __future__ import annotations

import asyncio

import typer

from surefoot.service.cli.options import Folder, LeftPod, RightPod, RunnerName


def confirm(
    left: LeftPod = None, right: RightPod = None, runner: RunnerName = "runner-1", folder: Folder = None
) -> None:
    """Settle which pod is on which foot: stand still, then lift the left foot or tap its pod.

    The answer is kept: later runs of this runner with these pods have them on the right feet, and ask no more.
    """
    from surefoot.sensor_ingest.recording.kept_feet import keep_feet
    from surefoot.service.cli.pod_choice import choose_pods
    from surefoot.service.runs import runs_folder
    from surefoot.service.runtime.feet_question import ask_feet

    runs = runs_folder(folder)
    pods = choose_pods(left, right, runner, runs)
    feet = asyncio.run(ask_feet(pods, typer.echo, runs))
    keep_feet(runs, pods[0].runner, feet)
    if feet[pods[0].serial] is not pods[0].foot:
        typer.echo("The pods are the other way round than was thought.")
    for serial, foot in sorted(feet.items(), key=lambda each: each[1]):
        typer.echo(f"{serial} is on the {foot} foot of {runner}.")
