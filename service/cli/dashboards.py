"""The commands that make Grafana's boards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.exit_codes import PROBLEM

OURS = "surefoot-*.json"

app = typer.Typer(help="Grafana's boards, made from the metric registry.")

Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="FOLDER", help="Folder of the boards; by default the one that Grafana reads."),
]


@app.callback(invoke_without_command=True)
def dashboards(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(epilog="Example: surefoot dashboards build")
def build(folder: Folder = None) -> None:
    """Write every board as the JSON that Grafana reads, and say what is on it: column, row, width × height."""
    from surefoot.dashboards.grafana.board_files import BOARDS, BOARDS_FOLDER, board_texts
    from surefoot.service.errors.output import OutputError

    folder = folder or BOARDS_FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(OURS):
            path.unlink()
        for name, text in board_texts().items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise OutputError(folder, error.strerror or str(error)) from error
    for board in BOARDS:
        print(f"{board.title}: {folder / board.uid}.json")
        for panel in board.panels():
            place = panel["gridPos"]
            print(f"  {place['x']:2} {place['y']:3} {place['w']:3} × {place['h']}  {panel['title']}")


@app.command(epilog="Example: surefoot dashboards check")
def check(folder: Folder = None) -> None:
    """Say whether the boards are what they would be if they were built now; the exit code is 1 if not."""
    from surefoot.dashboards.grafana.board_files import BOARDS_FOLDER, board_texts

    folder = folder or BOARDS_FOLDER
    wanted = board_texts()
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob(OURS)}
    stale = [name for name in sorted(wanted.keys() | there.keys()) if wanted.get(name) != there.get(name)]
    for name in stale:
        print(f"{folder / name} is stale; run: surefoot dashboards build")
    if stale:
        raise typer.Exit(PROBLEM)
    print(f"{len(wanted)} boards are up to date.")
