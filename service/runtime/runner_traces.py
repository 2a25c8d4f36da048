"""Who is known in a data folder, and who wore which pod when."""

from __future__ import annotations

from datetime import datetime

from surefoot.sensor_ingest.recording.runner_ids import runner_id
from surefoot.service.people.forgotten import Forgotten, WornSpan
from surefoot.service.people.people_file import PeopleFile
from surefoot.service.runtime.recorded import recordings
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.watch_runs import WatchRuns


def find_runner(settings: Settings, wanted: str) -> str | None:
    """Id of a runner by id or name; None for one of whom nothing is known, or was before they were forgotten."""
    names = _names(settings)
    if wanted in names:
        return wanted
    found = next((each for each, name in names.items() if name == wanted), runner_id(wanted))
    return found if found in names or Forgotten(settings.data).until(found) is not None else None


def worn_spans(settings: Settings, runner: str, until_utc: datetime) -> list[WornSpan]:
    """When a runner wore which pod, by all that is known here: from a run with it to the next one of somebody else.

    What a pod kept before its first known run is taken for its first wearer's.
    """
    until_s, spans = until_utc.timestamp(), list[WornSpan]()
    for serial, wearers in _worn(settings).items():
        since_s, before = 0.0, wearers[0][1]
        for at_s, wearer in [*wearers[1:], (until_s, "")]:
            if wearer != before:
                spans += [WornSpan(serial, since_s, at_s)] if before == runner else []
                since_s, before = at_s, wearer
    named = settings.runners.get(runner)
    for pod in (named.left, named.right) if named is not None else ():
        if pod is not None and pod not in {span.serial for span in spans}:
            spans.append(WornSpan(pod, 0.0, until_s))
    return spans


def _worn(settings: Settings) -> dict[str, list[tuple[float, str]]]:
    """Serial number → when somebody began to run with the pod, and who, in order."""
    found = [
        (run.manifest.created_utc.timestamp(), pod.serial, pod.runner)
        for run in recordings(settings)
        for pod in run.manifest.pods
    ]
    if settings.store_path.exists():
        with StoreReader(settings.store_path) as reader:
            found += [(time_ns / 1e9, serial, runner) for time_ns, serial, runner in reader.pods_worn()]
    worn: dict[str, list[tuple[float, str]]] = {}
    for at_s, serial, runner in sorted(found):
        worn.setdefault(serial, []).append((at_s, runner))
    return worn


def name_of(settings: Settings, runner: str) -> str:
    """What a runner is called, by id: by the settings, else the newest recording, else the newest run of a watch."""
    if runner in settings.runners:
        return settings.runners[runner].name or runner
    recorded = [run.manifest.names[runner] for run in recordings(settings) if runner in run.manifest.names]
    if recorded or not settings.store_path.exists():
        return recorded[-1] if recorded else runner
    watched = [run.name for run in WatchRuns(settings.store_path).all() if run.runner == runner]
    return watched[-1] if watched else runner


def _names(settings: Settings) -> dict[str, str]:
    """What each known runner is called, by id."""
    names = {each: each for each in PeopleFile(settings.data).runners()}
    if settings.store_path.exists():
        with StoreReader(settings.store_path) as reader:
            names |= {run.runner: run.runner for run in reader.runs()}
        names |= {run.runner: run.name for run in WatchRuns(settings.store_path).all()}
    for run in recordings(settings):
        names |= run.manifest.names
    return names | {each: runner.name or each for each, runner in settings.runners.items()}
