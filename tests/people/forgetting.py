"""A whole installation forgets a runner: servers are down, a pod, a gateway and a backup come back later."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.analysis.model import Foot
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.firmware_sim.kept_run import KeptRun, keep_run, waiting_pod
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.sensor_ingest.pod_store.records import SamplesRecord, read_record
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs, open_run
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.gateway.forwarding import Forwarder
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.gateway.service_client import ServiceClient
from surefoot.service.runtime.joining import join_parts
from surefoot.service.runtime.simulated_sync import CLOCKS, save_pods
from surefoot.service.settings import Settings
from surefoot.service.store.schema import EXPORTED_TABLES
from surefoot.service.views.received_parts import ReceivedParts
from tests.accuracy.report import Finding
from tests.dashboards.fake_source import FakeViewDataSource
from tests.people.installation import ANNA, BERT, OLD, TYPED, furnish, holding, recorded, worn
from tests.people.installation import rows as rows_of
from tests.sensor_ingest.kept_flash import fetched
from tests.service.command import simulated
from tests.service.demo_runs import record_demo_run
from tests.service.listener import Listener
from tests.service.real_command import RealCommand
from tests.service.servers import TOKEN, Broker, InfluxServer

SEED = 7
LONG_S = 300.0
QUIET_S = 1.0
SAVED_S = 3.0
"""By then, the broker has what it retains on disk."""


class Installation:
    """A data folder, a database, a broker, pods, a gateway and two backups, of which one is away."""

    def __init__(self, folder: Path, influx: InfluxServer, broker: Broker) -> None:
        self.folder, self.influx, self.broker = folder, influx, broker
        self.settings = Settings.model_validate(
            {
                "data": folder / "data",
                "influxdb": {"url": influx.url, "token": TOKEN},
                "mqtt": {"host": "127.0.0.1", "port": broker.port, "home_assistant": True},
            }
        )
        self.backup, self.away = folder / "backup", folder / "away"
        self.gateway = folder / "gateway"
        alone = record_demo_run(folder / "made", 1.0).run
        furnish(self.settings, simulated(), alone, record_demo_run(folder / "made", 1.0, runners=2).run)
        for name in ("20260110T030405Z-0000000a", "20260111T030405Z-0000000b"):
            recorded(self.gateway, worn(alone, [ANNA]), name)
        (self.gateway / "20260111T030405Z-0000000b" / "handed-over").touch()
        self.pods = self._keep()

    def _keep(self) -> KeptRun:
        """Two pods that kept a run of hers, with which she ran before."""
        scenario = make_scenario("story", 2.0, SEED)
        kept = keep_run(scenario, SEED, OLD.timestamp() + 86_400.0, clocks=CLOCKS)
        save_pods(self.settings.data / "simulated", kept.pods)
        serials = {foot: pod.settings.serial for foot, pod in kept.pods.items()}
        run = open_run(self.settings.runs_folder / "20260102T030405Z-000000010")
        own = tuple(replace(pod, serial=serials[pod.foot]) for pod in run.manifest.pods)
        RunFolder(run.path, replace(run.manifest, pods=own)).reassign(own)
        return kept

    def say(self, *arguments: str, code: int = 0) -> str:
        """Run the real command."""
        servers = {
            "INFLUXDB_URL": self.influx.url,
            "INFLUXDB_TOKEN": TOKEN,
            "MQTT_HOST": "127.0.0.1",
            "MQTT_PORT": self.broker.port,
            "MQTT_HOME_ASSISTANT": "true",
        }
        with RealCommand(self.settings.data, *arguments, settings=servers) as command:
            found = command.finish(LONG_S)
            assert found == code, (arguments, found, command.out, command.err)
        return command.out

    def points(self) -> list[str]:
        """Every point of the database, with its tags."""
        with InfluxClient(self.settings.influxdb) as influx:
            found = [
                repr((table, sorted(series.tags.items()), row))
                for table in EXPORTED_TABLES
                for series in influx.query(f"SELECT * FROM {table} GROUP BY *")
                for row in series.rows
            ]
            return found + [repr(row) for series in influx.query("SHOW SERIES") for row in series.rows]

    def retained(self) -> dict[str, str]:
        """Every retained topic with its payload."""
        with closing(Listener(self.broker.port)) as listener:
            heard = -1
            while len(listener.got) > heard:  # all that is retained has come when nothing more comes
                heard = len(listener.got)
                time.sleep(QUIET_S)
            return {topic: payload for topic, payload, retained in list(listener.got) if retained}


def rows() -> Iterator[Finding]:
    """Figures of the whole story."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="surefoot-people-")))
        influx = stack.enter_context(InfluxServer(folder / "influx"))
        broker = stack.enter_context(Broker(folder / "broker", ["allow_anonymous true", *_persistent(folder)]))
        yield from _story(Installation(folder, influx, broker))


def _persistent(folder: Path) -> list[str]:
    return ["persistence true", f"persistence_location {folder / 'broker'}/", "autosave_interval 1"]


