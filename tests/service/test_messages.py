"""Messages to phones after a run and the next morning: once, with a link and nothing that was found or said."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, Pain, Place, When
from surefoot.dashboards.viewers import Role
from surefoot.dashboards.wall.access import Password
from surefoot.service.exporters import messages as exporter
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.exporters.mail import Mail
from surefoot.service.exporters.messages import MessageExporter
from surefoot.service.exporters.status import ExporterStatus
from surefoot.service.people.accounts import StoredAccounts
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.writing import StoreWriter
from surefoot.service.views.local_authority import write_certificate
from tests.service.command import surefoot
from tests.service.message_servers import PASSWORD, USER, MailServer, NtfyServer
from tests.service.real_command import RealCommand
from tests.service.servers import free_port, wait

TO, TOPIC = "anna@club.example", "anna-7f3k"
WALL = "https://wall.club.example"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tried again soon."""
    monkeypatch.setattr(exporter, "POLL_S", 0.05)
    monkeypatch.setattr(exporter, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(exporter, "LONGEST_WAIT_S", 0.2)


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as found:
        yield found


@pytest.fixture
def ntfy() -> Iterator[NtfyServer]:
    with NtfyServer() as found:
        yield found


def settings(folder: Path, messages: dict[str, Any], **more: Any) -> Settings:
    """Of anna and bert, who have addresses of their own."""
    runners = {
        name: {"left": f"{name}L", "messages": {"to": f"{name}@club.example", "ntfy_topic": f"{name}-7f3k"}}
        for name in ("anna", "bert")
    }
    return Settings.model_validate({"data": folder, "messages": messages, "runners": runners, **more})


def ended(
    found: Settings, run: str = "run-1", runner: str = "anna", *, ago_s: float = 60.0, min_: float = 42.0
) -> None:
    """Store the summary of a run."""
    end_ns = time.time_ns() - int(ago_s * 1e9)
    began = datetime.fromtimestamp(end_ns / 1e9 - 60.0 * min_, UTC)
    body = {
        "started": began.isoformat(),
        "numbers": {
            "duration_s": 60.0 * min_,
            "run_time_s": 60.0 * min_,
            "walk_time_s": None,
            "impact_dose_g_left": None,
            "impact_dose_g_right": None,
        },
        "findings": [{"message": "The left ankle rolled outward."}],
    }
    with StoreWriter(found.store_path) as writer, writer.transaction():
        writer.add_run(run, runner, runner.title(), int(began.timestamp() * 1e9), "test", list(Foot))
        writer.add_summary(run, runner, end_ns, body)


def text(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def refused(found: Settings, sink: str) -> list[str]:
    with Outbox(found.store_path, sink) as outbox:
        return [rows.reason for rows in Ledger(outbox).refused()]


def waiting(found: Settings, sink: str = "e-mail") -> int:
    with Outbox(found.store_path, sink) as outbox:
        return outbox.pending_count("summaries")


def test_a_run_is_told_once_by_each_way_with_date_and_length_and_nothing_that_was_found(
    tmp_path: Path, mail: MailServer, ntfy: NtfyServer
) -> None:
    found = settings(tmp_path, {**mail.settings, "ntfy_url": ntfy.url, "ntfy_token": "tk_right"}, wall={"url": WALL})
    for _ in range(2):
        with ExporterThread(found) as exporters:
            ended(found)
            exporters.notify()
            wait(lambda: mail.got and ntfy.got)
    [message], [(authorization, posted)] = mail.got, ntfy.got
    began = (datetime.now() - timedelta(minutes=43)).astimezone()
    assert message["To"] == TO
    assert message["Subject"] == f"Your run of {began:%A}, 42 min"
    assert f"{began.day} {began:%B}" in text(message)
    assert f"How do feet and legs feel?\n{WALL}/diary/?runner=anna&run=run-1" in text(message)
    assert "\nRunning: 42 min in 7 days, nothing in the 7 before.\n" in text(message)
    assert "roll" not in f"{message}{posted}"
    assert authorization == "Bearer tk_right"
    assert (posted["topic"], posted["title"]) == (TOPIC, message["Subject"])
    assert posted["click"] == f"{WALL}/diary/?runner=anna&run=run-1"
    assert len(posted["sequence_id"]) == 32


def test_a_run_that_is_analysed_again_is_not_told_again(tmp_path: Path, mail: MailServer) -> None:
    found = settings(tmp_path, dict(mail.settings))
    with ExporterThread(found):
        ended(found)
        wait(lambda: not waiting(found))
    with Outbox(found.store_path, "e-mail") as outbox, outbox.transaction() as connection:
        connection.execute("DELETE FROM summaries")
    with ExporterThread(found):
        ended(found)
        ended(found, "run-2")
        wait(lambda: not waiting(found))
    assert len(mail.got) == 2


def test_a_run_of_yesterday_and_one_in_which_nobody_ran_are_not_told(
    tmp_path: Path, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    found = settings(tmp_path, dict(mail.settings))
    ended(found, ago_s=13 * 3600.0)
    ended(found, "run-2", "bert", min_=0.5)
    with ExporterThread(found):
        wait(lambda: not waiting(found))
    assert mail.got == []
    assert caplog.messages == ["e-mail: nobody is told of 1 run that ended more than 12 h ago."]


def test_a_server_that_is_away_is_told_in_one_sentence_and_gets_the_message_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    away = MailServer(port)
    found = settings(tmp_path, dict(away.settings))
    ended(found)
    with ExporterThread(found) as exporters:
        wait(lambda: exporters.statuses["e-mail"].problem)
        time.sleep(0.5)
        with away:
            wait(lambda: not waiting(found))
            wait(lambda: not exporters.statuses["e-mail"].problem)
    assert len(away.got) == 1
    problem, over = caplog.messages
    assert problem.startswith("e-mail: Connection refused; trying again in ")
    assert over == "e-mail works again."


def test_the_same_message_sent_again_has_the_same_id(tmp_path: Path, mail: MailServer) -> None:
    for number, folder in enumerate(("first", "as if the first had lost its note"), 1):
        found = settings(tmp_path / folder, dict(mail.settings))
        with ExporterThread(found):
            ended(found)
            wait(partial(lambda number: len(mail.got) == number, number))
    first, second = mail.got
    assert first["Message-ID"] == second["Message-ID"]


def test_who_is_refused_for_good_is_a_dead_letter_and_who_is_refused_for_now_holds_nobody_up(
    tmp_path: Path, mail: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    found = settings(tmp_path, dict(mail.settings))
    mail.refused = {TO: "450 4.2.0 greylisted"}
    ended(found)
    ended(found, "run-2", "bert")
    with ExporterThread(found) as exporters:
        wait(lambda: mail.got)
        wait(lambda: exporters.statuses["e-mail"].problem == "anna: the address is refused (450 4.2.0 greylisted)")
        mail.refused = {}
        wait(lambda: not waiting(found))
        assert [message["To"] for message in mail.got] == ["bert@club.example", TO]
        mail.refused = {TO: "550 5.1.1 no such user"}
        ended(found, "run-3")
        wait(lambda: refused(found, "e-mail"))
    assert refused(found, "e-mail") == ["the address is refused (550 5.1.1 no such user)"]
    assert "e-mail: anna: the address is refused (550 5.1.1 no such user); it is not tried again." in caplog.messages
    assert len(mail.got) == 2


def test_mail_goes_over_tls_to_a_server_that_is_known_and_with_the_right_password_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = write_certificate(tmp_path / "certificate", ["127.0.0.1"], datetime.now(UTC))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(files.certificate, files.key)
    with MailServer(tls=tls) as mail:
        secured = {**mail.settings, "smtp_security": "starttls", "smtp_username": USER, "ca_file": files.authority}
        wrong = settings(tmp_path, {**secured, "smtp_password": "battery staple"})
        ended(wrong)
        with ExporterThread(wrong) as exporters:
            wait(lambda: exporters.statuses["e-mail"].problem)
        with ExporterThread(settings(tmp_path, {**secured, "smtp_password": PASSWORD, "ca_file": None})) as exporters:
            wait(lambda: "certificate" in exporters.statuses["e-mail"].problem)
        assert mail.got == []
        with ExporterThread(settings(tmp_path, {**secured, "smtp_password": PASSWORD})):
            wait(lambda: mail.got)
    first, second, *_ = (record.getMessage() for record in caplog.records if record.name.startswith("surefoot"))
    assert first.startswith(
        "e-mail: the server refuses messages.smtp_username or messages.smtp_password (535); trying again in "
    )
    assert "certificate verify failed" in second


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "the server refuses messages.ntfy_token (401)"),
        (403, "anna: messages.ntfy_token may not write to the topic (403)"),
        (429, "the server answers 429 Too Many Requests"),
        (302, "the server answers 302 Found"),
    ],
)
def test_what_ntfy_does_not_take_now_it_gets_later(
    tmp_path: Path, ntfy: NtfyServer, caplog: pytest.LogCaptureFixture, status: int, told: str
) -> None:
    found = settings(tmp_path, {"ntfy_url": ntfy.url})
    ntfy.answers = [status, status]
    with ExporterThread(found):
        ended(found)
        wait(lambda: ntfy.got)
    assert caplog.messages[0].startswith(f"ntfy: {told}; trying again in ")
    assert len(ntfy.got) == 1


def test_what_ntfy_refuses_for_good_is_a_dead_letter(tmp_path: Path, ntfy: NtfyServer) -> None:
    found = settings(tmp_path, {"ntfy_url": ntfy.url})
    ntfy.answers = [400]
    with ExporterThread(found):
        ended(found)
        wait(lambda: refused(found, "ntfy"))
    assert refused(found, "ntfy") == ["the message is refused (400 {})"]


def test_the_link_signs_a_runner_in_whose_address_it_is_and_nobody_else(tmp_path: Path, mail: MailServer) -> None:
    accounts = StoredAccounts(tmp_path, Password("open sesame"))
    for name in ("anna", "carla"):
        accounts.add(name, Role.RUNNER, PASSWORD, name)
    found = settings(tmp_path, {**mail.settings, "to": "club@club.example"}, wall={"url": f"{WALL}/"})
    ended(found)
    ended(found, "run-2", "bert")
    ended(found, "run-3", "carla")  # who has no address of her own
    with ExporterThread(found):
        wait(lambda: len(mail.got) == 3)
    annas, berts, carlas = (text(message) for message in mail.got)
    link = annas.split(f"{WALL}/link/")[1].split()[0]
    token, _, run = link.partition("?run=")
    viewer = accounts.viewer(accounts.link(token, "a phone") or "")
    assert viewer is not None
    assert (viewer.speaks_for, run) == ("anna", "run-1")
    assert "Do not pass it on" in annas
    assert f"{WALL}/diary/?runner=bert&run=run-2" in berts
    assert f"{WALL}/diary/?runner=carla&run=run-3" in carlas
    assert mail.got[2]["Subject"].startswith("The run of carla, ")


def test_without_an_address_of_the_wall_the_message_says_what_to_open(tmp_path: Path, mail: MailServer) -> None:
    found = settings(tmp_path, dict(mail.settings))
    with ExporterThread(found):
        ended(found)
        wait(lambda: mail.got)
    assert "Open the wall, and tap it on your page." in text(mail.got[0])
    assert "http" not in text(mail.got[0])


# the next morning

MORNING = datetime.now().astimezone().replace(hour=7, minute=31) + timedelta(days=1)


def asked(found: Settings, mail: MailServer, at: datetime = MORNING) -> list[EmailMessage]:
    """What is sent at a moment, by a service that begins then."""
    with Outbox(found.store_path, "e-mail") as outbox:
        outbox.set_cursor("summaries", 1)
        way, status = Mail(found.messages), ExporterStatus("e-mail")
        before = len(mail.got)
        sending = MessageExporter(outbox, found, status, way, now=lambda: at.astimezone(UTC))
        assert asyncio.run(sending.drain()) == ""
    return mail.got[before:]


def ran_today(folder: Path, mail: MailServer) -> Settings:
    """Anna ran at noon, and wants to be asked in the morning."""
    found = settings(folder, {**mail.settings, "morning": "07:30"}, wall={"url": WALL})
    noon = datetime.now().astimezone().replace(hour=12)
    ended(found, ago_s=datetime.now().astimezone().timestamp() - noon.timestamp())
    return found


def test_in_the_morning_it_is_asked_once_from_the_time_on(tmp_path: Path, mail: MailServer) -> None:
    found = ran_today(tmp_path, mail)
    assert asked(found, mail, MORNING - timedelta(minutes=2)) == []
    [message] = asked(found, mail)
    assert message["Subject"] == "How do feet and legs feel?"
    assert text(message) == f"How do feet and legs feel?\n{WALL}/diary/?runner=anna&run=run-1\n"
    assert asked(found, mail) == []
    assert asked(found, mail, MORNING + timedelta(days=1)) == []


def test_a_morning_that_is_long_over_is_not_asked_about(tmp_path: Path, mail: MailServer) -> None:
    assert asked(ran_today(tmp_path, mail), mail, MORNING + timedelta(hours=12)) == []


@pytest.mark.parametrize(
    ("said", "is_asked"),
    [
        (CheckIn("c1", MORNING, MORNING.date(), When.AFTER, run="run-1"), False),
        (CheckIn("c1", MORNING, MORNING.date(), When.AFTER, (Pain(Foot.LEFT, Place.SHIN, 8),), run="run-1"), True),
        (CheckIn("c1", MORNING, MORNING.date(), When.NEXT_MORNING, as_usual=False), False),
    ],
    ids=["nothing", "a pain with a sign to have it seen", "already said this morning"],
)
def test_it_is_asked_after_a_pain_which_is_not_in_the_message_and_not_after_nothing(
    tmp_path: Path, mail: MailServer, said: CheckIn, is_asked: bool
) -> None:
    found = ran_today(tmp_path, mail)
    People(found.data).keep("anna", said)
    got = asked(found, mail)
    assert len(got) == is_asked
    assert all(text(each) == f"How do feet and legs feel?\n{WALL}/diary/?runner=anna&run=run-1\n" for each in got)


# through the real command


def test_serve_sends_too_and_several_that_send_at_once_send_each_message_once(tmp_path: Path, mail: MailServer) -> None:
    told = {f"MESSAGES_{name.upper()}": value for name, value in mail.settings.items()} | {"MESSAGES_TO": TO}
    found = settings(tmp_path, dict(mail.settings))
    with RealCommand(tmp_path, "serve", "--port", "0", settings=told) as serve, ExporterThread(found) as exporters:
        wait(lambda: "The wall is at " in serve.out)
        for number in range(20):
            ended(found, f"run-{number}", "anna")
            exporters.notify()
        wait(lambda: not waiting(found))
        sent = len(mail.got)
    assert sent == len(mail.got) == 20


def test_a_run_that_ended_is_told_by_serve_alone(tmp_path: Path, mail: MailServer) -> None:
    told = {f"MESSAGES_{name.upper()}": value for name, value in mail.settings.items()} | {"MESSAGES_TO": TO}
    ended(Settings(data=tmp_path))
    with RealCommand(tmp_path, "serve", "--port", "0", settings=told):
        wait(lambda: mail.got)
    assert [message["To"] for message in mail.got] == [TO]


def test_a_synced_run_reaches_the_phone_with_its_distance(tmp_path: Path, mail: MailServer) -> None:
    told = {f"MESSAGES_{name.upper()}": value for name, value in mail.settings.items()}
    more = {"MESSAGES_TO": TO, "WALL_URL": WALL}
    with RealCommand(tmp_path, "sync", "--simulated", "--minutes", "3", settings={**told, **more}) as sync:
        assert sync.finish() == 0
    assert {message["To"] for message in mail.got} == {TO}
    assert all(" km.\n" in text(message) for message in mail.got)
    assert mail.got


@pytest.mark.slow
def test_a_live_run_that_ended_reaches_the_phone(tmp_path: Path, ntfy: NtfyServer) -> None:
    told = {"MESSAGES_NTFY_URL": ntfy.url, "MESSAGES_NTFY_TOPIC": TOPIC, "RUN_END_STILL_MIN": "0.2"}
    with RealCommand(tmp_path, "live", "--simulated", "1", "--minutes", "2", settings=told):
        wait(lambda: ntfy.got, timeout_s=400.0)
    assert ntfy.got[0][1]["message"].startswith(f"{datetime.now().astimezone():%A}")
    assert " 2 min, " in ntfy.got[0][1]["message"]


@pytest.mark.slow
def test_a_command_that_is_killed_while_the_server_is_away_leaves_the_message_to_the_next(tmp_path: Path) -> None:
    server = MailServer()
    told = {f"MESSAGES_{name.upper()}": value for name, value in server.settings.items()} | {"MESSAGES_TO": TO}
    with RealCommand(tmp_path, "sync", "--simulated", "--minutes", "3", settings=told) as sync:
        sync.expect("e-mail: Connection refused; trying again in ")
        sync.kill()
    with server, RealCommand(tmp_path, "sync", "--simulated", settings=told) as sync:
        wait(lambda: server.got)
        assert sync.finish() == 0
    assert len(server.got) == 1


def test_doctor_tries_the_servers_and_sends_nothing(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    mail: MailServer,
    ntfy: NtfyServer,
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for name, value in {**mail.settings, "ntfy_url": ntfy.url, "ntfy_token": "tk_wrong"}.items():
        monkeypatch.setenv(f"SUREFOOT_MESSAGES_{name.upper()}", str(value))
    told = " ".join(surefoot(capsys, "doctor").out.split())
    assert f"127.0.0.1:{mail.port}: takes messages from here, without TLS; nothing was sent" in told
    assert "the server refuses messages.ntfy_token (401)" in told
    assert mail.got == []
    assert ntfy.got == []
