"""The command `doctor`."""

from __future__ import annotations

import typer

from surefoot.service.cli.exit_codes import PROBLEM


def doctor() -> None:
    """Test every part of the setup, and say how to fix what does not work.

    The exit code is 1 if anything that is used does not work.
    """
    from rich.console import Console

    from surefoot.service.configuration import usable_configuration
    from surefoot.service.diagnostics import CheckStatus, privacy_check, run_checks
    from surefoot.service.terminal.diagnostics import check_table

    configuration = usable_configuration()
    checks = [*run_checks(configuration.settings, configuration.problems), privacy_check(configuration)]
    Console(highlight=False).print(check_table(checks))
    if any(check.status is CheckStatus.PROBLEM for check in checks):
        raise typer.Exit(PROBLEM)
