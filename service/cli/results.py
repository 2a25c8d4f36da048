"""Results of the commands to where they were asked for: the terminal, a JSON file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from surefoot.analysis.companions import COMPANION_WORDS
from surefoot.sensor_ingest.recording.manifest import Manifest
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.cli.invocation import command_line
from surefoot.service.errors.runs import RunnerUnknownError
from surefoot.service.pipeline.analysis import Analysis
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.serialization.output_files import check_output, write_json
from surefoot.service.terminal.summary import show


def chosen_runners(run: RunFolder, runner: str | None) -> tuple[str, ...]:
    """Ids of a run's runners, or of the one asked for by id or name; RunnerUnknownError where there is none of them."""
    names = run.manifest.names
    if runner is None:
        return tuple(names)
    found = runner if runner in names else next((each for each, name in names.items() if name == runner), None)
    if found is None:
        raise RunnerUnknownError(runner, tuple(names))
    return (found,)


def json_path(json: str | None, recordings: list[Path]) -> Path | None:
    """Where the JSON goes, checked before the work; None for standard output or no JSON at all."""
    if json is None or json == "-":
        return None
    check_output(Path(json), recordings)
    return Path(json)


def give_results(
    analyses: Mapping[str, Analysis], names: Mapping[str, str], json: str | None, output: Path | None
) -> None:
    """Write the JSON that was asked for, and the summaries unless standard output has the JSON."""
    if json is not None:
        write_json(next(iter(analyses.values())), output)
    if json != "-":
        print_summaries(Console(highlight=False), analyses, names)


def print_summaries(console: Console, analyses: Mapping[str, Analysis], names: Mapping[str, str]) -> None:
    """Print summaries, with what the runner is called, by id, where there are several."""
    for place, (runner, analysis) in enumerate(analyses.items()):
        if len(analyses) > 1:
            console.print(Text(f"{chr(10) if place else ''}{names[runner]}", style="bold cyan"))
        show(console, analysis)


def silent_companions(run: Manifest, analysis: RunAnalysis) -> list[str]:
    """A sentence for each sensor beside the pods that said nothing."""
    told = {
        (runner, reading.companion)
        for runner, known in analysis.runners.items()
        for reading in known.results.companions
    }
    return [
        f"No data from the {COMPANION_WORDS[each.companion]} {each.address}."
        for each in run.companions
        if (each.runner, each.companion) not in told
    ]


def print_place(console: Console, run: RunFolder) -> None:
    """Print where a run is, and how to get its report."""
    console.print(f"\nRecorded in {run.path}\nIts report: {command_line('report', run.path)}", soft_wrap=True)
