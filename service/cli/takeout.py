"""The command `takeout`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def takeout(
    runner: Annotated[str, typer.Argument(metavar="RUNNER", help="Whose data: their id or name.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where the files go; none is replaced.")],
) -> None:
    """Write everything of a runner as CSV and JSON: recordings, results, diary, injuries, labels, shoes and shares.

    A README.txt says what is what. Nothing of anybody else is in it, also of runs in which several ran.
    """
    from rich.console import Console

    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.people import NothingOfRunnerError
    from surefoot.service.runtime.runner_traces import find_runner
    from surefoot.service.runtime.takeout import take_out
    from surefoot.service.terminal.progress import ProgressBar

    settings = load_configuration().settings
    found = find_runner(settings, runner)
    if found is None:
        raise NothingOfRunnerError(runner)
    with ProgressBar(Console(stderr=True)) as progress:
        files = take_out(settings, found, to, progress)
    size = sum(path.stat().st_size for path in files)
    print(
        f"{to} has everything of {runner}: {len(files)} files ({size / 1e6:.1f} MB). Its README.txt says what is what."
    )
