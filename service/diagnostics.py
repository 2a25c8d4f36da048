"""Checks of this machine, its settings and servers, each by trying, with advice for what fails."""

from __future__ import annotations

import asyncio
import errno
import os
import platform
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from time import time_ns

from surefoot.dashboards.formatting import local_time
from surefoot.dashboards.wall.hosting import listening_socket
from surefoot.sensor_ingest.ble.discovery import discover_pods
from surefoot.sensor_ingest.ble.errors import RadioError
from surefoot.sensor_ingest.recording.private_files import make_private_folder
from surefoot.service.configuration import Configuration
from surefoot.service.errors.gateways import GatewayCertificateError, ServiceRefusedError, ServiceUnreachableError
from surefoot.service.errors.settings import WallError
from surefoot.service.errors.store import StoreError
from surefoot.service.exporters.exporter_thread import MESSAGE_SINKS
from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_refusal import InfluxError, connection_advice
from surefoot.service.exporters.mail import Mail
from surefoot.service.exporters.message_refusal import ServerDownError
from surefoot.service.exporters.mqtt_client import BrokerError, broker_connection
from surefoot.service.exporters.ntfy import Ntfy
from surefoot.service.exporters.private_influxdb import PRIVATE_BUCKET
from surefoot.service.exporters.private_mqtt import PRIVATE_TOPIC
from surefoot.service.exposure import exposures
from surefoot.service.gateway.service_client import ServiceClient
from surefoot.service.settings import Settings
from surefoot.service.store.boot_time import BootTime
from surefoot.service.store.connection import MIN_SQLITE
from surefoot.service.store.outbox import Backlog
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.repair import check_store
from surefoot.service.store.service_status import RecordingStatus, SinkStatus, read_status
from surefoot.service.views.service_metrics import sink_backlogs
from surefoot.service.views.wall import wall_accounts
from surefoot.service.views.wall_address import (
    NEEDS_PASSWORD,
    SET_PASSWORD,
    answers_at,
    is_loopback,
    lacks_owner,
    tls_context,
)

MIN_PYTHON = (3, 11)
RUNNER_HOUR_BYTES = 21_000_000 + 17_000_000
"""Raw packets and results of one runner in an hour."""
MIN_RUNNER_HOURS = 48
SCAN_S = 3.0
PROBE = "probe"
SINK_TITLES = {
    "influxdb": "InfluxDB",
    "mqtt": "MQTT",
    "command": "the command",
    "e-mail": "e-mail",
    "ntfy": "ntfy",
    "web push": "Web Push",
    PRIVATE_BUCKET: "the private bucket",
    PRIVATE_TOPIC: "the private topic",
}
"""Sent by whatever follows runs, and not by surefoot ship."""


