"""Has the service that runs forget a runner: it works with the data folder and sends to the servers meanwhile."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from surefoot.service.errors.people import RunnerRunsError
from surefoot.service.exporters.forgetting import INFLUXDB, MQTT, REACHED, not_yet
from surefoot.service.exporters.private_influxdb import PRIVATE_BUCKET
from surefoot.service.people.forgotten import HERE, Forgotten, Tombstone
from surefoot.service.runtime.forgetting import bury
from surefoot.service.runtime.recovery import open_runs
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.service_status import read_status

POLL_S = 0.2
LONGEST_S, SERVER_S = 60.0, 20.0
"""How long the service may take, which may be analysing a run, and each server."""


def service_runs(settings: Settings) -> bool:
    """Whether `surefoot live` works with the data folder."""
    status = read_status(settings.data)
    return status is not None and status.is_alive(BootTime.now())


def ask_service(settings: Settings, runner: str) -> Iterator[str]:
    """Have the service forget a runner, by their id; what became of it, sentences.

    Raises
    ------
    RunnerRunsError
        if the runner is in the run that is being recorded.
    RunError, OSError
        if the disk does not take it.
    """
    for run in open_runs(settings):
        if runner in run.manifest.runners:
            raise RunnerRunsError(runner, run.manifest.run_id)
    stone = bury(settings, runner, datetime.now(UTC))
    forgotten = Forgotten(settings.data)
    if not _comes(forgotten, HERE, stone, LONGEST_S):
        yield f"{runner} is forgotten. The service is busy; it deletes everything of theirs as soon as it can."
        return
    yield f"{runner} is forgotten: the service has deleted everything of theirs on this computer."
    private = (PRIVATE_BUCKET,) if settings.influxdb.private_bucket is not None else ()
    for server, places in ((INFLUXDB, (INFLUXDB, *private)), (MQTT, (MQTT,))):
        if (settings.influxdb.url if server == INFLUXDB else settings.mqtt.host) is not None:
            comes = all(_comes(forgotten, place, stone, SERVER_S) for place in places)
            yield REACHED[server] if comes else not_yet(server, _problem(settings, server))


def _comes(forgotten: Forgotten, place: str, stone: Tombstone, within_s: float) -> bool:
    end_s = time.monotonic() + within_s
    while not forgotten.is_reached(place, stone):
        if time.monotonic() > end_s:
            return False
        time.sleep(POLL_S)
    return True


def _problem(settings: Settings, server: str) -> str:
    status = read_status(settings.data)
    found = (each.problem for each in status.sinks if each.name == server) if status is not None else ()
    return next(filter(None, found), "no answer yet")
