"""A store that is broken while nobody looks: the real `surefoot live` makes a new one while it records."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from surefoot.sensor_ingest.recording.run_folder import list_runs
from surefoot.service.runtime.recovery import store_recorded_run
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from tests.faults.outcome import Outcome
from tests.faults.temporary import temporary_folder
from tests.service.demo_runs import record_demo_run
from tests.service.real_command import RealCommand
from tests.service.servers import START_S, wait
from tests.service.test_broken_store import (
    damage,
    header,
    impossible_version,
    no_database,
    packets,
    page,
    strides,
    table_gone,
    told,
    truncated,
)

TARGET_S = 60.0
SETTLE_S = 5.0
"""Longer than whatever would tell an old alert again waits."""


@cache
def stored() -> Settings:
    """A data folder with a run of ankle rolls and its store, two alerts delivered."""
    settings = Settings(data=temporary_folder() / "data")
    demo = record_demo_run(settings.runs_folder, 1.5, name="ankle-roll")
    store_recorded_run(demo.run, settings)
    with Outbox(settings.store_path, "mqtt") as outbox:
        for row in outbox.pending("alerts", 2):
            outbox.mark_delivered(row["id"], 1.0, late=False, upto=row["seq"])
    return settings


def rebuilt(how: Callable[[Path], None], folder: Path) -> Outcome:
    """What is in the new store, and whether the service recorded meanwhile."""
    settings = Settings(data=folder / "data")
    shutil.copytree(stored().data, settings.data)
    run = list_runs(settings.runs_folder)[0].manifest.run_id
    old, known = f"run = '{run}'", told(settings)
    count = strides(settings, old)
    damage(settings, how)
    began_s = time.monotonic()
    with RealCommand(settings.data, "live", "--simulated", "1", "--minutes", "4") as service:
        service.expect("a new one is made from the recordings", START_S)
        wait(lambda: strides(settings, old) >= count)
        recovered_s = time.monotonic() - began_s
        wait(lambda: packets(settings, run) > 0)
        time.sleep(SETTLE_S)
    now = told(settings)
    return Outcome(
        {"strides": count, "alerts": len(known["alerts"])},
        {
            "strides": max(count - strides(settings, old), 0),
            "alerts": len(set(known["alerts"]) - set(now["alerts"])),
            "deliveries": len(set(known["deliveries"]) - set(now["deliveries"])),
        },
        {
            "strides": max(strides(settings, old) - count, 0),
            "alerts": sum(run in alert[0] for alert in set(now["alerts"]) - set(known["alerts"])),
        },
        recovered_s,
        TARGET_S,
    )


def _row(how: Callable[[Path], None]) -> Callable[[Path], Outcome]:
    return lambda folder: rebuilt(how, folder)


FAULTS: dict[str, Callable[[Path], Outcome]] = {
    "store: header overwritten": _row(header),
    "store: two pages overwritten": _row(page),
    "store: second half missing": _row(truncated),
    "store: not a database": _row(no_database),
    "store: a table missing": _row(table_gone),
    "store: of an impossible version": _row(impossible_version),
}
