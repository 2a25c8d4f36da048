"""A runner is forgotten while the service records somebody else and the wall is open."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.runtime.demo import DemoRun
from surefoot.service.runtime.forgetting import bury
from surefoot.service.runtime.recovery import open_runs
from surefoot.service.settings import Settings
from tests.people.installation import ANNA, BERT, OLD, RUN, furnish, holding
from tests.service.demo_runs import record_demo_run
from tests.service.listener import Listener
from tests.service.real_command import RealCommand
from tests.service.servers import TOKEN, Broker, InfluxServer, free_port, wait

PAGES = ("", "runs", f"runs/{RUN[ANNA]}0", f"history/{ANNA}", "status")


class Running:
    """A data folder with a service and a wall on it."""

    def __init__(self, settings: Settings, environment: dict[str, object], live: RealCommand, wall: str) -> None:
        self.settings, self.live, self.wall = settings, live, wall
        self._environment = environment

    def forget(self, runner: str) -> RealCommand:
        with RealCommand(self.settings.data, "forget", runner, "--yes", settings=self._environment) as command:
            command.finish()
        return command

    def recorded(self) -> RunFolder:
        """The run in progress."""
        (run,) = open_runs(self.settings)
        return run

    def points(self, runner: str, table: str = "strides") -> int:
        with InfluxClient(self.settings.influxdb) as influx:
            found = influx.query(f"SELECT count(*) FROM {table} WHERE runner = $runner", runner=runner)
            return max((number for each in found for number in each.rows[0][1:] if number), default=0)

    def shown(self, runner: str) -> list[str]:
        """Pages with a runner on them."""
        return [page for page in PAGES if runner in self._page(page)]

    def _page(self, path: str) -> str:
        try:
            with urllib.request.urlopen(f"{self.wall}{path}", timeout=60.0) as answer:
                return str(answer.read().decode())
        except urllib.error.HTTPError as error:
            return error.read().decode().replace(path, "")


@contextmanager
def running(
    folder: Path, samples: dict[Foot, Samples], alone: RunFolder, together: RunFolder
) -> Iterator[tuple[Running, Broker]]:
    with ExitStack() as stack:
        influx = stack.enter_context(InfluxServer(folder / "influx"))
        broker = stack.enter_context(Broker(folder / "broker"))
        servers: dict[str, dict[str, object]] = {
            "influxdb": {"url": influx.url, "token": TOKEN},
            "mqtt": {"host": "127.0.0.1", "port": broker.port},
        }
        settings = Settings.model_validate({"data": folder / "data", **servers})
        furnish(settings, samples, alone, together)
        named = {f"{group}_{name}".upper(): value for group, each in servers.items() for name, value in each.items()}
        port = free_port()
        stack.enter_context(RealCommand(settings.data, "serve", "--port", str(port), settings=named))
        live = stack.enter_context(RealCommand(settings.data, "live", "--simulated", "1", settings=named))
        wait(lambda: "Recording run" in live.out)
        yield Running(settings, named, live, f"http://127.0.0.1:{port}/"), broker


@pytest.mark.slow
def test_a_service_that_runs_forgets_and_goes_on(tmp_path: Path, samples: dict[Foot, Samples], demo: DemoRun) -> None:
    together = record_demo_run(tmp_path / "made", 1.0, runners=2).run
    with running(tmp_path, samples, demo.run, together) as (place, broker), closing(Listener(broker.port)) as listener:
        wait(lambda: all(place.points(each) for each in (ANNA, BERT)))
        wait(lambda: any(ANNA in topic for topic, _, _ in list(listener.got)))
        wait(lambda: place.shown(ANNA))
        run = place.recorded()
        (runner,) = run.manifest.runners
        refused = place.forget(runner)
        assert f"{runner} is in run {run.manifest.run_id}, which is being recorded; say it again" in refused.err
        said = place.forget(ANNA).out
        assert f"{ANNA} is forgotten: the service has deleted everything of theirs on this computer." in said
        assert "InfluxDB has nothing of them any more." in said
        assert "The MQTT broker retains nothing of them any more." in said
        before = place.points(runner)
        wait(lambda: place.points(runner) > before)
        assert place.points(ANNA) == 0 < place.points(BERT)
        assert holding(place.settings.data, ANNA) == []
        assert place.shown(ANNA) == []
        with closing(Listener(broker.port)) as again:
            wait(lambda: any(BERT in topic for topic, _, _ in list(again.got)))
            assert not [topic for topic, payload, _ in list(again.got) if ANNA in topic + payload]
        assert place.recorded().manifest.run_id == run.manifest.run_id
        assert "Traceback" not in place.live.err


def test_servers_are_told_to_forget_only_once_nothing_can_be_sent_from_here(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    bury(settings, ANNA, OLD)
    forgotten = Forgotten(tmp_path)
    assert [len(forgotten.not_reached(place)) for place in ("here", "influxdb")] == [1, 0]
    forgotten.was_reached("here", forgotten.not_reached("here"))
    assert [len(forgotten.not_reached(place)) for place in ("here", "influxdb")] == [0, 1]
