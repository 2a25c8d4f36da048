"""The commands that show runs to people: the report and the wall."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command(epilog="Example: surefoot report 20260102T030405Z-1a2b3c4d --pdf")
def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A recorded run: its id, its folder, or last.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", metavar="FILE", help="Where it goes, a file or a folder; without, RUN.html beside you."
        ),
    ] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="As PDF, through Chromium or Chrome where there is one.")] = False,
    runner: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this runner, where there are several.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="RUNS", help="Folder of runs; without, that of SUREFOOT_RUNS or your own.")
    ] = None,
) -> None:
    """Write what a run was like, for people: one file that opens anywhere and prints well.

    The same recording and version give the same file.
    """
    from surefoot.service.cli import commands_views

    commands_views.report_run(run, output, folder, runner, pdf=pdf)


@app.command(epilog="Example: surefoot serve --host 0.0.0.0")
def serve(
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Show the wall to others too; 0.0.0.0 is every network.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, metavar="PORT", help="Of the wall; 0 is any that is free.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="RUNS", help="Folder of runs; without, that of SUREFOOT_RUNS or your own.")
    ] = None,
) -> None:
    """Show the wall: who runs now, and every recorded run with its replay and report.

    Runs that surefoot live follows in another process are shown as they go on. Beyond this computer the wall needs a
    password, from wall.password in the settings or SUREFOOT_WALL_PASSWORD.

    Ctrl-C or SIGTERM ends it.
    """
    from surefoot.service.cli import wall as wall_command

    wall_command.serve((host, port), folder)
