"""The command `replay`, which `analyze` shares for recorded runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.options import Folder, JsonOut, RunName, Runner


def replay(
    run: RunName,
    refit: Annotated[bool, typer.Option("--refit", help="Fit clocks by the whole run; wait for every pod.")] = False,
    runner: Runner = None,
    json: JsonOut = None,
    folder: Folder = None,
) -> None:
    """Analyse a recorded run once more.

    Without --refit every number is the one that was known live.
    """
    replay_run(run, folder, runner, json, None, refit=refit)


def replay_run(
    named: str, folder: Path | None, runner: str | None, json: str | None, report: Path | None, *, refit: bool
) -> None:
    """Analyse a recorded run; summary, JSON and report of the runners asked for."""
    from rich.console import Console

    from surefoot.service.cli.results import chosen_runners, give_results, json_path
    from surefoot.service.configuration import usable_configuration
    from surefoot.service.errors.runs import RunnerUnknownError
    from surefoot.service.people.speed_scales import scaled
    from surefoot.service.pipeline.reanalysis import analyze_run
    from surefoot.service.runs import find_run
    from surefoot.service.serialization.output_files import check_output
    from surefoot.service.terminal.progress import ProgressBar
    from surefoot.service.views.reporting import recorded_run, write_reports

    run = find_run(named, folder)
    names = chosen_runners(run, runner)
    if json is not None and len(names) > 1:
        raise RunnerUnknownError(runner, names)
    output = json_path(json, [run.journal_path])
    if report is not None:
        check_output(report, [run.journal_path])
    with ProgressBar(Console(stderr=True)) as progress:
        analyses = analyze_run(run, progress, refit=refit).conclude()
    analyses = {name: analyses[name] for name in names}
    give_results(analyses, run.manifest.names, json, output)
    if report is not None:
        settings = usable_configuration().settings
        write_reports(
            {name: scaled(recorded_run(each, name, run), settings) for name, each in analyses.items()}, report
        )