class CheckStatus(StrEnum):
    """Outcome of a check."""

    OK = "ok"
    UNUSED = "not used"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found, and what to do about it."""

    name: str
    status: CheckStatus
    detail: str
    advice: str = ""


def run_checks(settings: Settings, problems: Sequence[str] = ()) -> list[Check]:
    """Run all checks in order; network checks may take seconds. `problems` are those with the settings."""
    questions: tuple[Callable[[Settings], Check], ...] = (
        _python, _disk, _store, _pods, _bluetooth, _influxdb, _mqtt, _mail, _ntfy, _gateway, _wall, _command, _service,
    )  # fmt: skip
    return [*map(_setting, problems), *(ask(settings) for ask in questions), *_sinks(settings)]


def _setting(problem: str) -> Check:
    advice = "Correct it: most commands refuse to work until then. The checks below use the default instead."
    return Check("Settings", CheckStatus.PROBLEM, problem, advice)


def privacy_check(configuration: Configuration) -> Check:
    """Look at who can read recordings and secrets."""
    if found := exposures(configuration):
        advice = "Take those rights away, as said, or choose a folder of your own."
        return Check("Privacy", CheckStatus.PROBLEM, "; ".join(found), advice)
    return Check("Privacy", CheckStatus.OK, "recordings and secrets can be read by you alone")


def _python(_: Settings) -> Check:
    detail = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sys.version_info < MIN_PYTHON or sqlite3.sqlite_version_info < MIN_SQLITE:
        return Check("Python", CheckStatus.PROBLEM, detail, "Use Python 3.11 or newer with SQLite 3.37 or newer.")
    return Check("Python", CheckStatus.OK, detail)


def _disk(settings: Settings) -> Check:
    folder = next(path for path in (settings.data, *settings.data.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    hours = free // RUNNER_HOUR_BYTES
    detail = f"{free / 1e9:.1f} GB free at {settings.data}, enough for {hours:,} hours of one runner"
    if hours < MIN_RUNNER_HOURS:
        return Check("Disk", CheckStatus.PROBLEM, detail, "Free some space, or set data to a folder on another disk.")
    return Check("Disk", CheckStatus.OK, detail)


def _store(settings: Settings) -> Check:
    """Create a folder among the runs, and read the store."""
    trial = settings.runs_folder / f".{PROBE}-{secrets.token_hex(4)}"
    try:
        make_private_folder(trial)
        trial.rmdir()
        check_store(settings.store_path)
        with StoreReader(settings.store_path) as reader:
            runs = len({run.run for run in reader.runs()})
    except OSError as error:
        detail = f"{settings.runs_folder} cannot be written ({error.strerror})"
        return Check(
            "Data folder", CheckStatus.PROBLEM, detail, "Change its permissions, or set data to another folder."
        )
    except StoreError as error:
        detail = f"{error.path} cannot be used ({error.reason})"
        return Check("Data folder", CheckStatus.PROBLEM, detail, _sentence(error.instead))
    return Check("Data folder", CheckStatus.OK, f"{runs} run{'s' * (runs != 1)} in {settings.store_path}")


def _pods(settings: Settings) -> Check:
    if not settings.runners:
        return Check("Runners", CheckStatus.UNUSED, "the settings name none; surefoot run takes the nearest pods")
    return Check("Runners", CheckStatus.OK, ", ".join(each.name or runner for runner, each in settings.runners.items()))


def _bluetooth(_: Settings) -> Check:
    try:
        found = asyncio.run(discover_pods(timeout_s=SCAN_S))
    except RadioError as error:
        return Check("Bluetooth", CheckStatus.PROBLEM, error.reason, _sentence(error.advice))
    heard = ", ".join(pod.name for pod in found)
    return Check("Bluetooth", CheckStatus.OK, f"pods in range: {heard}" if found else "works; no pod is in range")


def _influxdb(settings: Settings) -> Check:
    """Write a point and read it back; it replaces the one of the last check."""
    wanted = settings.influxdb
    if wanted.url is None:
        return Check("InfluxDB", CheckStatus.UNUSED, "influxdb.url is not set")
    token = float(secrets.randbits(40))
    try:
        with InfluxClient(wanted) as influx:
            influx.write([f"{PROBE} value={token} {time_ns()}"])
            answer = influx.query(f"SELECT last(value) AS value FROM {PROBE}")
    except InfluxError as error:
        return Check("InfluxDB", CheckStatus.PROBLEM, f"{wanted.url}: {error}", connection_advice(str(error)))
    if token not in [row["value"] for series in answer for row in series.dicts()]:
        advice = f"Map the database {wanted.bucket} to the bucket, so that InfluxQL reads what was written."
        return Check("InfluxDB", CheckStatus.PROBLEM, f"{wanted.url}: what was written cannot be read back", advice)
    return Check("InfluxDB", CheckStatus.OK, f"{wanted.url}: a point was written to {wanted.bucket} and read back")


def _mqtt(settings: Settings) -> Check:
    wanted = settings.mqtt
    if wanted.host is None:
        return Check("MQTT", CheckStatus.UNUSED, "mqtt.host is not set")
    where = f"{wanted.host}:{wanted.port}"
    try:
        asyncio.run(_published(settings))
    except BrokerError as error:
        advice = "Start the broker, and check mqtt.host, port, username, password and tls."
        return Check("MQTT", CheckStatus.PROBLEM, f"{where}: {error}", "" if "ACL" in str(error) else advice)
    secure = "with TLS" if wanted.tls else "without TLS"
    return Check("MQTT", CheckStatus.OK, f"{where}: a message was published and received, {secure}")


async def _published(settings: Settings) -> None:
    async with broker_connection(settings.mqtt):
        pass


def _mail(settings: Settings) -> Check:
    """Sign in to the mail server, and send nothing."""
    wanted = settings.messages
    if wanted.smtp_host is None:
        return Check("E-mail", CheckStatus.UNUSED, "messages.smtp_host is not set")
    where = f"{wanted.smtp_host}:{wanted.smtp_port}"
    try:
        Mail(wanted).check()
    except ServerDownError as error:
        advice = "Check messages.smtp_host, smtp_port, smtp_security, smtp_username, smtp_password and ca_file."
        return Check("E-mail", CheckStatus.PROBLEM, f"{where}: {error}", advice)
    secure = "without TLS" if wanted.smtp_security == "none" else "with TLS"
    return _reached("E-mail", f"{where}: takes messages from here, {secure}; nothing was sent", settings)


def _ntfy(settings: Settings) -> Check:
    """Ask for the server's health, and whether it knows the token."""
    wanted = settings.messages
    if wanted.ntfy_url is None:
        return Check("ntfy", CheckStatus.UNUSED, "messages.ntfy_url is not set")
    try:
        Ntfy(wanted).check()
    except ServerDownError as error:
        advice = "Check messages.ntfy_url, ntfy_token and ca_file."
        return Check("ntfy", CheckStatus.PROBLEM, f"{wanted.ntfy_url}: {error}", advice)
    return _reached("ntfy", f"{wanted.ntfy_url}: answers; nothing was sent", settings)