def _story(place: Installation) -> Iterator[Finding]:
    place.say("ship", "--backfill")
    place.say("backup", str(place.backup))
    place.say("backup", str(place.away))
    place.away.rename(place.folder / "hidden")
    yield from _typed(place)
    before, others = _found(place, ANNA), _others(place)
    data = "two runners, all servers up"
    yield Finding(data, f"of {ANNA}: files, points, topics", _told(before), "> 0", all(before.values()))
    time.sleep(SAVED_S)
    place.broker.kill()
    place.influx.kill()
    said = place.say("forget", ANNA, "--yes")
    data = "forgotten while servers were down"
    waiting = sum(word in said for word in ("InfluxDB has not", "broker cannot", "not at hand", "surefoot sync"))
    yield Finding(data, "of database, broker, backup and pods told to wait", f"{waiting}", "4", waiting == 4)
    left = len(_files(place, ANNA))
    yield Finding(data, "files with anything of them", f"{left}", "0", not left)
    place.broker.start()
    place.influx.start()
    place.say("ship")
    after = _found(place, ANNA)
    yield Finding("servers are back", "files, points, topics", _told(after), "0, 0, 0", not any(after.values()))
    yield _unmoved("servers are back", others, _others(place))
    yield from _pods(place)
    yield from _gateway(place)
    yield from _backup(place)
    yield _unmoved("in the end", others, _others(place))


def _typed(place: Installation) -> Iterator[Finding]:
    """Nothing that people typed is anywhere but in their file."""
    found = sum(TYPED in each for each in place.points()) + sum(TYPED in each for each in place.retained().values())
    entries = (place.settings.data / "people.log").read_text().count(TYPED)
    yield Finding(f"{entries} entries typed", "in points and retained topics", f"{found}", "0", not found)


def _pods(place: Installation) -> Iterator[Finding]:
    runs = len(list_runs(place.settings.runs_folder))
    held = sum(len(fetched(pod)) for pod in place.pods.pods.values())
    place.say("sync", "--simulated", "--seed", str(SEED))
    images = {foot: (place.settings.data / "simulated" / f"{foot}.flash").read_bytes() for foot in Foot}
    pods = [waiting_pod(foot, SEED, image, CLOCKS[foot]) for foot, image in images.items()]
    records = [read_record(each)[1] for pod in pods if pod is not None for each in fetched(pod)]
    samples = sum(isinstance(each, SamplesRecord) for each in records)
    new = len(list_runs(place.settings.runs_folder)) - runs + len(list(place.settings.parts_folder.glob("*/*")))
    data = f"pods come with {held} records"
    yield Finding(
        data, "runs made, records with samples left in flash", f"{new}, {samples}", "0, 0", not (new or samples)
    )
    found = _found(place, ANNA)
    yield Finding(data, "files, points, topics", _told(found), "0, 0, 0", not any(found.values()))


def _gateway(place: Installation) -> Iterator[Finding]:
    with WallServer(FakeViewDataSource(), parts=ReceivedParts(place.settings)) as wall:
        key = GatewayKeys(place.settings.data).add("belt")
        with closing(ServiceClient(f"http://127.0.0.1:{wall.port}/", key)) as client:
            Forwarder(place.gateway, client, 1e9, lambda _: None).hand_over()
    join_parts(place.settings)
    left, found = len(list(place.gateway.iterdir())), _found(place, ANNA)
    yield Finding("a gateway comes with 2 runs", "left on the gateway", f"{left}", "0", not left)
    told = _told(found)
    yield Finding("a gateway comes with 2 runs", "files, points, topics", told, "0, 0, 0", not any(found.values()))


def _backup(place: Installation) -> Iterator[Finding]:
    """The backup that was away is brought back into the data folder."""
    for path in (place.settings.runs_folder, place.settings.shelf_folder, place.settings.parts_folder):
        shutil.rmtree(path, ignore_errors=True)
    for path in (*place.settings.data.glob("surefoot.sqlite*"), place.settings.data / "notebook.log"):
        path.unlink(missing_ok=True)
    (place.folder / "hidden").rename(place.away)
    place.say("restore", str(place.away))
    place.say("ship")
    place.say("backup", str(place.away))
    found = _found(place, ANNA)
    yield Finding("the backup comes back", "files, points, topics", _told(found), "0, 0, 0", not any(found.values()))


def _found(place: Installation, text: str) -> Mapping[str, int]:
    """How many files, points and topics have a text in them."""
    topics = [topic for topic, payload in place.retained().items() if text in topic + payload]
    points = sum(text in each for each in place.points())
    return {"files": len(_files(place, text)), "points": points, "topics": len(topics)}


def _files(place: Installation, text: str) -> list[str]:
    """Files of the data folder and of the backups that are at hand."""
    folders = [folder for folder in (place.settings.data, place.backup, place.away) if folder.exists()]
    return [path for folder in folders for path in holding(folder, text)]


def _others(place: Installation) -> dict[str, object]:
    """Everything of the other runner: rows, points, topics and packets of the run together."""
    return {
        "rows": rows_of(place.settings, BERT),
        "points": sorted(each for each in place.points() if BERT in each),
        "topics": {topic: payload for topic, payload in place.retained().items() if BERT in topic},
    }


def _unmoved(data: str, before: Mapping[str, object], after: Mapping[str, object]) -> Finding:
    changed = [name for name, value in before.items() if json.dumps(value) != json.dumps(after[name])]
    count = sum(len(each) for each in rows_of_before(before).values())
    value = f"{', '.join(changed)} changed" if changed else "same"
    return Finding(data, f"{count} rows of {BERT}, points and topics", value, "same", not changed)


def rows_of_before(found: Mapping[str, object]) -> Mapping[str, list[str]]:
    """The rows of the store among what was found."""
    known = found["rows"]
    assert isinstance(known, dict)
    return known


def _told(found: Mapping[str, int]) -> str:
    return ", ".join(str(number) for number in found.values())
