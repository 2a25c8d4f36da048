"""The `surefoot` command line. What computes is imported when it is needed, so that help comes at once."""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from surefoot.service import VERSION
from surefoot.service.cli import dashboards as cli_boards
from surefoot.service.cli import pods as cli_pods
from surefoot.service.cli import service as cli_service
from surefoot.service.cli import standard_streams as streams
from surefoot.service.cli import views as cli_views
from surefoot.service.cli.exit_codes import INTERRUPTED
from surefoot.service.cli.help import flow

BAD_INPUT = 2
CLICK_ERROR: type[Exception] = typer.BadParameter.mro()[2]
"""Root of what can be wrong with arguments: click's, or that of the click inside typer, which exports only a leaf."""

Folder = Annotated[
    Path | None,
    typer.Option(metavar="RUNS", help="Folder of runs; without, that of SUREFOOT_RUNS or your own."),
]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A recorded run: its id, its folder, or last.")]
Runner = Annotated[str | None, typer.Option(metavar="NAME", help="Only this runner, where there are several.")]
Host = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Show the wall to others too; 0.0.0.0 is every network.")
]
Port = Annotated[int | None, typer.Option(min=0, max=65535, metavar="PORT", help="Of the wall; 0 is any that is free.")]
Minutes = Annotated[float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long the simulated run is.")]
JsonOut = Annotated[str | None, typer.Option(metavar="FILE", help="Write everything as JSON; - is standard output.")]

app = typer.Typer(
    name="surefoot",
    help="Gait monitoring for runners with a motion pod on each shoe.",
    epilog="Try: surefoot demo",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(cli_views.app)
app.add_typer(cli_service.app)
app.add_typer(cli_pods.app)
app.add_typer(cli_boards.app, name="dashboards")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; bad input is one sentence on standard error and exit code 2, never a traceback."""
    streams.prepare()
    flow(app)
    logging.getLogger().addHandler(logging.NullHandler())  # people get sentences; a log line would tear the live view
    try:
        code = app(args=arguments, prog_name="surefoot", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        streams.abandon()
        sys.exit(1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        if isinstance(error, OSError):
            streams.abandon()
        print(f"error: {sentence}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    sys.exit(code)


def _sentence(error: Exception) -> str | None:
    """What was wrong with the request, None for a bug of ours."""
    if isinstance(error, CLICK_ERROR):
        text = " ".join(error.format_message().split())  # type: ignore[attr-defined]
        context = getattr(error, "ctx", None)
        command = "surefoot" if context is None else context.command_path
        advice = "" if text.endswith("?") else f"; see {command} --help."
        return f"{text[:1].lower()}{text[1:].rstrip('.')}{advice}"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the output cannot be written ({error.strerror}); free space, or write elsewhere."
    from surefoot.sensor_ingest.errors import IngestError
    from surefoot.service.errors import RequestError

    return str(error) if isinstance(error, IngestError | RequestError) else None


def _getting_ready() -> AbstractContextManager[object]:
    """While entered, a terminal says that something goes on."""
    from rich.console import Console

    return Console(stderr=True).status("Getting ready")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"surefoot {VERSION}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def surefoot(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None and not version:
        print(context.get_help())


@app.command(epilog="Example: surefoot demo --minutes 5 --speed 20")
def demo(
    minutes: Minutes = 20.0,
    scenario: Annotated[str | None, typer.Option(metavar="NAME", help="What happens; a wrong name lists all.")] = None,
    runners: Annotated[int, typer.Option(min=1, max=20, metavar="N", help="How many run at once.")] = 1,
    speed: Annotated[
        float,
        typer.Option(min=0.1, max=100.0, metavar="X", help="How much faster than real it goes, if the computer can."),
    ] = 10.0,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another seed is another run.")] = 1,
    headless: Annotated[bool, typer.Option("--headless", help="No live view: only the summary, at once.")] = False,
    folder: Annotated[
        Path | None, typer.Option(metavar="RUNS", help="Keep the recorded run here; without, it is deleted.")
    ] = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Watch a simulated run, without any hardware.

    A simulated runner's pods are met over Bluetooth as real ones are; only the radio waves are missing. The left foot
    stays longer and longer on the ground, and on the way the right pod is out of reach for a while.

    Ctrl-C ends it with the summary so far; the exit code is 130.
    """
    with _getting_ready():
        from surefoot.service.cli import commands

    if commands.demo(minutes, scenario, runners, speed, seed, folder, (host, port), headless=headless):
        raise typer.Exit(INTERRUPTED)


@app.command(epilog="Example: surefoot scan --seconds 10")
def scan(
    seconds: Annotated[float, typer.Option(min=0.5, max=300.0, metavar="SECONDS", help="How long to listen.")] = 5.0,
) -> None:
    """Show the pods in range."""
    from surefoot.service.cli import commands

    commands.scan(seconds)


@app.command(epilog="Example: surefoot run --left 1A2B --right 3C4D")
def run(
    left: Annotated[str | None, typer.Option(metavar="POD", help="Serial number or tag of the left pod.")] = None,
    right: Annotated[str | None, typer.Option(metavar="POD", help="Serial number or tag of the right pod.")] = None,
    runner: Annotated[str, typer.Option(metavar="NAME", help="Who runs.")] = "runner-1",
    go_on: Annotated[
        str | None, typer.Option("--continue", metavar="RUN", help="Go on with a run that was interrupted.")
    ] = None,
    folder: Folder = None,
    host: Host = None,
    port: Port = None,
) -> None:
    """Record and measure a run, live from the pods.

    Without --left and --right: the nearest pods that say left and right.

    Ctrl-C ends the run and prints its summary; the exit code is 0.
    """
    with _getting_ready():
        from surefoot.service.cli import commands

    commands.run(left, right, runner, go_on, folder, (host, port))


@app.command(epilog="Example: surefoot runs --folder training")
def runs(folder: Folder = None) -> None:
    """List the recorded runs."""
    from surefoot.service.cli import commands

    commands.runs(folder)


@app.command(epilog="Example: surefoot replay 20260102T030405Z-1a2b3c4d --json run.json")
def replay(
    run: RunName,
    refit: Annotated[bool, typer.Option("--refit", help="Fit clocks by the whole run; wait for every pod.")] = False,
    runner: Runner = None,
    json: JsonOut = None,
    folder: Folder = None,
) -> None:
    """Analyse a recorded run once more.

    Without --refit every number is the one that was known live.
    """
    from surefoot.service.cli import commands

    commands.replay(run, folder, runner, json, refit=refit)


@app.command(epilog="Example: surefoot analyze --left left.csv --right right.csv --json run.json")
def analyze(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN", help="A recorded run: its id, its folder, or last.")
    ] = None,
    left: Annotated[Path | None, typer.Option(metavar="FILE", help="CSV recording of the left foot.")] = None,
    right: Annotated[Path | None, typer.Option(metavar="FILE", help="CSV recording of the right foot.")] = None,
    runner: Runner = None,
    json: JsonOut = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML file.")] = None,
    folder: Folder = None,
) -> None:
    """Measure a recorded run, or CSV files: summary, JSON and report.

    One foot is enough, both are better.

    Columns: time_s, acc_{x,y,z}_mps2 and, where measured, gyr_{x,y,z}_radps.
    """
    from surefoot.service.cli import commands

    files = (left, right)
    if run is not None:
        commands.check_one_source(run, files)
        commands.replay(run, folder, runner, json, report, refit=False)
    else:
        commands.analyze_csv(*files, json, report)


@app.command(epilog="Example: surefoot export 20260102T030405Z-1a2b3c4d --csv readings")
def export(
    run: RunName,
    csv: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the CSV files go.")],
    folder: Folder = None,
) -> None:
    """Write a recorded run's readings as CSV.

    One file for each runner's foot, in the columns that surefoot analyze reads.
    """
    from surefoot.service.cli import commands

    commands.export(run, csv, folder)
