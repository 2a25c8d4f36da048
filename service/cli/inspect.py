"""The command `inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.exit_codes import BAD_INPUT
from surefoot.service.cli.options import Columns, Device, Rate, TimeColumn, Unit


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording; a sensor's own file behind a comma.")],
    right: Annotated[bool, typer.Option("--right", help="Show the right foot, of a file that has both.")] = False,
    columns: Columns = None,
    unit: Unit = None,
    rate: Rate = None,
    device: Device = None,
    time: TimeColumn = None,
    remember: Annotated[
        bool, typer.Option("--remember", help="Read files with these columns, and these devices, so from now on.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Forget what is remembered of these columns and devices.")
    ] = False,
) -> None:
    """Show what a file is taken for: columns, units, first rows, rate, gaps, and how to say that it is wrong.

    Of a file that had to be explained, --remember keeps the explanation. The exit code is 2 if it cannot be used as it
    is.
    """
    from rich.console import Console

    from surefoot.analysis.model import Foot
    from surefoot.sensor_ingest.files.inspection import inspect_file
    from surefoot.sensor_ingest.files.statements import Statements
    from surefoot.service.cli.asked_feet import asked_devices
    from surefoot.service.cli.remembering import forget_file, keep_file
    from surefoot.service.configuration import usable_configuration
    from surefoot.service.errors.recordings import TwoSourcesError
    from surefoot.service.runtime.file_memory import with_memory
    from surefoot.service.terminal.inspection import show_inspection

    if remember and forget:
        raise TwoSourcesError("--remember and --forget", "one of them")
    data = usable_configuration().settings.data
    foot, said = Foot.RIGHT if right else Foot.LEFT, Statements.parse(columns, unit, rate, device, time)
    if forget:
        forget_file(data, file)
    known = with_memory(said, data)
    inspection = inspect_file(file, foot, known if forget else asked_devices(data, [file], known))
    show_inspection(Console(highlight=False), inspection)
    if inspection.problem:
        raise typer.Exit(BAD_INPUT)
    if remember:
        keep_file(data, said, inspection)
