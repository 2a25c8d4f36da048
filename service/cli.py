"""The `surefoot` command line. What computes is imported when it is needed, so that help comes at once."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from service import VERSION

BAD_INPUT, INTERRUPTED = 2, 130
CLICK_ERROR: type[Exception] = typer.BadParameter.mro()[2]
"""Root of what can be wrong with arguments: click's, or that of the click inside typer, which exports only a leaf."""

app = typer.Typer(
    name="surefoot",
    help="Gait monitoring for runners with a motion pod on each shoe.",
    epilog="Try: surefoot demo",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; bad input is one sentence on standard error and exit code 2, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = app(args=arguments, prog_name="surefoot", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(f"error: {sentence}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    sys.exit(code)


def _sentence(error: Exception) -> str | None:
    """What was wrong with the request, None for a bug of ours."""
    if isinstance(error, CLICK_ERROR):
        text = " ".join(error.format_message().split())  # type: ignore[attr-defined]
        advice = "" if text.endswith("?") else "; see surefoot --help."
        return f"{text[:1].lower()}{text[1:].rstrip('.')}{advice}"
    from sensor_ingest.errors import IngestError
    from service.errors import RequestError

    return str(error) if isinstance(error, IngestError | RequestError) else None


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


@app.command(epilog="Example: surefoot analyze --left left.csv --right right.csv --json run.json")
def analyze(
    left: Annotated[Path | None, typer.Option(metavar="FILE", help="Recording of the left foot.")] = None,
    right: Annotated[Path | None, typer.Option(metavar="FILE", help="Recording of the right foot.")] = None,
    json: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write everything as JSON; - is standard output.")
    ] = None,
) -> None:
    """Measure a recorded run: CSV files in, a summary and JSON out.

    One foot is enough, both are better.

    Columns: time_s, acc_{x,y,z}_mps2 and, where measured, gyr_{x,y,z}_radps.
    """
    from rich.console import Console

    from analysis.model import Foot
    from service.analyze import analyze_files
    from service.output import check_output, write_json
    from service.progress import ProgressBar
    from service.table import show

    files = {foot: path for foot, path in ((Foot.LEFT, left), (Foot.RIGHT, right)) if path is not None}
    output = None if json in (None, "-") else Path(str(json))
    if output is not None:
        check_output(output, files.values())
    with ProgressBar(Console(stderr=True)) as progress:
        analysis = analyze_files(files, progress)
    if json is not None:
        write_json(analysis, output)
    if json != "-":
        show(Console(highlight=False), analysis)


@app.command(epilog="Example: surefoot demo --minutes 3 --speed 20")
def demo(
    minutes: Annotated[float, typer.Option(min=1.0, max=60.0, help="How long the simulated run is.")] = 6.0,
    speed: Annotated[float, typer.Option(min=0.1, max=1000.0, help="How much faster than real it goes.")] = 10.0,
    seed: Annotated[int, typer.Option(min=0, help="Another seed is another run.")] = 1,
    headless: Annotated[bool, typer.Option("--headless", help="No live view: only the summary, at once.")] = False,
) -> None:
    """Watch a simulated run, without any hardware.

    A runner stands, walks, runs with the left foot staying longer and longer on the ground, and walks again.
    """
    from rich.console import Console

    from service.demo import demo as play

    console = Console(highlight=False)
    if not play(console, minutes, speed, seed, live=console.is_terminal and not headless):
        raise typer.Exit(INTERRUPTED)