def _reached(name: str, detail: str, settings: Settings) -> Check:
    """A server of messages that works, though they may lead nowhere."""
    if settings.wall.url is None:
        return Check(name, CheckStatus.OK, f"{detail}; without wall.url, messages have no link")
    return Check(name, CheckStatus.OK, detail)


def _gateway(settings: Settings) -> Check:
    """Ask the service that recordings are handed to for one that nobody has."""
    wanted = settings.gateway
    if wanted.url is None:
        return Check("Gateway", CheckStatus.UNUSED, "gateway.url is not set")
    try:
        with closing(ServiceClient(wanted.url, wanted.key.get_secret_value(), wanted.ca_file)) as client:
            client.check()
    except (ServiceRefusedError, ServiceUnreachableError, GatewayCertificateError) as error:
        problem, _, advice = str(error).rstrip(".").partition("; ")
        return Check("Gateway", CheckStatus.PROBLEM, problem, _sentence(advice))
    return Check("Gateway", CheckStatus.OK, f"{wanted.url} takes recordings from here")


def _wall(settings: Settings) -> Check:
    """Listen on the port for a moment."""
    wanted = settings.wall
    where = f"{wanted.host} port {wanted.port}"
    if lacks_owner(wanted, wall_accounts(settings)):
        return Check("Wall", CheckStatus.PROBLEM, f"{wanted.host} {NEEDS_PASSWORD}", _sentence(SET_PASSWORD))
    try:
        tls_context(wanted)
    except WallError as error:
        return Check("Wall", CheckStatus.PROBLEM, str(error), "Name a certificate and its key in PEM.")
    for_whom = "to this computer alone" if is_loopback(wanted.host) else "to others too, with an account"
    try:
        listening_socket(wanted.host, wanted.port).close()
    except OSError as error:
        if answers_at(wanted):
            return Check("Wall", CheckStatus.OK, f"{where}: shown there now, {for_whom}")
        detail = f"{where}: {error.strerror or error}"
        if error.errno == errno.EADDRINUSE:
            detail = f"{where}: another program uses it"
        return Check(
            "Wall",
            CheckStatus.PROBLEM,
            detail,
            "Set wall.host to an address of this computer, and wall.port to a free port.",
        )
    return Check("Wall", CheckStatus.OK, f"{where}: can be shown, {for_whom}")


def _command(settings: Settings) -> Check:
    program = settings.command.program
    if not program:
        return Check("Command", CheckStatus.UNUSED, "command.program is not set")
    found = shutil.which(program[0])
    if found is None or not os.access(found, os.X_OK):
        advice = "Give its full path, and make it executable."
        return Check("Command", CheckStatus.PROBLEM, f"{program[0]} is not a program", advice)
    return Check("Command", CheckStatus.OK, str(Path(found)))


