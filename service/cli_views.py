"""The commands that show runs to people: the report and the wall."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command(epilog="Example: surefoot report 20260102T030405Z-1a2b3c4d --pdf")
def report(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A recorded run: its id or its folder.")],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where it goes; without, RUN.html beside you.")
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
    from service import commands_views

    commands_views.report_run(run, output, folder, runner, pdf=pdf)
