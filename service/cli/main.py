"""The `surefoot` command line. Commands import what computes when they run, so that help comes at once."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, NoReturn

import typer

from surefoot.extras import missing
from surefoot.service import VERSION
from surefoot.service.cli import accounts, dashboards, gateway, standard_streams
from surefoot.service.cli.analyze import analyze
from surefoot.service.cli.backup import backup, restore
from surefoot.service.cli.certificate import certificate
from surefoot.service.cli.check import check
from surefoot.service.cli.config import config
from surefoot.service.cli.confirm import confirm
from surefoot.service.cli.demo import demo
from surefoot.service.cli.distance import distance
from surefoot.service.cli.doctor import doctor
from surefoot.service.cli.exchange import exchange
from surefoot.service.cli.exit_codes import BAD_INPUT, INTERRUPTED
from surefoot.service.cli.export import export
from surefoot.service.cli.forget import forget
from surefoot.service.cli.help import flow
from surefoot.service.cli.import_ import import_
from surefoot.service.cli.inspect import inspect
from surefoot.service.cli.live import live
from surefoot.service.cli.load import load
from surefoot.service.cli.log_output import silence_log
from surefoot.service.cli.physio import physio
from surefoot.service.cli.plan import plan
from surefoot.service.cli.pods import pods
from surefoot.service.cli.reanalyze import reanalyze
from surefoot.service.cli.replay import replay
from surefoot.service.cli.report import report
from surefoot.service.cli.run import run
from surefoot.service.cli.runs import runs
from surefoot.service.cli.scan import scan
from surefoot.service.cli.serve import serve
from surefoot.service.cli.ship import ship
from surefoot.service.cli.sync import sync
from surefoot.service.cli.takeout import takeout
from surefoot.service.cli.usual import usual
from surefoot.service.cli.workout import workout

CLICK_ERROR: type[Exception] = typer.BadParameter.mro()[2]
"""Root of the errors about arguments: click's, or that of the click inside typer, which exports only a leaf."""

SERVICE = "Wall and service"
COMMANDS: Mapping[str, Mapping[Callable[..., None], str]] = {
    "Record and look": {
        demo: "surefoot demo --minutes 5 --speed 20",
        scan: "surefoot scan --seconds 10",
        confirm: "surefoot confirm --runner anna",
        run: "surefoot run --left 1A2B --right 3C4D",
        runs: "surefoot runs --folder training",
        replay: "surefoot replay 20260102T030405Z-1a2b3c4d --json run.json",
        analyze: "surefoot analyze --left left.csv --right right.csv --json run.json",
        inspect: "surefoot inspect recording.csv",
        report: "surefoot report 20260102T030405Z-1a2b3c4d --pdf",
        export: "surefoot export 20260102T030405Z-1a2b3c4d --to folder --as fit,csv",
    },
    "Correct or add a run": {
        reanalyze: "surefoot reanalyze last",
        exchange: "surefoot exchange 20260102T030405Z-1a2b3c4d",
        distance: "surefoot distance last 10km",
        import_: "surefoot import evening-run.fit --runner anna",
    },
    "Over weeks": {
        load: "surefoot load anna",
        usual: "surefoot usual anna --confirm 2026-01-31",
        plan: "surefoot plan anna --begin sprain --stands --moves",
        workout: "surefoot workout 6x1/4",
        check: "surefoot check anna --raises 25,25 --painless --steady",
        physio: "surefoot physio anna --to anna.pdf",
    },
    SERVICE: {
        serve: "surefoot serve --host 0.0.0.0",
        live: "surefoot live --simulated 4",
        sync: "surefoot sync",
        ship: "surefoot ship --backfill",
        certificate: "surefoot certificate",
    },
    "Data and setup": {
        backup: "surefoot backup /mnt/disk/surefoot",
        restore: "surefoot restore /mnt/disk/surefoot",
        takeout: "surefoot takeout anna --to anna-surefoot",
        forget: "surefoot forget anna",
        config: "surefoot config",
        doctor: "surefoot doctor",
        pods: "surefoot pods --left usb:0 --right usb:1 --scenario easy",
    },
}
"""Heading → command → example, in the order of the help."""

app = typer.Typer(
    name="surefoot",
    help="Gait monitoring for runners with a motion pod on each shoe.",
    epilog="Try: surefoot demo",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for heading, examples in COMMANDS.items():
    for command, example in examples.items():
        name = command.__name__.rstrip("_")
        app.command(name, epilog=f"Example: {example}", rich_help_panel=heading)(command)
for group in (accounts, gateway, dashboards):
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2], rich_help_panel=SERVICE)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line; bad input is one sentence on standard error and exit code 2, never a traceback."""
    standard_streams.prepare()
    flow(app)
    silence_log()
    try:
        code = app(args=arguments, prog_name="surefoot", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        standard_streams.abandon()
        sys.exit(1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        if isinstance(error, OSError):
            standard_streams.abandon()
        print(f"error: {sentence}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    sys.exit(code)


def _sentence(error: Exception) -> str | None:
    """What was wrong with the request; None for a bug of ours."""
    if isinstance(error, CLICK_ERROR):
        text = " ".join(error.format_message().split())  # type: ignore[attr-defined]
        context = getattr(error, "ctx", None)
        command = "surefoot" if context is None else context.command_path
        advice = "" if text.endswith("?") else f"; see {command} --help."
        return f"{text[:1].lower()}{text[1:].rstrip('.')}{advice}"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the output cannot be written ({error.strerror}); free space, or write elsewhere."
    if isinstance(error, ModuleNotFoundError):
        return missing(error)
    from surefoot.sensor_ingest.errors import IngestError
    from surefoot.service.errors import RequestError

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
