"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RUN_HELP = "A recorded run: its id, its folder, or last."

RunName = Annotated[str, typer.Argument(metavar="RUN", help=RUN_HELP)]
Folder = Annotated[
    Path | None,
    typer.Option(metavar="RUNS", help="Folder of runs; by default that of SUREFOOT_RUNS, or your own."),
]
Runner = Annotated[str | None, typer.Option(metavar="NAME", help="Only this runner, if there are several.")]
LeftPod = Annotated[str | None, typer.Option("--left", metavar="POD", help="Serial number or tag of the left pod.")]
RightPod = Annotated[str | None, typer.Option("--right", metavar="POD", help="Serial number or tag of the right pod.")]
HeartRate = Annotated[
    str | None,
    typer.Option("--heart-rate", metavar="DEVICE", help="Heart-rate sensor to record too: its address or name."),
]
Treadmill = Annotated[
    str | None, typer.Option("--treadmill", metavar="DEVICE", help="Treadmill to record too: its address or name.")
]
FootPod = Annotated[
    str | None, typer.Option("--foot-pod", metavar="DEVICE", help="Other foot pod to record too: its address or name.")
]
RunnerName = Annotated[str, typer.Option("--runner", metavar="NAME", help="Who runs.")]
Host = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Show the wall to others too; 0.0.0.0 is every network.")
]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, metavar="PORT", help="Port of the wall; 0 is any free port.")
]
Minutes = Annotated[float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long the simulated run is.")]
Seed = Annotated[int, typer.Option(min=0, metavar="N", help="Seed of the simulation; another seed gives another run.")]
JsonOut = Annotated[str | None, typer.Option(metavar="FILE", help="Write everything as JSON; - is standard output.")]
Columns = Annotated[
    str | None,
    typer.Option(metavar="CHANNEL=NAME,…", help="Which column is what: time, acc_x to acc_z, gyr_x to gyr_z."),
]
Unit = Annotated[
    str | None,
    typer.Option(metavar="SENSOR=UNIT,…", help="Units, as acc=g,gyr=dps,time=ms, or acc=8g/32768 of counts."),
]
Rate = Annotated[
    float | None, typer.Option(metavar="HZ", help="Readings per second of a file without a time column that serves.")
]
Device = Annotated[
    str | None, typer.Option(metavar="NAME", help="Which of a file's devices to read; both as left=NAME,right=NAME.")
]
TimeColumn = Annotated[str | None, typer.Option("--time", metavar="NAME", help="Which column is the time.")]
