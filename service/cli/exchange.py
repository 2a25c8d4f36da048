"""The command `exchange`."""

from __future__ import annotations

from typing import Annotated

import typer

from surefoot.service.cli.options import Folder, RunName, Runner


def exchange(
    run: RunName,
    as_worn: Annotated[
        bool, typer.Option("--as-worn", help="The pods were worn as named: exchange nothing, and ask no more.")
    ] = False,
    runner: Runner = None,
    folder: Folder = None,
) -> None:
    """Correct a recorded run whose pods were on each other's feet.

    The run is analysed again and its stored results are replaced. Given twice, all is as it was.
    """
    from rich.console import Console

    from surefoot.service.cli.results import chosen_runners
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import RunnerUnknownError
    from surefoot.service.runs import find_run
    from surefoot.service.runtime.exchange import confirm_as_worn, exchange_pods
    from surefoot.service.terminal.progress import ProgressBar

    found = find_run(run, folder)
    names = chosen_runners(found, runner)
    if len(names) > 1:
        raise RunnerUnknownError(None, names)
    correct = confirm_as_worn if as_worn else exchange_pods
    with ProgressBar(Console(stderr=True)) as progress:
        corrected = correct(found, names[0], load_configuration().settings, progress)
    for pod in corrected.manifest.pods:
        if pod.runner == names[0]:
            print(f"{pod.serial} is on the {pod.foot} foot of {pod.name or pod.runner}.")
