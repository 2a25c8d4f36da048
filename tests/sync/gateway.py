"""A gateway in the belt, as the real command: two hours without a network behind it, two pods, either end killed."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.body.runner_profile import PlannedBout, RunnerProfile
from surefoot.firmware_sim.scenarios import GOOD_LINK, Scenario
from surefoot.sensor_ingest.protocol import FootCode, Packet, PacketFlag, PodInfo
from surefoot.sensor_ingest.recording.entries import EndEntry, PacketEntry, PodEntry
from surefoot.sensor_ingest.recording.journal import JournalWriter
from surefoot.sensor_ingest.recording.manifest import PodAssignment
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from surefoot.service.gateway.handover import DONE
from surefoot.service.gateway.keys import GatewayKeys
from tests.accuracy.report import Finding
from tests.phone.gateway_service import heard
from tests.phone.pods import PodsInReach, pods_in_reach
from tests.phone.private_bus import private_bus
from tests.service.certificate import self_signed, server_tls
from tests.service.nasty_proxy import NastyProxy
from tests.service.real_command import RealCommand
from tests.service.servers import free_port, wait

BACKLOG_S = 2 * 3600.0
PACKET_S, SAMPLES = 18 / 208.0, 18
MAX_RESIDENT_MB, MAX_CPU_PCT, MAX_GROWTH_MB = 45.0, 10.0, 2.0
SETTLE_S, WATCHED_S, DELIVERY_S = 10.0, 30.0, 240.0
DATA = "gateway in the belt"
SETTINGS = """
[runners.anna]
left = "{left}"
right = "{right}"
"""


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of a backlog and a run; memory in MB, CPU in percent of a core with two pods, followed."""

    backlog_packets: int
    backlog_received: int
    made: int
    received: int
    lost: int
    doubled: int
    is_same: bool
    requests: int
    repeated: int
    resident_mb: float
    growth_mb: float
    cpu_pct: float


def rows(backlog_s: float = BACKLOG_S) -> Iterator[Finding]:
    """Figures beside their targets."""
    found = carry(backlog_s)
    hours = f"{backlog_s / 3600.0:g} h offline"
    yield Finding(
        DATA,
        f"packets lost, {hours}, out of order, {100 * found.repeated / found.requests:.0f} % twice",
        f"{found.backlog_packets - found.backlog_received + found.lost} of {found.backlog_packets + found.made}",
        "0",
        found.backlog_packets == found.backlog_received and found.lost == 0 and found.made > 0,
    )
    yield Finding(DATA, "packets doubled", f"{found.doubled}", "0", not found.doubled)
    yield Finding(DATA, "bytes as recorded", "the same" if found.is_same else "others", "the same", found.is_same)
    yield Finding(
        DATA,
        "resident at most",
        f"{found.resident_mb:.1f} MB",
        f"≤ {MAX_RESIDENT_MB:g}",
        found.resident_mb <= MAX_RESIDENT_MB,
    )
    yield Finding(
        DATA, "grown by it", f"{found.growth_mb:.1f} MB", f"≤ {MAX_GROWTH_MB:g}", found.growth_mb <= MAX_GROWTH_MB
    )
    yield Finding(DATA, "CPU, two pods", f"{found.cpu_pct:.1f} %", f"≤ {MAX_CPU_PCT:g}", found.cpu_pct <= MAX_CPU_PCT)


def carry(backlog_s: float) -> Carried:
    """Record two pods and hand over a backlog: offline at first, service and gateway killed once each."""
    scenario = Scenario("belt", RunnerProfile(), (PlannedBout("run", 900.0, 3.0),), link_quality=GOOD_LINK)
    with TemporaryDirectory() as name, ExitStack() as stack:
        place = Path(name)
        bus = stack.enter_context(private_bus(place))
        pods = stack.enter_context(pods_in_reach(bus, scenario, speed=1.0))
        port = free_port()
        files = self_signed(place)
        proxy = stack.enter_context(NastyProxy(port, server_tls(*files)))
        belt = Belt(place, bus, pods, f"https://127.0.0.1:{proxy.port}", port)
        backlog = write_backlog(belt.runs, backlog_s)
        return belt.carry(backlog, proxy)


