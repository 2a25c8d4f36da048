"""Pain, injuries and plans leave this computer for places of their own, of runners who consent, and not otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from surefoot.analysis.model import Foot, Samples
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, When
from surefoot.analysis.weeks.followed import FollowedPlan
from surefoot.analysis.weeks.injuries import Injury, InjuryKind
from surefoot.analysis.weeks.plan import SPRAIN_ROWS, Plan, PlanKind
from surefoot.dashboards.viewers import Role, Viewer
from surefoot.dashboards.wall.access import COOKIE_NAME, Password
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.consents import Consents
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.schema import EXPORTED_TABLES
from surefoot.service.views.wall import wall_accounts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.people.installation import ANNA, BERT, TYPED
from tests.service.command import surefoot
from tests.service.listener import Listener
from tests.service.servers import TOKEN, Broker, InfluxServer, wait
from tests.service.stored_runs import finding, manifest, store_samples

PRIVATE = ("check_ins", "pains", "injuries", "plans")
SAID = datetime(2026, 1, 3, 8, 0, tzinfo=UTC)
WORD = "correct horse"


@dataclass
class Shipping:
    """A data folder with servers; what it ships and what is there."""

    settings: Settings
    broker: Broker
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def told(self, *arguments: str, private: bool = True) -> str:
        influx, mqtt = self.settings.influxdb, self.settings.mqtt
        values: dict[str, object] = {
            "DATA": self.settings.data, "INFLUXDB_URL": influx.url, "INFLUXDB_TOKEN": TOKEN,
            "MQTT_HOST": mqtt.host, "MQTT_PORT": mqtt.port,
        }  # fmt: skip
        if private:
            values |= {"INFLUXDB_PRIVATE_BUCKET": influx.private_bucket, "MQTT_PRIVATE_TOPIC": mqtt.private_topic}
        for name, value in values.items():
            self.monkeypatch.setenv(f"SUREFOOT_{name}", str(value))
        for name in () if private else ("INFLUXDB_PRIVATE_BUCKET", "MQTT_PRIVATE_TOPIC"):
            self.monkeypatch.delenv(f"SUREFOOT_{name}", raising=False)
        done = surefoot(self.capsys, *arguments)
        assert done.code == 0, done.out + done.err
        return done.out

    def points(self, bucket: str | None = None) -> list[str]:
        """Every private point, with its tags."""
        wanted = bucket or self.settings.influxdb.private_bucket
        with InfluxClient(self.settings.influxdb.model_copy(update={"bucket": wanted})) as influx:
            return [
                repr((table, dict(series.tags), row))
                for table in (*PRIVATE, *EXPORTED_TABLES)
                for series in influx.query(f"SELECT * FROM {table} GROUP BY *")
                for row in series.rows
            ]

    def shared(self) -> str:
        return " ".join(self.points("surefoot"))

    def shipped(self) -> list[str]:
        """Runners of whom anything is in the private bucket."""
        return [name for name in (ANNA, BERT) if any(name in each for each in self.points())]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[InfluxServer, Broker]]:
    folder = tmp_path_factory.mktemp("servers")
    with InfluxServer(folder / "influx") as influx, Broker(folder / "broker") as broker:
        yield influx, broker


@pytest.fixture
def place(
    tmp_path: Path,
    samples: dict[Foot, Samples],
    servers: tuple[InfluxServer, Broker],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shipping:
    influx, broker = servers
    bucket = f"private-{tmp_path.name}"
    for name in ("surefoot", bucket):
        influx.ask(f'DROP DATABASE "{name}"')
        influx.ask(f'CREATE DATABASE "{name}"')
    database = {"url": influx.url, "token": TOKEN, "private_bucket": bucket}
    messages = {"host": "127.0.0.1", "port": broker.port, "private_topic": bucket}
    settings = Settings.model_validate({"data": tmp_path / "data", "influxdb": database, "mqtt": messages})
    store_samples(settings, samples, [finding()], run=manifest(name=ANNA))
    people = People(settings.data)
    for name in (ANNA, BERT):
        pain = Pain(Foot.LEFT, Place.SHIN, 4, OnBone.YES)
        people.keep(name, CheckIn("c1", SAID, SAID.date(), When.AFTER, (pain,)))
        people.keep(name, Injury("i1", Foot.RIGHT, InjuryKind.SPRAIN, date(2025, 12, 1), note=TYPED))
        people.keep(name, FollowedPlan("p1", Plan(PlanKind.SPRAIN, SPRAIN_ROWS), date(2026, 1, 2), "i1"))
    return Shipping(settings, broker, monkeypatch, capsys)


def consents(settings: Settings) -> Consents:
    return Consents(People(settings.data).file)


def viewer(runner: str) -> Viewer:
    return Viewer(f"{runner}@home", runner, Role.RUNNER, runner)


def test_nothing_is_shipped_with_one_of_the_two_conditions(place: Shipping) -> None:
    with closing(Listener(place.broker.port)) as listener:
        place.told("ship")
        assert place.points() == []
        consents(place.settings).give(viewer(ANNA))
        place.told("ship", private=False)
        assert place.points() == []
        assert not any(table in place.shared() for table in PRIVATE)
        wait(lambda: any("/summary" in topic for topic, _, _ in list(listener.got)))
        said = [topic + payload for topic, payload, _ in list(listener.got)]
    assert not [each for each in said if "check_in" in each or TYPED in each or "shin" in each]


def test_with_both_it_goes_to_the_places_of_its_own_alone(place: Shipping) -> None:
    consents(place.settings).give(viewer(ANNA))
    root = place.settings.mqtt.private_topic
    with closing(Listener(place.broker.port)) as listener:
        place.told("ship")
        People(place.settings.data).keep(ANNA, CheckIn("c2", SAID, SAID.date(), When.NEXT_MORNING, as_usual=False))
        place.told("ship")
        wait(lambda: any(topic == f"{root}/{ANNA}/check_in" for topic, _, _ in list(listener.got)))
        got = [(topic, json.loads(payload)) for topic, payload, _ in list(listener.got) if topic.startswith(f"{root}/")]
    assert place.shipped() == [ANNA]
    points = place.points()
    assert [sum(f"('{table}'" in each for each in points) for table in PRIVATE] == [2, 1, 1, 1]
    assert TYPED not in " ".join(points)
    assert not any(table in place.shared() for table in PRIVATE)
    assert [topic for topic, _ in got] == [f"{root}/{ANNA}/consent", f"{root}/{ANNA}/check_in"]
    assert got[1][1]["as_usual"] is False
    with closing(Listener(place.broker.port)) as later:
        wait(lambda: any(ANNA in topic for topic, _, _ in list(later.got)))
        assert not [topic for topic, _, _ in list(later.got) if topic.startswith(f"{root}/")]


def test_what_is_corrected_or_withdrawn_is_there_too(place: Shipping) -> None:
    consents(place.settings).give(viewer(ANNA))
    place.told("ship")
    people = People(place.settings.data)
    people.keep(ANNA, CheckIn("c1", SAID, SAID.date(), When.AFTER))
    people.withdraw(ANNA, Injury, "i1")
    place.told("ship")
    points = place.points()
    assert [sum(f"('{table}'" in each for each in points) for table in PRIVATE] == [1, 0, 0, 1]


@pytest.mark.parametrize("how", ["taken back", "forgotten"])
def test_a_consent_that_is_taken_back_deletes_what_was_shipped(place: Shipping, how: str) -> None:
    for name in (ANNA, BERT):
        consents(place.settings).give(viewer(name))
    place.told("ship")
    assert place.shipped() == [ANNA, BERT]
    before = [each for each in place.points() if BERT in each]
    if how == "forgotten":
        place.told("forget", ANNA, "--yes")
    else:
        consents(place.settings).take_back(viewer(ANNA))
        place.told("ship")
        dates = [each for each in People(place.settings.data).file.history_of(ANNA) if each.kind == "consent"]
        assert [each.withdrawn for each in dates] == [False, True]
    assert place.points() == before


def test_the_runner_gives_it_on_the_account_page_and_nobody_else_does(place: Shipping) -> None:
    accounts = StoredAccounts(place.settings.data, Password("open sesame"))
    accounts.add("carl", Role.COACH, WORD)
    for name in (ANNA, BERT):
        accounts.add(name, Role.RUNNER, WORD, name)
    accounts.add("gerda", Role.GUARDIAN, WORD, BERT)
    with WallServer(FakeViewDataSource(), accounts=wall_accounts(place.settings)) as wall:
        for name, given in (("carl", []), (BERT, []), (ANNA, [ANNA]), ("gerda", [ANNA, BERT])):
            cookie = accounts.sign_in(name, WORD, "phone") or ""
            page = asked(wall.port, cookie, "GET", "/account")
            assert ("the InfluxDB bucket private-" in page) == (name != "carl")
            assert ("Send them there" in page) == (name in (ANNA, "gerda"))
            asked(wall.port, cookie, "POST", "/account/consent", given="yes")
            assert sorted(consents(place.settings).since()) == given
        cookie = accounts.sign_in(ANNA, WORD, "phone") or ""
        assert "Send them no more, and delete what was sent" in asked(wall.port, cookie, "GET", "/account")
        asked(wall.port, cookie, "POST", "/account/consent", given="no")
    assert sorted(consents(place.settings).since()) == [BERT]


def asked(port: int, cookie: str, method: str, path: str, **form: str) -> str:
    with closing(HTTPConnection("127.0.0.1", port, timeout=60.0)) as connection:
        headers = {"Cookie": f"{COOKIE_NAME}={cookie}", "Sec-Fetch-Site": "same-origin"}
        connection.request(method, path, urlencode(form) or None, headers)
        return connection.getresponse().read().decode()


def test_the_places_are_others_than_those_that_others_read() -> None:
    for group, name, value in (("influxdb", "private_bucket", "surefoot"), ("mqtt", "private_topic", "surefoot")):
        with pytest.raises(ValueError, match=f"{name} must be another one"):
            Settings.model_validate({group: {name: value}})
