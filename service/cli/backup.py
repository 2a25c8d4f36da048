"""The commands `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def backup(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the copy goes; best on another disk.")],
) -> None:
    """Copy all recordings, results and notes into a folder.

    The service may run meanwhile. Into the folder of an earlier backup only what has changed is copied; what was
    deleted here stays there.
    """
    from rich.console import Console

    from surefoot.service.configuration import load_configuration
    from surefoot.service.runtime.backup import back_up
    from surefoot.service.terminal.progress import ProgressBar

    with ProgressBar(Console(stderr=True)) as progress:
        copied = back_up(load_configuration().settings, folder, progress)
    print(
        f"{folder} has the results of {len(copied.stored)} runs; {copied.files} files were copied"
        f" ({copied.size_bytes / 1e6:.0f} MB)."
    )


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that surefoot backup made.")],
) -> None:
    """Bring a backup into the data folder, which must be new: without runs and results."""
    from rich.console import Console

    from surefoot.service.configuration import load_configuration
    from surefoot.service.runtime.backup import restore as restore_backup
    from surefoot.service.runtime.data_folder import locked
    from surefoot.service.terminal.progress import ProgressBar

    settings = load_configuration().settings
    with locked(settings.data), ProgressBar(Console(stderr=True)) as progress:
        copied = restore_backup(folder, settings, progress)
    print(f"{settings.data} has the results of {len(copied.stored)} runs again.")
