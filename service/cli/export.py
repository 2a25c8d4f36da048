"""The command `export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.options import Folder, RunName


def export(
    run: RunName,
    csv: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the CSV files go.")],
    folder: Folder = None,
) -> None:
    """Write a recorded run's readings as CSV.

    One file for each runner's foot, in the columns that surefoot analyze reads.
    """
    from rich.console import Console

    from surefoot.service.runs import find_run
    from surefoot.service.serialization.csv import export_csv
    from surefoot.service.terminal.progress import ProgressBar

    recorded = find_run(run, folder)
    with ProgressBar(Console(stderr=True)) as progress:
        rows = export_csv(recorded, csv, progress)
    for path, count in rows.items():
        Console(highlight=False).print(f"{path}  {count} readings", soft_wrap=True)
