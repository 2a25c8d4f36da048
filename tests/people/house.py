"""A data folder with a served wall, a runner who ran yesterday, and servers of messages, by real commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

from surefoot.analysis.model import Foot
from surefoot.analysis.weeks.feeling import CheckIn, OnBone, Pain, Place, When
from surefoot.analysis.weeks.labels import RunLabels, Shoe, Surface
from surefoot.service.people.people import People
from surefoot.service.settings import Settings
from tests.service.demo_runs import record_demo_run
from tests.service.message_servers import MailServer, NtfyServer
from tests.service.real_command import RealCommand
from tests.service.servers import free_port, wait
from tests.service.stored_runs import stored

RUNNER, NAME, COACH, WORD, OWNER_WORD = "anna", "Anna", "carl", "correct horse", "open sesame"
TO, TOPIC = "anna@club.example", "anna-7f3k"
PODS = {Foot.LEFT: "SIM010001", Foot.RIGHT: "SIM010002"}
"""Those of `surefoot sync --simulated`."""
YESTERDAY = "20200101T000000Z-0000000a"
LONG_S = 300.0


class House:
    """Where Anna's runs are kept."""

    def __init__(self, folder: Path, mail: MailServer, ntfy: NtfyServer) -> None:
        self.settings = Settings(data=folder / "data")
        self.mail, self.ntfy = mail, ntfy
        self.people = People(self.settings.data)
        self.port = free_port()
        self.wall = f"http://127.0.0.1:{self.port}/"
        self._file = folder / "surefoot.toml"
        self._file.write_text(self._written(), encoding="utf-8")
        self.said = [
            self.say("accounts", "add", RUNNER, "--role", "runner", "--runner", NAME, typed=f"{WORD}\n"),
            self.say("accounts", "add", COACH, "--role", "coach", typed=f"{WORD}\n"),
        ]
        self._ran_yesterday(folder)

    def _written(self) -> str:
        """Settings, with the question of the morning since a minute ago."""
        now = datetime.now().astimezone()
        morning = max(now - timedelta(minutes=1), now.replace(hour=0, minute=0))
        servers = {**self.mail.settings, "ntfy_url": self.ntfy.url, "morning": f"{morning:%H:%M}"}
        lines = [f"{name} = {json.dumps(value)}" for name, value in servers.items()]
        return "\n".join(
            [
                *("[wall]", f'url = "{self.wall}"', f'password = "{OWNER_WORD}"', "[messages]", *lines),
                *(f"[runners.{RUNNER}]", f'name = "{NAME}"', *(f'{foot} = "{pod}"' for foot, pod in PODS.items())),
                *(f"[runners.{RUNNER}.messages]", f'to = "{TO}"', f'ntfy_topic = "{TOPIC}"'),
            ]
        )

    def _ran_yesterday(self, folder: Path) -> None:
        """A run of this time of yesterday, on a trail, after which a shin hurt."""
        at_utc = datetime.now(UTC) - timedelta(days=1)
        run = record_demo_run(folder / "made", 2.0, name="easy").run
        pods = tuple(replace(pod, serial=PODS[pod.foot], runner=RUNNER, name=NAME) for pod in run.manifest.pods)
        stored(self.settings, run, run_id=YESTERDAY, created_utc=at_utc, pods=pods)
        self.people.keep(RUNNER, Shoe("s1", "Blue ones"))
        self.people.keep(RUNNER, RunLabels(YESTERDAY, Surface.TRAIL, "s1"))
        pain = Pain(Foot.LEFT, Place.CALF, 3, OnBone.NO)
        self.people.keep(RUNNER, CheckIn("y1", at_utc, at_utc.astimezone().date(), When.AFTER, (pain,), run=YESTERDAY))

    def say(self, *arguments: str, typed: str | None = None) -> str:
        """What a command says that ends well."""
        with self._command(*arguments, typed=typed) as command:
            code = command.finish(LONG_S)
        assert code == 0, (arguments, code, command.out, command.err)
        return command.out

    @contextmanager
    def served(self) -> Iterator[None]:
        """The wall, while entered."""
        with self._command("serve", "--port", str(self.port)) as serve:
            wait(lambda: "The wall is at " in serve.out, LONG_S)
            yield

    def _command(self, *arguments: str, typed: str | None = None) -> RealCommand:
        return RealCommand(self.settings.data, *arguments, settings={"SETTINGS": self._file}, typed=typed)

    def mailed(self) -> list[str]:
        """Links of the messages by e-mail."""
        return [_link(message) for message in self.mail.got]

    def posted(self) -> list[str]:
        """Links of the messages by ntfy."""
        return [message["click"] for _, message in self.ntfy.got]

    def told(self) -> str:
        """Everything that messages said."""
        return " ".join([*(str(each) for each in self.mail.got), *(str(each) for each in self.ntfy.got)])


def _link(message: EmailMessage) -> str:
    return next(word for word in str(message.get_content()).split() if word.startswith("http"))
