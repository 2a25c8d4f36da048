"""What `docker compose up` would start is closed to strangers; Debian's broker runs with the very files it mounts."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import aiomqtt
import pytest
import yaml

from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.mqtt_client import BrokerError, broker_connection
from surefoot.service.people.accounts import MIN_PASSWORD_LENGTH
from surefoot.service.settings import InfluxSettings, Settings
from tests.service.command import ROOT
from tests.service.influx_version_2 import VARIABLE, InfluxServer2
from tests.service.listener import Listener
from tests.service.real_command import RealCommand
from tests.service.servers import PATHS, START_S, TOKEN, Broker, InfluxServer, free_port, program, wait

FOLDER = ROOT / "service" / "compose"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]


def test_docker_compose_takes_the_file() -> None:
    subprocess.run([program("docker-compose"), "config", "-q"], cwd=ROOT, check=True, timeout=60)


def test_nothing_listens_beyond_this_computer() -> None:
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) == len(set(ports)) == 5
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert not any("network_mode" in service and service["network_mode"] == "host" for service in SERVICES.values())


def test_every_image_is_pinned_and_every_long_running_service_is_watched() -> None:
    for name, service in SERVICES.items():
        assert re.search(r":\d+\.\d+\.\d+", service["image"]), name
        assert name == "secrets" or "healthcheck" in service, name


@pytest.mark.parametrize(("wall", "follower"), [("wall", "squad"), ("pods-wall", "pods")])
def test_each_service_that_follows_runs_has_a_wall_with_a_password(wall: str, follower: str) -> None:
    shown, followed = SERVICES[wall], SERVICES[follower]
    assert shown["command"] == ["serve", "--host", "0.0.0.0"]
    assert (shown["image"], shown["build"]) == (followed["image"], followed["build"])
    assert shown.get("profiles") == followed.get("profiles")
    data = f"{follower}:/data"
    assert data in shown["volumes"]
    assert data in followed["volumes"]
    (port,) = shown["ports"]
    assert shown["environment"] == {
        "SUREFOOT_WALL_PASSWORD_FILE": "/secrets/wall/password",
        "SUREFOOT_WALL_URL": f"http://{port.removesuffix(':8484')}/",
    }
    assert {"secrets-wall:/secrets/wall:ro", "secrets-surefoot:/secrets/surefoot:ro"} & set(shown["volumes"]) == {
        "secrets-wall:/secrets/wall:ro"
    }


def test_every_file_that_is_mounted_is_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./") and source != "./surefoot.toml":
                assert (ROOT / source).exists(), source


def test_no_secret_stands_in_the_file_and_every_one_that_is_read_is_made(secrets: Path) -> None:
    named = set(re.findall(r"/secrets/([\w-]+/[\w-]+)\b", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert named
    for name in named - {"surefoot-token/token", "grafana-token/token"}:
        assert (secrets / name).is_file(), name
    values = [
        path.read_text() for path in secrets.rglob("*") if path.is_file() and path.name not in {"passwords", "acl"}
    ]
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for value in values)
    assert len(set(values)) == 5
    assert len((secrets / "wall/password").read_text()) >= MIN_PASSWORD_LENGTH


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """The secrets, made by the script that the compose runs."""
    program("mosquitto_passwd")
    folder = tmp_path / "secrets"
    for _ in range(2):
        environment = {**os.environ, "PATH": PATHS, "SECRETS": str(folder), "ACL": str(FOLDER / "acl")}
        subprocess.run(["/bin/sh", str(FOLDER / "secrets.sh")], env=environment, check=True, timeout=60)
    assert not list(folder.rglob("*.tmp"))
    return folder


def test_secrets_are_made_once_and_for_their_reader_alone(secrets: Path) -> None:
    before = (secrets / "people/passwords").read_text()
    environment = {**os.environ, "PATH": PATHS, "SECRETS": str(secrets), "ACL": str(FOLDER / "acl")}
    subprocess.run(["/bin/sh", str(FOLDER / "secrets.sh")], env=environment, check=True, timeout=60)
    assert (secrets / "people/passwords").read_text() == before
    for path in secrets.rglob("*"):
        assert path.stat().st_mode & (0o007 if path.name == "grafana-token" else 0o077) == 0, path


INFLUX = """#!/bin/sh
echo "$@" >>"$CALLS"
case "$1 $2" in
"bucket list") printf '0123456789abcdef\\tsurefoot\\tinfinite\\n' ;;
"v1 dbrp") [ "$3" = create ] && touch "$CALLS.mapped"; [ ! -e "$CALLS.mapped" ] || echo mapping ;;
"auth create") printf '{\\n\\t"id": "1",\\n\\t"token": "token-%s=="\\n}\\n' "$(wc -l <"$CALLS")" ;;
esac
"""


def test_service_and_grafana_have_tokens_for_what_they_do_and_the_token_for_everything_stays_inside(
    tmp_path: Path, secrets: Path
) -> None:
    (tmp_path / "influx").write_text(INFLUX)
    (tmp_path / "influx").chmod(0o755)
    names = {"DOCKER_INFLUXDB_INIT_BUCKET": "surefoot", "DOCKER_INFLUXDB_INIT_ORG": "surefoot"}
    names |= {"SECRETS": str(secrets), "CALLS": str(tmp_path / "calls"), "PATH": f"{tmp_path}{os.pathsep}{PATHS}"}
    for _ in range(2):
        subprocess.run(["/bin/sh", FOLDER / "influxdb.sh"], env=names, check=True, timeout=60)
    calls = (tmp_path / "calls").read_text().splitlines()
    made = [call.rpartition(" --description ")[2] for call in calls if call.startswith("auth create")]
    assert made == [
        "surefoot: reads and writes one bucket --read-bucket 0123456789abcdef --write-bucket 0123456789abcdef --json",
        "Grafana: reads one bucket --read-bucket 0123456789abcdef --json",
    ]
    assert sum(call.startswith("v1 dbrp create") for call in calls) == 1
    tokens = [(secrets / f"{name}-token/token").read_text() for name in ("surefoot", "grafana")]
    assert all(re.fullmatch(r"token-\d+==", token) for token in tokens)
    assert tokens[0] != tokens[1]
    readers = [name for name, service in SERVICES.items() if "secrets-influxdb" in str(service.get("volumes"))]
    assert readers == ["secrets", "influxdb"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_every_secret_belongs_to_user_and_group_of_its_reader(secrets: Path) -> None:
    owners = {"mosquitto": (1883, 1883), "surefoot": (1000, 1000), "wall": (1000, 1000), "influxdb": (1000, 1000),
              "grafana": (472, 0), "people": (0, 0)}  # fmt: skip
    for folder, owner in owners.items():
        for path in ((secrets / folder), *(secrets / folder).iterdir()):
            assert (path.stat().st_uid, path.stat().st_gid) == owner, path


def test_grafana_asks_the_database_with_a_token_that_is_given_to_it() -> None:
    file = ROOT / "dashboards/grafana/provisioning/datasources/surefoot.yaml"
    (database,) = yaml.safe_load(file.read_text(encoding="utf-8"))["datasources"]
    assert database["url"] == SERVICES["squad"]["environment"]["SUREFOOT_INFLUXDB_URL"]
    variable = database["secureJsonData"]["httpHeaderValue1"].removeprefix("Token $")
    assert SERVICES["grafana"]["environment"][f"{variable}__FILE"] == "/secrets/grafana-token/token"


def test_no_container_may_take_all_memory() -> None:
    limits = {name: service["mem_limit"] for name, service in SERVICES.items()}
    assert all(re.fullmatch(r"\d+[mg]", limit) for limit in limits.values())


def test_an_idle_service_is_healthy_and_a_dead_one_is_not(tmp_path: Path) -> None:
    (check,) = {service["healthcheck"]["test"][1] for name, service in SERVICES.items() if name in {"squad", "pods"}}
    check = check.replace("/data/", f"{tmp_path}/")

    def is_healthy() -> bool:
        return subprocess.run(["/bin/sh", "-c", check], check=False, capture_output=True).returncode == 0

    assert not is_healthy()
    with RealCommand(tmp_path, "live", settings={"SETTINGS": idle(tmp_path)}):
        wait(is_healthy)
        for path in tmp_path.glob("surefoot.sqlite*"):
            os.utime(path, (0, 0))
        assert is_healthy()
    os.utime(tmp_path / "status.json", (0, 0))
    assert not is_healthy()


def idle(folder: Path) -> Path:
    """Settings with a runner whose pods never come."""
    path = folder / "surefoot.toml"
    path.write_text('[runners.anna]\nleft = "1A2B"\n', encoding="utf-8")
    return path


@pytest.fixture
def broker(tmp_path: Path, secrets: Path) -> Iterator[Broker]:
    """Debian's broker with the files that the compose mounts, and accounts for two runners."""
    passwords = secrets / "mosquitto/passwords"
    for name in ("anna", "ben"):
        subprocess.run([program("mosquitto_passwd"), "-b", str(passwords), name, name], check=True, timeout=60)
    (tmp_path / "mosquitto").mkdir()
    lines = (FOLDER / "mosquitto.conf").read_text(encoding="utf-8")
    for ours, theirs in (
        ("/secrets/", f"{secrets}/"),
        ("/mosquitto/data/", f"{tmp_path}/mosquitto/"),
        ("listener 1883\n", ""),
    ):
        assert ours in lines
        lines = lines.replace(ours, theirs)
    with Broker(tmp_path / "broker", lines.splitlines()) as running:
        yield running


