"""The command `usual`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer


def usual(
    runner: Annotated[str, typer.Argument(metavar="RUNNER", help="Whose.")],
    confirm: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="Confirm your healthy runs up to a day as your usual."),
    ] = None,
) -> None:
    """Tell what is usual for a runner: the healthy runs they confirmed, and how the newest run compares.

    Also what has changed over runs, and how much the runner differs from run to run.
    """
    from surefoot.service.cli.known_runner import known_runner
    from surefoot.service.configuration import load_configuration
    from surefoot.service.runtime.usual import confirm_usual, usual_now
    from surefoot.service.terminal.usual import usual_lines

    settings = load_configuration().settings
    chosen = known_runner(settings, runner)
    if confirm is not None:
        confirm_usual(settings, chosen, confirm.date())
    for line in usual_lines(usual_now(settings, chosen), chosen):
        print(line)
