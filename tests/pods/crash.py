"""A client that is killed twice in mid-run, its recording cut on top: what is missing, and what the rings fill."""

from __future__ import annotations

import asyncio
import random
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from bumble.transport import open_transport

from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from surefoot.firmware_sim.simulation import SimulatedRunner, Simulation
from surefoot.sensor_ingest.protocol import Packet
from surefoot.sensor_ingest.recording.entries import PacketEntry
from surefoot.sensor_ingest.recording.frames import encode_frame
from surefoot.sensor_ingest.recording.journal import MAGIC, JournalReader
from surefoot.sensor_ingest.recording.run_folder import RunFolder, create_run, open_run
from tests.accuracy.report import Finding
from tests.sensor_ingest.virtual import RUNNER, replayed, standing, truth_of, worn

ALIVE_S, DOWN_S, FOR_EVER_S = 12.0, 2.0, 600.0
CUT_BYTES = 20_000
"""Three seconds and a half of two pods."""
CUTS = 300


@dataclass(frozen=True, slots=True)
class Crashed:
    """A run that was killed, continued, killed, cut, continued and ended.

    Parameters
    ----------
    missing_s : from the newest sample on disk to the kill; the larger of both pods, for each kill.
    """

    run: RunFolder
    runner: SimulatedRunner
    missing_s: list[float]


@asynccontextmanager
async def dongle(medium: RadioMedium) -> AsyncIterator[int]:
    """A controller behind a socket, whose port is given; it loses power at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = VirtualController(f"dongle {port}", medium)
    async with await open_transport(f"tcp-server:127.0.0.1:{port}") as transport:
        controller.set_packet_sink(transport.sink)
        transport.source.set_packet_sink(controller)
        yield port
        controller.lose_power()
        controller.set_reach(False)
        transport.server.close()  # bumble leaves it to the garbage collector


async def client(medium: RadioMedium, run: RunFolder, lasts_s: float, *, killed: bool) -> None:
    """Let a client record, and kill it after a while, or wait for its end."""
    async with dongle(medium) as port:
        arguments = ("-m", "tests.pods.client", str(run.path), str(port), str(FOR_EVER_S if killed else lasts_s))
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
        if killed:
            await asyncio.sleep(lasts_s)
            process.kill()
        if await process.wait() != 0 and not killed:
            raise RuntimeError(f"the client ended with exit code {process.returncode}")


async def crashed(parent: Path) -> Crashed:
    """Three clients, one after the other, on one run."""
    async with Simulation(1) as simulation:
        runner = await simulation.add_runner(RUNNER, standing(300.0))
        run = create_run(parent, worn(runner), software="pods")
        missing_s = []
        for cut_bytes in (0, CUT_BYTES):
            await client(simulation.medium, run, ALIVE_S, killed=True)
            missing_s.append(missing(run, runner, asyncio.get_running_loop().time()))
            whole = run.journal_path.read_bytes()
            run.journal_path.write_bytes(whole[: len(whole) - cut_bytes])
            await asyncio.sleep(DOWN_S)
        await client(simulation.medium, run, ALIVE_S, killed=False)
    return Crashed(open_run(run.path), runner, missing_s)


def missing(run: RunFolder, runner: SimulatedRunner, killed_s: float) -> float:
    """Time between the newest sample on disk and the kill, the larger of both pods."""
    newest: dict[int, int] = {}
    for entry in JournalReader(run.journal_path):
        if isinstance(entry, PacketEntry):
            newest[entry.pod] = max(newest.get(entry.pod, 0), Packet.from_bytes(entry.data).sequence)
    ends_s = [pod.truth[newest[number]].time_s[-1] for number, pod in enumerate(runner.pods.values())]
    return float(killed_s - runner.start_s - min(ends_s))


def samples_missing(found: Crashed) -> tuple[int, int]:
    """Samples that are not in the recording once and in order, and how many there were."""
    taken = replayed(found.run)
    made = wrong = 0
    for number, foot in enumerate(found.runner.pods):
        truth, came = truth_of(found.runner, foot, 0.0), taken.acc_mps2(number)
        made += len(truth.acc_mps2)
        same = len(came) == len(truth.acc_mps2) and (np.diff(taken.times_s(number)) > 0.0).all()
        wrong += int((came != truth.acc_mps2).any(axis=1).sum()) if same else len(truth.acc_mps2)
    return wrong, made


def unreadable_before_a_cut(run: RunFolder, parent: Path) -> int:
    """Of many cuts anywhere, how many cost more than the entry that they went through."""
    whole = run.journal_path.read_bytes()
    rng, path, bad = random.Random(1), parent / "cut.bin", 0
    ends = np.cumsum([len(encode_frame(entry)) for entry in JournalReader(run.journal_path)]) + len(MAGIC)
    for length in sorted(rng.randrange(len(MAGIC), len(whole)) for _ in range(CUTS)):
        path.write_bytes(whole[:length])
        reader = JournalReader(path)
        bad += sum(1 for _ in reader) != int((ends <= length).sum())
    return bad


def findings() -> Iterator[Finding]:
    """In real time, with real processes."""
    with TemporaryDirectory() as folder:
        found = virtual_time.run(crashed(Path(folder)))
        worst_s = max(found.missing_s)
        yield Finding("kill -9, twice", "missing on disk", f"≤ {worst_s:.2f} s", "≤ 1 s", worst_s <= 1.0)
        wrong, made = samples_missing(found)
        cut = f"{CUT_BYTES} bytes cut, gone on with"
        yield Finding(cut, "samples recorded once, in order", f"{made - wrong} of {made}", "all", wrong == 0)
        bad = unreadable_before_a_cut(found.run, Path(folder))
        yield Finding(f"{CUTS} cuts at any byte", "all entries before are read", f"{CUTS - bad}", "all", bad == 0)