def settings(broker: Broker, username: str | None, password: str) -> Settings:
    account = {"username": username, "password": password}
    return Settings.model_validate({"mqtt": {"host": "127.0.0.1", "port": broker.port, **account}})


async def publish(broker: Broker, username: str | None, password: str, topic: str) -> None:
    """Publish as somebody, without asking whether that is allowed."""
    async with aiomqtt.Client("127.0.0.1", broker.port, username=username, password=password) as client:
        await client.publish(topic, "x", qos=1, retain=True)


@pytest.mark.parametrize(("username", "password"), [(None, ""), ("anna", "wrong"), ("nobody", "x"), ("surefoot", "")])
def test_nobody_gets_in_without_a_password(broker: Broker, username: str | None, password: str) -> None:
    with pytest.raises(aiomqtt.MqttError, match=r"(?i)not authori[sz]ed|refused"):
        asyncio.run(publish(broker, username, password, "surefoot/v1/anna/state"))


def test_everybody_reads_and_writes_what_is_theirs_and_nothing_else(broker: Broker, secrets: Path) -> None:
    lines = [line.split() for line in (secrets / "people/passwords").read_text().splitlines()]
    viewer = next(line[2] for line in lines if line[1] == "viewer")
    service = (secrets / "surefoot/mqtt-password").read_text()
    listeners = {
        name: Listener(broker.port, username=name, password=password)
        for name, password in (("anna", "anna"), ("ben", "ben"), ("viewer", viewer))
    }

    async def proven() -> None:
        async with broker_connection(settings(broker, "surefoot", service).mqtt):
            pass

    asyncio.run(proven())
    for name, password in (("anna", "anna"), ("viewer", viewer)):
        asyncio.run(publish(broker, name, password, "surefoot/v1/anna/state"))
        with pytest.raises(BrokerError, match="do not come back"):
            asyncio.run(_prove(settings(broker, name, password)))
    topics = (
        "surefoot/v1/anna/state",
        "surefoot/v1/ben/alert/roll",
        "homeassistant/device/x/config",
        "else",
    )
    for topic in topics:
        asyncio.run(publish(broker, "surefoot", service, topic))
    for name, each in listeners.items():  # what comes after everything else that may come
        asyncio.run(publish(broker, "surefoot", service, f"surefoot/v1/{'anna' if name == 'viewer' else name}/last"))
        wait(lambda: any(topic.endswith("/last") for topic, _, _ in each.got))  # noqa: B023
        each.close()
    heard = {
        name: {topic for topic, _, _ in each.got if "/" in topic and "/probe/" not in topic and "/last" not in topic}
        for name, each in listeners.items()
    }
    assert heard == {"anna": {topics[0]}, "ben": {topics[1]}, "viewer": set(topics[:3])}
    assert [payload for topic, payload, _ in listeners["anna"].got if topic == topics[0]] == ["x"]


