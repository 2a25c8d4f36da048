"""Whatever happens on the way, a run is with the service once and whole."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from surefoot.analysis.companions import Companion
from surefoot.dashboards.wall.hosting import WallServer
from surefoot.sensor_ingest.recording.entries import EventEntry, EventKind
from surefoot.sensor_ingest.recording.journal import JournalReader, JournalWriter
from surefoot.sensor_ingest.recording.manifest import CompanionAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, end_interrupted_run
from surefoot.service.errors import RequestError
from surefoot.service.errors.gateways import GatewayCertificateError, ServiceRefusedError, ServiceUnreachableError
from surefoot.service.gateway.forwarding import Forwarder
from surefoot.service.gateway.handover import DONE, Handover
from surefoot.service.gateway.keys import GatewayKeys
from surefoot.service.gateway.plan import GatewayPlan
from surefoot.service.gateway.service_client import ServiceClient
from surefoot.service.settings import Settings
from surefoot.service.views.received_parts import ReceivedParts
from tests.dashboards.fake_source import FakeViewDataSource
from tests.service.certificate import self_signed, server_tls
from tests.service.gateway_client import PODS
from tests.service.servers import free_port

Connect = Callable[[int], ServiceClient]
LEAN = """
import sys
import surefoot.service.cli.gateway_process
dear = {'scipy', 'pydantic', 'rich', 'shutil', 'typer', 'sqlite3'}
print(sorted({name.partition('.')[0] for name in sys.modules} & dear))
print(sorted(name for name in sys.modules if name.startswith('surefoot.analysis.')))
"""


@pytest.fixture
def service(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "service")


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "gateway" / "runs"


@contextmanager
def serving(service: Settings, port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    with WallServer(FakeViewDataSource(), port=port, parts=ReceivedParts(service), tls=tls) as server:
        yield server.port


def begun(runs: Path) -> RunFolder:
    return create_run(runs, PODS, software="surefoot test")


def record(run: RunFolder, first: int, count: int) -> None:
    """Append to a run, as its recorder does."""
    with JournalWriter(run.journal_path) as journal:
        for each in range(first, first + count):
            journal.append(EventEntry(0, each / 10.0, EventKind.BATTERY, float(each % 100)))


def received(service: Settings, run: RunFolder, suffix: str = "") -> Path:
    return service.parts_folder / "belt" / f"{run.manifest.run_id}{suffix}" / "journal.bin"


@pytest.fixture
def client(service: Settings) -> Iterator[Connect]:
    with ExitStack() as stack:

        def connect(port: int) -> ServiceClient:
            key = GatewayKeys(service.data).add("belt")
            return stack.enter_context(closing(ServiceClient(f"http://127.0.0.1:{port}/", key)))

        yield connect


def test_a_run_is_followed_as_it_grows_and_handed_over(service: Settings, runs: Path, client: Connect) -> None:
    run = begun(runs)
    with serving(service) as port:
        handover = Handover(run.path, client(port))
        for first in (0, 500, 1000):
            record(run, first, 500)
            assert not handover.go_on()
            assert received(service, run).read_bytes() == run.journal_path.read_bytes()
        end_interrupted_run(run)
        assert handover.go_on()
    assert (run.path / DONE).exists()
    assert received(service, run).read_bytes() == run.journal_path.read_bytes()
    assert json.loads(received(service, run).with_name("manifest.json").read_text())["ended"]


def test_only_whole_entries_that_are_on_disk_are_sent(service: Settings, runs: Path, client: Connect) -> None:
    run = begun(runs)
    record(run, 0, 100)
    whole = run.journal_path.read_bytes()
    run.journal_path.write_bytes(whole + b"\x13\0\0\0\5")  # cut off by a crash, and by the next start from the file
    with serving(service) as port:
        handover = Handover(run.path, client(port))
        handover.go_on()
        assert received(service, run).read_bytes() == whole
        record(run, 100, 100)
        handover.go_on()
    assert received(service, run).read_bytes() == run.journal_path.read_bytes()
    assert sum(1 for _ in JournalReader(received(service, run))) == 200


def test_it_goes_on_where_the_service_says_after_either_has_started_again(
    service: Settings, runs: Path, client: Connect
) -> None:
    run, port = begun(runs), free_port()
    record(run, 0, 3000)
    asking = client(port)
    handover = Handover(run.path, asking)
    with pytest.raises(ServiceUnreachableError, match=r"cannot be reached \(Connection refused\)"):
        handover.go_on()
    with serving(service, port):
        handover.go_on()
    record(run, 3000, 3000)
    end_interrupted_run(run)
    with pytest.raises(ServiceUnreachableError):
        handover.go_on()
    with serving(service, port):
        assert handover.go_on()
        (run.path / DONE).unlink()
        assert Handover(run.path, asking).go_on()
    assert received(service, run).read_bytes() == run.journal_path.read_bytes()


def test_a_journal_that_the_service_knows_otherwise_goes_under_another_id(
    service: Settings, runs: Path, client: Connect
) -> None:
    run = begun(runs)
    record(run, 0, 500)
    with serving(service) as port:
        Handover(run.path, client(port)).go_on()
        run.journal_path.unlink()  # a power cut took it
        record(run, 1000, 100)
        end_interrupted_run(run)
        assert Handover(run.path, client(port)).go_on()
        record(run, 2000, 900)
        (run.path / DONE).unlink()
        longer = Handover(run.path, client(port))
        with pytest.raises(ServiceRefusedError, match="other bytes"):
            longer.go_on()
        assert longer.go_on()
    assert sum(1 for _ in JournalReader(received(service, run))) == 500
    assert sum(1 for _ in JournalReader(received(service, run, "-2"))) == 101
    assert received(service, run, "-3").read_bytes() == run.journal_path.read_bytes()


def test_one_bad_run_does_not_keep_the_others(
    service: Settings, runs: Path, client: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = begun(runs), begun(runs)
    for run in (bad, good):
        record(run, 0, 10)
        end_interrupted_run(run)
    for name in ("manifest.json", "manifest-copy.json"):
        (bad.path / name).write_text("{")
    begun(runs)  # never had a pod
    said: list[str] = []
    with serving(service) as port:
        Forwarder(runs, client(port), 0.0, said.append).hand_over()
    assert said == [f"Run {good.manifest.run_id} is with the service."]
    assert f"{bad.path} cannot be handed over" in caplog.text
    assert not good.path.exists()  # kept for 0 days
    assert bad.path.exists()


def test_a_forwarder_that_is_stopped_looks_once_more(service: Settings, runs: Path, client: Connect) -> None:
    run, said = begun(runs), list[str]()
    record(run, 0, 10)
    end_interrupted_run(run)
    with serving(service) as port:
        forwarder = Forwarder(runs, client(port), 1e6, said.append)
        forwarder.stop()
        forwarder.run()
    assert said == [f"Run {run.manifest.run_id} is with the service."]
    assert run.path.exists()


def test_a_wrong_key_is_one_sentence(service: Settings, client: Connect) -> None:
    with serving(service) as port:
        url = f"http://127.0.0.1:{port}"
        with pytest.raises(ServiceRefusedError) as refused:
            ServiceClient(url, "wrong").check()
        assert str(refused.value) == (
            f"{url} refuses the key; make one with surefoot gateway key NAME on its computer, and set gateway.key here."
        )
        client(port).check()


class NoSurefoot(BaseHTTPRequestHandler):
    """A web server of somebody else, such as a hotel's."""

    def do_GET(self) -> None:
        """Welcome everybody."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>welcome")

    def log_message(self, *_: object) -> None:
        """Stay quiet."""


def test_another_server_is_one_sentence() -> None:
    server = HTTPServer(("127.0.0.1", 0), NoSurefoot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with pytest.raises(ServiceRefusedError, match=r"is no surefoot service \(HTTP 200\); correct gateway.url."):
            ServiceClient(f"http://127.0.0.1:{server.server_port}", "key").check()
    finally:
        server.shutdown()
        server.server_close()


def test_what_is_no_answer_or_cut_off_counts_as_none() -> None:
    for answer, reason in (
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP"),
        (b"", "the answer was cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{}", "the answer was cut off"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200, "too many headers"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "impossible chunk"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", "impossible chunk"),
    ):
        with answering(answer) as port, pytest.raises(ServiceUnreachableError, match=reason):
            ServiceClient(f"http://127.0.0.1:{port}", "key").check()


def test_a_proxy_may_answer_in_chunks() -> None:
    answer = b'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n9;x\r\n{"error":\r\n6\r\n "no"}\r\n0\r\n\r\n'
    with answering(answer) as port, closing(ServiceClient(f"http://127.0.0.1:{port}", "k\ney")) as asking:
        asking.check()


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that answers everything with these bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()


def test_https_needs_an_authority_that_is_known(service: Settings, tmp_path: Path) -> None:
    cert, key = self_signed(tmp_path)
    with serving(service, tls=server_tls(cert, key)) as port:
        url, word = f"https://127.0.0.1:{port}", GatewayKeys(service.data).add("belt")
        ServiceClient(url, word, cert).check()
        with pytest.raises(ServiceUnreachableError, match="its certificate is not trusted: self-signed certificate"):
            ServiceClient(url, word).check()
    with pytest.raises(GatewayCertificateError, match=r"missing\.pem is no certificate authority in PEM"):
        ServiceClient(url, word, tmp_path / "missing.pem")
    key.write_text("x")
    with pytest.raises(RequestError, match="is no certificate authority in PEM"):
        ServiceClient(url, word, key)


def test_a_plan_goes_to_another_process_unchanged(tmp_path: Path) -> None:
    beside = (CompanionAssignment(Companion.FOOT_POD, "Stride 4", "ben"),)
    plan = GatewayPlan(
        tmp_path, tmp_path / "runs", "http://x", "ké", None, PODS, beside, "surefoot 1", 300.0, 600.0, 7.0
    )
    assert GatewayPlan.from_json(plan.to_json()) == plan


def test_the_process_of_a_gateway_loads_neither_scipy_nor_what_reads_settings() -> None:
    told = subprocess.run([sys.executable, "-c", LEAN], check=True, capture_output=True, text=True).stdout.splitlines()
    assert told == [
        "[]",
        "['surefoot.analysis.companions', 'surefoot.analysis.foot_pod_run', 'surefoot.analysis.model']",
    ]
