"""Print how long after the closing sample an alert is with whoever listens at the broker: `make latency`.

Simulated runners whose ankles roll again and again, their packets in real time as pods fill them; the analysis, the
store, the shipper and the broker are the real ones. Time counts from when the packet with the last sample that it took
to know was full.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.findings import Kind
from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.inversion_events import InversionEvent
from surefoot.firmware_sim.body.motion import PlannedBout, RunnerProfile, simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.sensor_ingest.protocol import MAX_SAMPLES
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.manifest import Manifest, PodAssignment
from surefoot.service.exporters.exporter_thread import ExporterThread
from surefoot.service.pipeline.runner_analysis import RunAnalysis
from surefoot.service.runtime.result_recorder import ResultRecorder
from surefoot.service.settings import Settings
from tests.accuracy.report import Finding, show
from tests.service.listener import Listener
from tests.service.servers import Broker

RUNNERS, ROLLS = 6, 180
FIRST_S, EVERY_S = 30.0, 2.0
TARGET_S, LEAST_ROLLS = 0.25, 1000
LAST_S = 3.0
Packet = tuple[float, Batch]
TOPIC = f"surefoot/v1/+/alert/{Kind.INVERSION_EVENT}"


def packets() -> list[Packet]:
    """All runners' packets, each with the time at which it is full, in order."""
    rng = np.random.default_rng(1)
    made: list[Packet] = []
    for k in range(RUNNERS):
        inversion_events = [InversionEvent(list(Foot)[n % 2], FIRST_S + n * EVERY_S) for n in range(ROLLS)]
        plan = [PlannedBout("still", 5.0), PlannedBout("run", FIRST_S + ROLLS * EVERY_S, float(rng.uniform(2.5, 3.5)))]
        motion = simulate(RunnerProfile(), plan, k, inversion_events=inversion_events)
        for side, foot in enumerate(Foot):
            samples = read_imu(motion, foot, Imu(), k)
            made += [
                (float(piece.time_s[-1]), Batch(2 * k + side, f"runner-{k + 1}", piece))
                for piece in _cut(samples, int(rng.integers(1, MAX_SAMPLES)))
            ]
    return sorted(made, key=lambda packet: packet[0])


def _cut(samples: Samples, first: int) -> Iterator[Samples]:
    yield samples[:first]
    for begin in range(first, len(samples), MAX_SAMPLES):
        yield samples[begin : begin + MAX_SAMPLES]


def play(folder: Path, made: list[Packet]) -> list[float]:
    """Everything in real time; seconds from each roll's closing packet to its delivery."""
    with Broker(folder / "broker") as broker:
        settings = Settings.model_validate(
            {
                "data": folder / "data",
                "mqtt": {"host": "127.0.0.1", "port": broker.port},
                "alerts": {"cool_down_s": 0, "severity": "near_miss"},
            }
        )
        listener = Listener(broker.port, TOPIC)
        pods = {
            packet.pod: PodAssignment(f"{packet.pod:04d}", packet.samples.foot, packet.runner) for _, packet in made
        }
        run = Manifest("latency", datetime.now(UTC), "test", tuple(pods[number] for number in sorted(pods)))
        began_s = time.monotonic()

        def since() -> float:
            return time.monotonic() - began_s

        with (
            ExporterThread(settings) as exporters,
            ResultRecorder(settings.store_path, run, settings, now_s=since, on_rows=exporters.notify) as recorder,
        ):
            analysis = RunAnalysis(run.pods, sink=recorder.record)
            for full_s, packet in made:
                time.sleep(max(full_s - since(), 0.0))
                analysis.push(packet)
            time.sleep(LAST_S)
        listener.close()
    return list(_latencies(listener, made, began_s))


def _latencies(listener: Listener, made: list[Packet], began_s: float) -> Iterator[float]:
    full_s: dict[tuple[str, str], list[float]] = {}
    for at_s, packet in made:
        full_s.setdefault((packet.runner, packet.samples.foot.value), []).append(at_s)
    for (topic, payload, _), heard_s in zip(listener.got, listener.at_s, strict=True):
        alert = json.loads(payload) if topic != "subscribed" else {}
        if alert.get("event") == "raised":
            ends_s = np.array(full_s[alert["runner"], alert["foot"]])
            closing_s = ends_s[np.searchsorted(ends_s, alert["known_s"] - 1e-6)]
            yield heard_s - began_s - float(closing_s)


def findings() -> Iterator[Finding]:
    """The figures with their targets."""
    made = packets()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found_s = play(Path(folder), made)
    p50_s, p99_s = np.percentile(found_s, [50, 99]) if found_s else (np.nan, np.nan)
    what = f"{RUNNERS} runners in real time"
    count = f"of {RUNNERS * ROLLS}, at least {LEAST_ROLLS}"
    yield Finding(what, "rolls told at the broker", str(len(found_s)), count, len(found_s) >= LEAST_ROLLS)
    yield Finding(what, "closing packet to delivery, p50", f"{1000 * p50_s:.0f} ms", "", True)
    worst = f"{1000 * p99_s:.0f} ms"
    yield Finding(what, "closing packet to delivery, p99", worst, f"≤ {1000 * TARGET_S:.0f} ms", p99_s <= TARGET_S)
    yield Finding(what, "worst", f"{1000 * max(found_s, default=np.nan):.0f} ms", "", True)


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    sys.exit(0 if show(findings()) else 1)
