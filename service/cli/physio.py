"""The command `physio`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def physio(
    runner: Annotated[str, typer.Argument(metavar="RUNNER", help="Whose page: their id or name.")],
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="File to write: .html, or .pdf with Chromium or Chrome.")
    ],
) -> None:
    """Write the page for whoever treats a runner: twelve weeks of diary, load, left against right and ankle rolls.

    It has everything, also pain; it ends with slots for what only people can test, to be filled in by pen. The wall
    shows the same page to those whom the runner lets see it.
    """
    from datetime import UTC, datetime

    from surefoot.dashboards.physio.page import physio_html
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.output import OutputError
    from surefoot.service.errors.people import NothingOfRunnerError
    from surefoot.service.runtime.runner_traces import find_runner
    from surefoot.service.serialization.output_files import check_output
    from surefoot.service.views.physio import physio_facts
    from surefoot.service.views.reporting import find_browser, print_page, write_page

    settings = load_configuration().settings
    if to.suffix not in (".html", ".pdf"):
        raise OutputError(to, "its name ends neither in .html nor in .pdf")
    check_output(to, ())
    browser = find_browser() if to.suffix == ".pdf" else None
    try:
        page = physio_html(physio_facts(settings, find_runner(settings, runner) or runner, datetime.now(UTC)))
    except KeyError as error:
        raise NothingOfRunnerError(runner) from error
    if browser is None:
        write_page(to, page)
    else:
        print_page(browser, page, to)
    print(to)
