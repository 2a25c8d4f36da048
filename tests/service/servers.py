"""Real servers on free ports: Debian's InfluxDB 1.6 behind an nginx that speaks like 2.x, mosquitto, and amqtt."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import pytest

START_S = 120.0
PORTS = range(15_000, 32_000)
PATHS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
TOKEN = "test-token"
USER, PASSWORD = "surefoot", "test-password"
CREDENTIALS = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

INFLUXD = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{folder}/meta"
[data]
dir = "{folder}/data"
wal-dir = "{folder}/wal"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{http}"
auth-enabled = {auth}
log-enabled = false
"""

NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    client_max_body_size 32m;
    map $http_authorization $basic {{ "Token {token}" "Basic {credentials}"; default $http_authorization; }}
    map $arg_precision $precision {{ us u; default $arg_precision; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_set_header Authorization $basic;
        location = /api/v2/write {{
            rewrite ^ /write?db=$arg_bucket&precision=$precision? break;
            proxy_pass http://127.0.0.1:{http};
        }}
        location / {{ proxy_pass http://127.0.0.1:{http}; }}
    }}
}}
"""


def program(name: str) -> str:
    """Where a server is; under CI it has to be there."""
    found = shutil.which(name, path=PATHS)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed; .ci/run installs it")
        pytest.skip(f"{name} is not installed")
    return found


def free_port() -> int:
    """A port that nobody listens on, below those that the system gives to whoever connects: it stays free."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until somebody listens."""
    end_s = time.monotonic() + START_S
    while time.monotonic() < end_s:
        if process.poll() is not None:
            pytest.fail(f"{process.args!r} ended with code {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail(f"nobody listens on port {port} after {START_S} s")


def wait(condition: Callable[[], object], timeout_s: float = START_S) -> None:
    """Until something holds; looking takes at most a fifth of a processor, which others need meanwhile."""
    end_s = time.monotonic() + timeout_s
    looked_s = time.monotonic()
    while not condition():
        now_s = time.monotonic()
        assert now_s < end_s, "it never came to be"
        time.sleep(max(0.02, 4.0 * (now_s - looked_s)))
        looked_s = time.monotonic()


class Server:
    """A process that can be killed, and started again with or without what it knew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, and wait until it listens."""
        raise NotImplementedError

    def kill(self) -> None:
        """Without goodbye."""
        for process in self._processes:
            process.kill()
            process.wait()
        self._processes = []

    def empty(self) -> None:
        """Forget everything, while it is not running."""
        shutil.rmtree(self.folder)

    def _spawn(self, *command: str, port: int) -> None:
        log = (self.folder / "server.log").open("ab")
        with log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._processes.append(process)
        wait_for(port, process)


class InfluxServer(Server):
    """InfluxDB with one database, `surefoot`."""

    def __init__(self, folder: Path, *, auth: bool = True) -> None:
        super().__init__(folder)
        self._auth = auth
        self._http, self._rpc = free_port(), free_port()

    @property
    def url(self) -> str:
        """As the settings want it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = not (self.folder / "data").exists()
        self._start_database()
        if fresh:
            self.ask(f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES")
            self.ask("CREATE DATABASE surefoot")
        nginx = self.folder / "nginx.conf"
        nginx.write_text(
            NGINX.format(folder=self.folder, port=self.port, http=self._http, token=TOKEN, credentials=CREDENTIALS)
        )
        self._spawn(program("nginx"), "-c", str(nginx), "-e", str(self.folder / "nginx.log"), port=self.port)

    def _start_database(self) -> None:
        config = self.folder / "influxdb.conf"
        auth = str(self._auth).lower()
        config.write_text(INFLUXD.format(folder=self.folder, http=self._http, rpc=self._rpc, auth=auth))
        self._spawn(program("influxd"), "-config", str(config), port=self._http)

    def ask(self, query: str) -> bytes:
        """Ask the database itself, as its administrator."""
        form = urllib.parse.urlencode({"q": query, "db": "surefoot"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self._http}/query", form)
        request.add_header("Authorization", f"Basic {CREDENTIALS}")
        with urllib.request.urlopen(request, timeout=START_S) as answer:
            return bytes(answer.read())


class Broker(Server):
    """mosquitto with one user, or with a configuration of its own."""

    def __init__(self, folder: Path, lines: Sequence[str] = ("allow_anonymous true",)) -> None:
        super().__init__(folder)
        self._lines = lines

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "mosquitto.conf"
        own = ["user root"] if os.geteuid() == 0 else []
        config.write_text("\n".join([f"listener {self.port} 127.0.0.1", *own, *self._lines]) + "\n")
        self._spawn(program("mosquitto"), "-c", str(config), port=self.port)


AMQTT = """
listeners:
  default: {{type: tcp, bind: "127.0.0.1:{port}"}}
plugins:
  amqtt.plugins.authentication.AnonymousAuthPlugin: {{allow_anonymous: true}}
"""


class OldBroker(Server):
    """amqtt, which speaks MQTT 3.1.1 and nothing newer, and forgets everything when it ends."""

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "amqtt.yaml"
        config.write_text(AMQTT.format(port=self.port))
        self._spawn(str(Path(sys.executable).parent / "amqtt"), "-c", str(config), port=self.port)