def _service(settings: Settings) -> Check:
    """Read the status that the service leaves every few seconds."""
    status = read_status(settings.data)
    if status is None:
        return Check("Service", CheckStatus.UNUSED, "surefoot live has not run with this data folder")
    when = _local_time(status.written_utc_s)
    if not status.running:
        return Check("Service", CheckStatus.UNUSED, f"ended at {when}; {_recording_text(status.recording)}")
    if not status.is_alive(BootTime.now()):
        detail = f"was cut off after {when}; {_recording_text(status.recording)}"
        return Check("Service", CheckStatus.PROBLEM, detail, "Start it with surefoot live; it continues its last run.")
    detail = f"runs since {_local_time(status.started_utc_s)}; {_recording_text(status.recording)}"
    return Check("Service", CheckStatus.OK, detail)


def _recording_text(recording: RecordingStatus) -> str:
    pods, totals = recording.pods, recording.totals
    parts = [
        f"{pods.connected} of {pods.all} pods connected" if pods.all else "",
        _number(recording.runs, "run"),
        f"{_number(recording.rows, 'row')} stored",
        f"{_number(totals.received, 'packet')} received, {totals.lost} lost",
        _number(recording.restarts, "restart"),
        f"the last at {_local_time(recording.problem_utc_s)}: {recording.problem.rstrip('.')}"
        if recording.problem
        else "",
    ]
    return ", ".join(part for part in parts if part)


def _sinks(settings: Settings) -> list[Check]:
    """What each sink lacks, as the store knows, and whether the service reaches it."""
    used = {
        "influxdb": settings.influxdb.url,
        "mqtt": settings.mqtt.host,
        "command": settings.command.program,
        "e-mail": settings.messages.smtp_host,
        "ntfy": settings.messages.ntfy_url,
        "web push": settings.messages.push_contact,
        PRIVATE_BUCKET: settings.influxdb.url and settings.influxdb.private_bucket,
        PRIVATE_TOPIC: settings.mqtt.host and settings.mqtt.private_topic,
    }
    try:
        backlogs = sink_backlogs(settings.store_path, [name for name, there in used.items() if there])
    except StoreError:
        return []  # told by the check of the data folder
    status = read_status(settings.data)
    alive = {sink.name: sink for sink in status.sinks} if status is not None and status.is_alive(BootTime.now()) else {}
    return [_sink(name, backlog, alive.get(name)) for name, backlog in backlogs.items()]


def _sink(name: str, backlog: Backlog, status: SinkStatus | None) -> Check:
    title, detail = f"Rows for {SINK_TITLES[name]}", f"{backlog.waiting} waiting, {backlog.refused} refused"
    if backlog.waiting:
        detail += f", the oldest {_age(backlog.lag_s)} old"
    if status is not None:
        detail += f"; the service has sent {status.delivered}, with {_number(status.restarts, 'restart')}"
    elif backlog.waiting:
        detail += "; surefoot live sends them" if name in MESSAGE_SINKS else "; surefoot ship sends them now"
    if status is not None and status.problem:
        advice = "Nothing is lost: rows wait until it works. See the check of the connection above."
        return Check(title, CheckStatus.PROBLEM, f"{detail}; it does not work ({status.problem})", advice)
    if backlog.refused:
        advice = "These rows are kept here; surefoot ship --refused lists them, and what to do."
        return Check(title, CheckStatus.PROBLEM, f"{detail}; the last because: {backlog.reason}", advice)
    return Check(title, CheckStatus.OK, detail)


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"


def _age(seconds: float) -> str:
    """A duration in the largest unit of which there are two."""
    for unit_s, unit in ((86_400.0, "days"), (3600.0, "h"), (60.0, "min")):
        if seconds >= 2.0 * unit_s:
            return f"{seconds / unit_s:.0f} {unit}"
    return f"{seconds:.0f} s"


def _local_time(utc_s: float) -> str:
    return local_time(datetime.fromtimestamp(utc_s, UTC), "%Y-%m-%d %H:%M:%S %Z")


def _sentence(advice: str) -> str:
    return f"{advice[:1].upper()}{advice[1:].rstrip('.')}."