async def _prove(found: Settings) -> None:
    async with broker_connection(found.mqtt):
        pass


def moved(service: str, secrets: Path, **changed: object) -> dict[str, str]:
    """The environment of a service of the compose, outside its container."""
    there = {
        name: str(value).replace("/secrets", str(secrets)) for name, value in SERVICES[service]["environment"].items()
    }
    return {**there, **{f"SUREFOOT_{name}": str(value) for name, value in changed.items()}}


@pytest.mark.slow
def test_what_the_compose_starts_works_together_step_by_step(tmp_path: Path, secrets: Path, broker: Broker) -> None:
    lines = [line.split() for line in (secrets / "people/passwords").read_text().splitlines()]
    told = {service: (name, password) for service, name, password in lines}
    data, port = tmp_path / "data", free_port()
    host = f"another-name.example:{port}"
    viewer = Listener(broker.port, "surefoot/v1/#", username=told["MQTT"][0], password=told["MQTT"][1])
    with database(tmp_path / "influxdb", secrets) as asked:
        squad = moved("squad", secrets, INFLUXDB_URL=asked.url, MQTT_HOST="127.0.0.1", MQTT_PORT=broker.port)
        shown = moved("wall", secrets, WALL_PORT=port, WALL_URL=f"http://{host}/")
        with (
            InfluxClient(asked) as grafana,
            RealCommand(data, *SERVICES["squad"]["command"], environment=squad),
            RealCommand(data, *SERVICES["wall"]["command"], environment=shown) as wall,
        ):
            wait(lambda: sum(bool(viewer.newest(f"surefoot/v1/runner-{n}/status")) for n in (2, 3, 4)) == 3)
            wait(lambda: f"The wall is at {shown['SUREFOOT_WALL_URL']}" in wall.out)
            seen = signed_in(port, host, *told["Wall"])
            wait(lambda: all(f"/runner/runner-{n}" in seen() for n in (2, 3, 4)))
            wait(lambda: len(grafana.query("SELECT count(flags) FROM strides GROUP BY runner")) == 4)
            with pytest.raises(HTTPError, match=r"40[13]"):
                signed_in(port, host, "owner", "wrong password")
    viewer.close()


@contextmanager
def database(folder: Path, secrets: Path) -> Iterator[InfluxSettings]:
    """InfluxDB – the 2.x that is named, or a 1.6 – as Grafana asks it; the service's token is where it is read."""
    with (InfluxServer2 if os.environ.get(VARIABLE) else InfluxServer)(folder) as server:
        writes, reads = TOKEN, TOKEN
        if isinstance(server, InfluxServer2):
            writes, reads = server.token(("read", "write")), server.token(("read",))
        (secrets / "surefoot-token/token").write_text(writes)
        yield InfluxSettings.model_validate({"url": server.url, "token": reads})


def signed_in(port: int, host: str, name: str, password: str) -> Callable[[], str]:
    """Signs in as a browser does that knows the wall as `host`; what gives the first event of the squad then."""
    browser = build_opener(HTTPCookieProcessor())
    address, named = f"http://127.0.0.1:{port}", {"Host": host}
    form = urlencode({"name": name, "password": password}).encode()
    with browser.open(Request(f"{address}/login", form, named), timeout=START_S) as answer:
        assert answer.url == f"{address}/"

    def event() -> str:
        with browser.open(Request(f"{address}/events", headers=named), timeout=START_S) as stream:
            return str(stream.readline().decode())

    return event
