"""The store's rows in InfluxDB 1.6 and in 2.x, for the same questions.

The 2.x is the program that `INFLUXD_2` names; without one, the imitation of 2.9.1 answers in front of the 1.6.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from surefoot.service.exporters.influxdb import InfluxExporter
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.settings import InfluxSettings, Settings
from surefoot.service.store.outbox import Outbox
from tests.service.influx_proxy import InfluxProxy, Version2
from tests.service.influx_version_2 import VARIABLE, InfluxServer2

OLD = "1.6"
NEW = "2.x" if os.environ.get(VARIABLE) else "2.9.1, imitated"


@contextmanager
def both_versions(folder: Path, settings: Settings) -> Iterator[Mapping[str, InfluxClient]]:
    """Version → its client, with everything that is in the store; the settings name the 1.6."""
    with InfluxClient(settings.influxdb) as old:
        _ship(settings.store_path, "influxdb", old)
        with _version_2(folder / "influxdb2", settings) as new:
            yield {OLD: old, NEW: new}


@contextmanager
def _version_2(folder: Path, settings: Settings) -> Iterator[InfluxClient]:
    if os.environ.get(VARIABLE):
        with InfluxServer2(folder) as server:
            found = {"url": server.url, "token": server.token(("read", "write"))}
            with InfluxClient(InfluxSettings.model_validate(found)) as client:
                _ship(settings.store_path, "influxdb 2", client)
                yield client
        return
    assert settings.influxdb.url is not None
    with InfluxProxy(settings.influxdb.url) as proxy:
        proxy.lie = Version2()
        with InfluxClient(settings.influxdb.model_copy(update={"url": proxy.url})) as client:
            yield client


def _ship(store: Path, sink: str, influx: InfluxClient) -> None:
    with Outbox(store, sink) as outbox:
        InfluxExporter(outbox, influx, ExporterStatus(sink)).drain()
