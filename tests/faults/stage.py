"""Four simulated runners, a service in a process of its own, a database and a broker; and what became of everything."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.pod.true_packet import TruePacket
from surefoot.firmware_sim.scenarios import Scenario, make_scenario
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.protocol import Packet, ProtocolError
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.journal import JournalReader
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder, list_runs
from surefoot.service.pipeline.reanalysis import analyze_run
from surefoot.service.settings import Settings
from surefoot.service.store.ledger import Ledger
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.reading import StoreReader
from surefoot.service.store.schema import EXPORTED_TABLES
from tests.faults.outcome import Outcome
from tests.pods.crash import dongle
from tests.service.exported_rows import expected, held
from tests.service.listener import Listener
from tests.service.servers import TOKEN, Broker, InfluxServer

RUNNERS, MINUTES = 4, 20.0
ROLL_EVERY_S = 9.0
PATIENCE_S = 90.0
"""Real seconds that catching up is waited for."""
TARGET_S = 60.0
"""Real seconds that it may take."""


def rolling(seed: int) -> Scenario:
    """An easy run on which an ankle rolls again and again, so that there is something to tell."""
    times_s = np.arange(40.0, 60.0 * MINUTES - 30.0, ROLL_EVERY_S)
    feet = list(Foot)
    inversion_events = tuple(InversionEvent(feet[k % 2], float(at_s)) for k, at_s in enumerate(times_s))
    return replace(make_scenario("easy", MINUTES, seed), inversion_events=inversion_events)


class Stage:
    """Everything that a fault may befall; times in `sleep` are simulated, all others real."""

    def __init__(self, folder: Path, speed: float) -> None:
        self.folder = folder
        self.speed = speed
        self.data = folder / "data"
        self.influx = InfluxServer(folder / "influxdb")
        self.broker = Broker(folder / "broker")
        self._step = folder / "step"
        self._stack = AsyncExitStack()
        self._dongle = AsyncExitStack()
        self._zero_s = time.time()
        self._kept: list[tuple[Path, bytes]] = []

    async def __aenter__(self) -> Stage:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._step.write_text("0")
        for server in (self.influx, self.broker):
            await asyncio.to_thread(self._stack.enter_context, server)
        self.listener = await asyncio.to_thread(Listener, self.broker.port, "surefoot/v1/+/alert/+")
        self._stack.callback(self.listener.close)
        self._simulation = await self._stack.enter_async_context(Simulation(7))
        plays = [rolling(seed) for seed in range(RUNNERS)]
        self._runners = [await self._simulation.add_runner(f"runner-{k}", play) for k, play in enumerate(plays, 1)]
        self._write_settings()
        await self.start_service()
        return self

    async def __aexit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            self.service.kill()
        await self.service.wait()
        await self._dongle.aclose()
        await self._stack.aclose()

    @property
    def settings(self) -> Settings:
        """As the service has them."""
        return Settings.model_validate(
            {
                "data": self.data,
                "influxdb": {"url": self.influx.url, "token": TOKEN},
                "mqtt": {"host": "127.0.0.1", "port": self.broker.port},
            }
        )

    def _write_settings(self) -> None:
        lines = [f'data = "{self.data}"', f'[influxdb]\nurl = "{self.influx.url}"\ntoken = "{TOKEN}"']
        lines += [f'[mqtt]\nhost = "127.0.0.1"\nport = {self.broker.port}', "[alerts]\ncool_down_s = 0"]
        for runner in self._runners:
            pods = {foot: pod.settings.serial for foot, pod in runner.pods.items()}
            lines.append(f'[runners.{runner.name}]\nleft = "{pods[Foot.LEFT]}"\nright = "{pods[Foot.RIGHT]}"')
        (self.folder / "surefoot.toml").write_text("\n".join(lines))

    # The service

    async def start_service(self, *wrapper: str) -> None:
        """Start it; a killed one goes on with its run."""
        port = await self._dongle.enter_async_context(dongle(self._simulation.medium))
        arguments = ["-m", "tests.faults.service", str(port), str(self.speed), str(self._zero_s), str(self._step)]
        environment = {**os.environ, "SUREFOOT_SETTINGS": str(self.folder / "surefoot.toml")}
        with (self.folder / "service.log").open("ab") as log:
            self.service = await asyncio.create_subprocess_exec(
                *wrapper, sys.executable, *arguments, env=environment, stdout=log, stderr=log
            )

    async def kill_service(self) -> None:
        """kill -9; what the disk has then must be there for ever."""
        with suppress(ProcessLookupError):
            self.service.kill()
        await self.service.wait()
        for run in list_runs(self.data / "runs"):
            reader = JournalReader(run.journal_path)
            for _ in reader:
                pass
            self._kept.append((run.journal_path, run.journal_path.read_bytes()[: reader.valid_bytes]))
        await self._dongle.aclose()

    def step_clock(self, seconds: float) -> None:
        """Set the computer's clock wrong."""
        self._step.write_text(str(seconds))
        self.service.send_signal(10)

    def store_identity(self) -> int | None:
        """Tells a store from the one that replaces it; None without any."""
        path = self.settings.store_path
        return path.stat().st_ino if path.exists() else None

    async def store_replaced(self, before: int | None) -> None:
        """Until the service has begun a new store in place of the one that was there."""
        async with asyncio.timeout(PATIENCE_S * self.speed):
            while self.store_identity() in (before, None):
                await asyncio.sleep(0.2)

    async def running(self) -> None:
        """Until every runner has new strides."""
        before = self._strides()
        async with asyncio.timeout(PATIENCE_S * self.speed):
            while any(self._strides()[runner.name] <= before[runner.name] + 3 for runner in self._runners):
                await asyncio.sleep(0.2)

    def _strides(self) -> Counter[str]:
        path = self.settings.store_path
        if not path.exists():
            return Counter()
        connection = sqlite3.connect(path)
        try:
            return Counter(dict(connection.execute("SELECT runner, count(*) FROM strides GROUP BY runner").fetchall()))
        except sqlite3.DatabaseError:
            return Counter()
        finally:
            connection.close()

    async def caught_up(self) -> float:
        """Real seconds until the service runs and nothing older than now waits to be shipped."""
        began_s = time.monotonic()
        await self.running()
        with Outbox(self.settings.store_path, "influxdb") as influx, Outbox(self.settings.store_path, "mqtt") as mqtt:
            waits = [(influx, source, self._last(source)) for source in EXPORTED_TABLES]
            waits += [(mqtt, "alerts", self._last("alerts"))]
            async with asyncio.timeout(PATIENCE_S * self.speed):
                again = Ledger(influx).to_send_again
                while again() or any(outbox.cursor(source) < seq for outbox, source, seq in waits):
                    await asyncio.sleep(0.2)
        return time.monotonic() - began_s

    def _last(self, source: str) -> int:
        connection = sqlite3.connect(self.settings.store_path)
        (last,) = connection.execute(f"SELECT coalesce(max(seq), 0) FROM {source}").fetchone()
        connection.close()
        return int(last)

    async def end(self, catch_up_s: float) -> Outcome:
        """Stop the service, and look at everything."""
        with suppress(ProcessLookupError):
            self.service.terminate()
        async with asyncio.timeout(PATIENCE_S * self.speed):
            await self.service.wait()
        return await asyncio.to_thread(self._outcome, catch_up_s)

    # What became of everything

    def _outcome(self, catch_up_s: float) -> Outcome:
        (run,) = list_runs(self.data / "runs")
        whole = run.journal_path.read_bytes()
        torn = sum(not whole.startswith(kept) for _, kept in self._kept)
        packets, missed, changed, repeated = self._packets(run)
        strides, missing, extra = self._stored(run)
        wanted, found = expected(self.settings), held(self.settings)
        wrong = sum(fields != found.get(key) for key, fields in wanted.items())
        alerts, unheard, renamed = self._alerts()
        lost = {"packets": changed + torn, "strides": missing, "points": wrong, "alerts": unheard}
        unknown = len(found.keys() - wanted.keys())
        doubled = {"packets": repeated, "strides": extra, "points": unknown, "alerts": renamed}
        counted = {"packets": packets, "strides": strides, "points": len(wanted), "alerts": alerts}
        return Outcome(counted, lost, doubled, catch_up_s, TARGET_S, missed=missed)

    def _packets(self, run: RunFolder) -> tuple[int, int, int, int]:
        """Packets between each pod's first and last, those that never came, those that are other than the pod made
        them, and samples given more than once."""
        came: dict[int, dict[int, Packet]] = {}
        for entry in JournalReader(run.journal_path):
            if isinstance(entry, PacketEntry):
                with suppress(ProtocolError):
                    packet = Packet.from_bytes(entry.data)
                    came.setdefault(entry.pod, {})[packet.sequence] = packet
        samples: dict[int, list[Samples]] = {}
        for given in replay(run):
            if isinstance(given, Batch):
                samples.setdefault(given.pod, []).append(given.samples)
        total = missed = changed = repeated = 0
        for number, packets in came.items():
            truth = {packet.sequence: packet.counts for packet in self._pod_truth(run, number)}
            wanted = range(min(packets), max(packets) + 1)
            total += len(wanted)
            missed += sum(seq not in packets for seq in wanted)
            changed += sum(not np.array_equal(packet.counts, truth[seq]) for seq, packet in packets.items())
            times_s = np.concatenate([piece.time_s for piece in samples[number]])
            repeated += len(times_s) - sum(len(packet.counts) for packet in packets.values())
            repeated += int((np.diff(times_s) <= 0.0).sum())
        return total, missed, changed, repeated

    def _pod_truth(self, run: RunFolder, number: int) -> list[TruePacket]:
        worn = run.manifest.pods[number]
        runner: SimulatedRunner = next(each for each in self._runners if each.name == worn.runner)
        return runner.pods[worn.foot].truth

    def _stored(self, run: RunFolder) -> tuple[int, int, int]:
        """Strides that the recording gives, those that the store lacks, and those that it has besides."""
        analysis = analyze_run(run, lambda *_: None)
        total = missing = extra = 0
        with StoreReader(self.settings.store_path) as reader:
            for name, runner in analysis.runners.items():
                stored = reader.results(run.manifest.run_id, name).strides
                for foot, strides in runner.results.strides.items():
                    wanted = Counter(strides.initial_contact_s.tolist())
                    there = Counter(stored[foot].initial_contact_s.tolist())
                    total += len(strides)
                    missing += (wanted - there).total()
                    extra += (there - wanted).total()
        return total, missing, extra

    def _alerts(self) -> tuple[int, int, int]:
        """Alerts in the store, those that nobody heard, and events with two ids."""
        connection = sqlite3.connect(self.settings.store_path)
        raised = {row[0]: json.loads(row[1]) for row in connection.execute("SELECT id, body FROM alerts")}
        connection.close()
        heard = [json.loads(payload) for topic, payload, _ in list(self.listener.got) if topic != "subscribed"]
        names: dict[tuple[object, ...], set[str]] = {}
        for alert in heard:
            names.setdefault(tuple(alert.get(key) for key in ("runner", "finding", "event", "severity")), set()).add(
                alert["id"]
            )
        unheard = len(raised.keys() - {alert["id"] for alert in heard})
        return len(raised), unheard, sum(len(ids) - 1 for ids in names.values())


@asynccontextmanager
async def staged(folder: Path, speed: float) -> AsyncIterator[Stage]:
    """A stage on which everybody runs and everything works."""
    async with Stage(folder, speed) as stage:
        await asyncio.sleep(14.0)
        await stage.running()
        await stage.caught_up()
        yield stage
