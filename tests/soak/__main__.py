"""Print whether hours of live operation cost memory or file handles: `make soak`, or `python -m tests.soak HOURS`.

A simulated runner over the virtual radio in virtual time; recording, analysis, store, a real database and a real
broker. Counted from half an hour on, when everything has been used once.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.firmware_sim import virtual_time
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.runtime.daemon import Daemon, DaemonContext
from surefoot.service.runtime.pod_sources import simulated_squad
from surefoot.service.settings import Settings
from surefoot.service.store.reading import StoreReader
from tests.accuracy.report import Finding, show
from tests.service.exported_rows import expected, held
from tests.service.servers import TOKEN, Broker, InfluxServer

RUNNERS, HOURS = 1, 4.0
LOOK_S, WARM_UP_S = 300.0, 1800.0
ALLOWED_PCT = 5.0
SHIP_S = 60.0


def resident_mib() -> float:
    """Of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def handles() -> int:
    """Open files and sockets of this process."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


async def operate(context: DaemonContext, hours: float) -> list[tuple[float, float, int]]:
    """Serve; time, memory and handles every few minutes."""
    loop, began_s = asyncio.get_running_loop(), time.time()
    seen: list[tuple[float, float, int]] = []

    async def look() -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            seen.append((loop.time(), resident_mib(), handles()))
            told = f"{loop.time() / 3600:.2f} h: {seen[-1][1]:.0f} MiB, {seen[-1][2]} handles"
            print(told, file=sys.stderr, flush=True)

    async with simulated_squad(RUNNERS, 60.0 * hours + 5.0, 1) as squad:
        daemon = Daemon(replace(context, utc_s=lambda: began_s + loop.time()))
        looking = asyncio.create_task(look())
        loop.call_later(3600.0 * hours, daemon.stop)
        await daemon.run(squad, 1)
        looking.cancel()
    return seen


def findings(hours: float) -> Iterator[Finding]:
    """The figures with their targets."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder = Path(place)
        with InfluxServer(folder / "influxdb") as database, Broker(folder / "broker") as broker:
            settings = Settings.model_validate(
                {
                    "data": folder / "data",
                    "influxdb": {"url": database.url, "token": TOKEN},
                    "mqtt": {"host": "127.0.0.1", "port": broker.port},
                }
            )
            with ExporterThread(settings) as exporters:
                seen = virtual_time.run(operate(DaemonContext(settings, exporters.notify), hours), speed=math.inf)
                time.sleep(SHIP_S)
            yield from _judged(settings, seen, f"{RUNNERS} runner, {hours:g} h")


def _judged(settings: Settings, seen: list[tuple[float, float, int]], what: str) -> Iterator[Finding]:
    warm = [row for row in seen if row[0] >= WARM_UP_S]
    first_mib, last_mib = warm[0][1], warm[-1][1]
    growth_pct = 100.0 * (last_mib - first_mib) / first_mib
    memory = f"{first_mib:.0f} → {last_mib:.0f} MiB, {growth_pct:+.1f} %"
    yield Finding(what, "memory", memory, f"± {ALLOWED_PCT:g} %", abs(growth_pct) <= ALLOWED_PCT)
    counts = [row[2] for row in warm]
    yield Finding(what, "file handles", f"{min(counts)} to {max(counts)}", "flat", max(counts) - min(counts) <= 2)
    with StoreReader(settings.store_path) as reader:
        strides = sum(
            len(rows) for run in reader.runs() for rows in reader.results(run.run, run.runner).strides.values()
        )
    wanted = expected(settings)
    yield Finding(what, "strides in the store", str(strides), "", strides > 0)
    yield Finding(what, "points in InfluxDB as in the store", str(len(wanted)), "all", held(settings) == wanted)


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    sys.exit(0 if show(findings(float(sys.argv[1]) if len(sys.argv) > 1 else HOURS)) else 1)