class Belt:
    """A gateway, its pods and its service, each with a folder of its own."""

    def __init__(self, place: Path, bus: str, pods: PodsInReach, url: str, service_port: int) -> None:
        self.runs = place / "gateway" / "runs"
        self._service, self._gateway = place / "service", place / "gateway"
        self._bus, self._pods, self._port = bus, pods, service_port
        self._compiled = place / "compiled"
        """As an installed gateway is: what compiles itself at each start is a megabyte larger."""
        self._settings = {
            "GATEWAY_URL": url,
            **({"GATEWAY_CA_FILE": place / "cert.pem"} if url.startswith("https") else {}),
            "GATEWAY_KEY": GatewayKeys(self._service).add("belt"),
            "LOG": "info",
        }
        serials = {foot: pod.settings.serial for foot, pod in pods.runner.pods.items()}
        settings = self._gateway / "config" / "surefoot" / "surefoot.toml"
        settings.parent.mkdir(parents=True, mode=0o700)
        settings.write_text(SETTINGS.format(left=serials[Foot.LEFT], right=serials[Foot.RIGHT]), encoding="utf-8")

    def carry(self, backlog: RunFolder, proxy: NastyProxy) -> Carried:
        """Offline, then with a service, which is killed, as the gateway is; to the end of the run."""
        with self.gateway() as gateway:
            wait(lambda: "is connected" in gateway.err and gateway.err.count("is connected") == 2)
            before_mb = resident_mb(gateway.pid)
            with self.serve() as serve:
                wait(lambda: self.received(backlog) > 0 or proxy.requests > 12)
                serve.kill()
            with self.serve():
                wait(lambda: self.received(backlog) > 0)
                gateway.kill()
                self._pods.do(self._pods.bluez.drop_links)
                return self._carry_on(backlog, proxy, before_mb)

    def _carry_on(self, backlog: RunFolder, proxy: NastyProxy, before_mb: float) -> Carried:
        with self.gateway() as gateway:
            wait(lambda: (backlog.path / DONE).exists(), DELIVERY_S)
            wait(lambda: gateway.err.count("is connected") == 2)
            time.sleep(SETTLE_S)
            cpu_pct = watched_cpu_pct(gateway.pid, WATCHED_S)
            resident, now_mb = peak_mb(gateway.pid), resident_mb(gateway.pid)
        proxy.deliver_late()
        (run,) = [open_run(path) for path in self.runs.iterdir() if path.name != backlog.manifest.run_id]
        with self.gateway():  # what the nasty network kept from the last round
            wait(lambda: (run.path / DONE).exists(), DELIVERY_S)
        return self._outcome(backlog, run, proxy, (resident, now_mb - before_mb, cpu_pct))

    def _outcome(
        self, backlog: RunFolder, run: RunFolder, proxy: NastyProxy, figures: tuple[float, float, float]
    ) -> Carried:
        parts = [open_run(self.part(each)) for each in (backlog, run)]
        old, got = map(heard, parts)
        made = self._made(got)
        doubled = sum(sum(each.values()) - len(each) for each in (old, got))
        pairs = zip((backlog, run), parts, strict=True)
        is_same = all(part.journal_path.read_bytes() == own.journal_path.read_bytes() for own, part in pairs)
        backlog_packets = sum(heard(backlog).values())
        lost = len(made - set(got))
        counts = backlog_packets, len(old), len(made), len(got), lost, doubled, is_same
        return Carried(*counts, proxy.requests, proxy.repeated, *figures)

    def _made(self, got: Counter[tuple[int, int, int]]) -> set[tuple[int, int, int]]:
        """Packets that the pods made from the first to the last that came of each."""
        span = {pod: [each for each in got if each[0] == pod] for pod in {each[0] for each in got}}
        return {
            (number, truth.boot, truth.sequence)
            for number, pod in enumerate(self._pods.runner.pods.values())
            for truth in list(pod.truth)
            if number in span
            and min(each[2] for each in span[number]) <= truth.sequence <= max(each[2] for each in span[number])
        }

    def part(self, run: RunFolder) -> Path:
        """Where the service keeps a run."""
        return self._service / "parts" / "belt" / run.manifest.run_id

    def received(self, run: RunFolder) -> int:
        """Bytes that the service has of a run."""
        journal = self.part(run) / "journal.bin"
        return journal.stat().st_size if journal.exists() else 0

    def gateway(self) -> RealCommand:
        """The gateway's command."""
        environment = {
            "DBUS_SYSTEM_BUS_ADDRESS": self._bus,
            "PYTHONPYCACHEPREFIX": str(self._compiled),
            "PYTHONDONTWRITEBYTECODE": "",
        }
        return RealCommand(self._gateway, "gateway", settings=self._settings, environment=environment)

    def serve(self) -> RealCommand:
        """The service's command."""
        return RealCommand(self._service, "serve", "--port", str(self._port))


def write_backlog(runs: Path, lasts_s: float) -> RunFolder:
    """A run of two pods that was recorded before there was a network."""
    pods = [PodAssignment(f"OLD{number:04}", foot, "anna") for number, foot in enumerate(Foot)]
    run, rng = create_run(runs, pods, software="surefoot test"), random.Random(1)
    with JournalWriter(run.journal_path) as journal:
        for number, pod in enumerate(pods):
            info = PodInfo(1, 7, FootCode.from_foot(pod.foot), 208.0, 16, 2000, 1024, 0, 0, pod.serial)
            journal.append(PodEntry(number, 0.0, 0, pod.foot, pod.runner, bytes(info)))
        for sequence in range(round(lasts_s / PACKET_S)):
            at_s = sequence * PACKET_S
            for number in range(len(pods)):
                journal.append(PacketEntry(number, at_s, packet_bytes(sequence, at_s, rng)))
            if journal.buffered_bytes > 1_000_000:
                journal.flush()
        journal.append(EndEntry(lasts_s))
    return run.mark_ended()


def packet_bytes(sequence: int, at_s: float, rng: random.Random) -> bytes:
    """A packet of noise."""
    span_us = round(1e6 * (PACKET_S - PACKET_S / SAMPLES))
    head = Packet.HEADER.pack(sequence, 7, round(1e6 * at_s), span_us, SAMPLES, PacketFlag(0), 0)
    return head + rng.randbytes(12 * SAMPLES)


def resident_mb(pid: int) -> float:
    """Resident memory of a process now."""
    return _status_mb(pid, "VmRSS")


def peak_mb(pid: int) -> float:
    """The most that was resident."""
    return _status_mb(pid, "VmHWM")


def watched_cpu_pct(pid: int, lasts_s: float) -> float:
    """CPU time over a while, percent of a core."""
    before_s, began_s = cpu_s(pid), time.monotonic()
    time.sleep(lasts_s)
    return 100.0 * (cpu_s(pid) - before_s) / (time.monotonic() - began_s)


def cpu_s(pid: int) -> float:
    """CPU time of a process so far."""
    fields: Sequence[str] = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _status_mb(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024.0
