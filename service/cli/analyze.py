"""The command `analyze`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from surefoot.service.cli.options import RUN_HELP, Columns, Device, Folder, JsonOut, Rate, Runner, TimeColumn, Unit
from surefoot.service.cli.replay import replay_run

if TYPE_CHECKING:
    from surefoot.sensor_ingest.files.statements import Statements
    from surefoot.service.pipeline.sides import Sides


class Side(StrEnum):
    """Feet, one or both."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


def analyze(
    run: Annotated[str | None, typer.Argument(metavar="RUN", help=f"{RUN_HELP} Or a folder of files.")] = None,
    left: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Recording of the left foot: CSV, plain or packed.")
    ] = None,
    right: Annotated[Path | None, typer.Option(metavar="FILE", help="Recording of the right foot.")] = None,
    runner: Runner = None,
    json: JsonOut = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as one HTML file.")] = None,
    exchange: Annotated[
        bool, typer.Option("--exchange", help="The left file is of the right foot, and so on.")
    ] = False,
    turn_sign: Annotated[
        Side | None, typer.Option("--turn-sign", help="Whose accelerometer reads −1 g upward at rest.")
    ] = None,
    as_worn: Annotated[
        bool, typer.Option("--as-worn", help="Each file is of its foot, whatever it looks like.")
    ] = False,
    clock_sd_ms: Annotated[
        float | None,
        typer.Option(
            "--clock-sd-ms",
            metavar="MS",
            min=0.0,
            max=1000.0,
            help="How well the files' clocks agree; 0 if both are one clock.",
        ),
    ] = None,
    columns: Columns = None,
    unit: Unit = None,
    rate: Rate = None,
    device: Device = None,
    time: TimeColumn = None,
    folder: Folder = None,
) -> None:
    """Measure a recorded run, or files: summary, JSON and report.

    One foot is enough, both are better. A sensor's own file goes behind a comma: acc.csv,gyr.csv.

    Of a folder of files every run is measured, and shown in a table; --json and --report then name folders.

    What a file is taken for, and how to correct it: surefoot inspect FILE.
    """
    from surefoot.sensor_ingest.files.statements import Statements
    from surefoot.service.cli.folder_of_files import analyze_folder, is_of_files
    from surefoot.service.errors.recordings import TwoSourcesError

    corrected = exchange or turn_sign is not None
    if as_worn and corrected:
        raise TwoSourcesError("--as-worn and --exchange or --turn-sign", "what is true of the files")
    clock_sd_s = None if clock_sd_ms is None else 1e-3 * clock_sd_ms
    if run is None:
        said = Statements.parse(columns, unit, rate, device, time)
        _analyze_csv(left, right, json, report, _sides(exchange, turn_sign, as_worn), clock_sd_s, said)
        return
    if left is not None or right is not None:
        raise TwoSourcesError(f"run {run} and --left or --right", "either a run or files")
    if is_of_files(Path(run)):
        said = Statements.parse(columns, unit, rate, device, time)
        analyze_folder(Path(run), json, report, _sides(exchange, turn_sign, as_worn), clock_sd_s, said)
        return
    if clock_sd_ms is not None:
        raise TwoSourcesError(f"run {run} and --clock-sd-ms", "the run alone: how well its clocks agree is known")
    if any((columns, unit, rate, device, time)):
        raise TwoSourcesError(f"run {run} and an option about files", "the run alone: what its columns are is known")
    if as_worn or corrected:
        raise TwoSourcesError(f"run {run} and --exchange, --turn-sign or --as-worn", "surefoot exchange the run")
    replay_run(run, folder, runner, json, report, refit=False)


def _sides(exchange: bool, turn_sign: Side | None, as_worn: bool) -> Sides:
    """What the options say about the sides of the files."""
    from surefoot.analysis.model import Foot
    from surefoot.service.pipeline.sides import Sides

    turned = frozenset(foot for foot in Foot if turn_sign in (Side.BOTH, Side(foot)))
    return Sides(exchanged=exchange, sign_turned=turned, confirmed=as_worn)


def _analyze_csv(
    left: Path | None,
    right: Path | None,
    json: str | None,
    report: Path | None,
    sides: Sides,
    clock_sd_s: float | None,
    said: Statements,
) -> None:
    """Analyse the file, or the files, of each foot."""
    from rich.console import Console

    from surefoot.analysis.model import Foot
    from surefoot.analysis.parameters import Parameters
    from surefoot.sensor_ingest.files.statements import files_of
    from surefoot.service.cli.asked_feet import asked_devices
    from surefoot.service.cli.results import give_results, json_path
    from surefoot.service.configuration import load_configuration
    from surefoot.service.pipeline.analysis import analyze_files
    from surefoot.service.runtime.file_memory import with_memory
    from surefoot.service.serialization.output_files import check_output
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.views.reporting import recorded, write_reports

    files = {foot: path for foot, path in ((Foot.LEFT, left), (Foot.RIGHT, right)) if path is not None}
    inputs = [each for path in files.values() for each in files_of(path)]
    output = json_path(json, inputs)
    if report is not None:
        check_output(report, inputs)
    settings = load_configuration().settings
    parameters = Parameters.from_changed(settings.parameters)
    said = asked_devices(settings.data, files.values(), with_memory(said, settings.data))
    with ProgressBar(Console(stderr=True)) as progress:
        analysis = analyze_files(files, progress, parameters, sides, clock_sd_s, said)
    give_results({"": analysis}, {}, json, output)
    if report is not None:
        write_reports({"": recorded(analysis)}, report)
