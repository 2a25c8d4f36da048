"""Everything surefoot writes for fixed inputs, as text, with what depends on the day or the version taken out."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from surefoot.analysis.model import Foot, Samples
from surefoot.firmware_sim.body.motion import simulate
from surefoot.firmware_sim.pod.imu import Imu, read_imu
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.service.cli.main import main
from surefoot.service.serialization import mqtt_messages as messages
from surefoot.service.serialization.home_assistant import discovery
from surefoot.service.serialization.line_protocol import lines
from surefoot.service.settings import Settings
from surefoot.service.store.outbox import Outbox
from surefoot.service.store.schema import EXPORTED_TABLES
from tests.service.demo_runs import record_demo_run
from tests.service.stored_runs import CREATED, finding, manifest, store_samples

SCENARIOS = {"ankle-roll": 4.0, "fatiguing-left": 16.0, "walk-run": 6.0, "obstacles": 4.0}
"""Name → minutes."""


def outputs() -> Iterator[tuple[str, str]]:
    """Name and text of each output."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        for scene, minutes in SCENARIOS.items():
            samples = _samples(scene, minutes)
            files = [_written(folder / f"{scene}-{foot}.csv", rows) for foot, rows in samples.items()]
            yield from _of_files(scene, files, folder)
            yield from _of_store(scene, samples, folder / f"{scene}.sqlite")
        yield from _of_run(folder)


def _samples(scene: str, minutes: float) -> dict[Foot, Samples]:
    play = make_scenario(scene, minutes, seed=5)
    motion = simulate(play.runner, play.plan, 5, play.inversion_events)
    return {foot: read_imu(motion, foot, Imu(), 5) for foot in Foot}


def _written(path: Path, samples: Samples) -> Path:
    columns = np.hstack([samples.time_s[:, None], samples.acc_mps2, samples.gyr_radps])
    names = ["time_s", *(f"acc_{axis}_mps2" for axis in "xyz"), *(f"gyr_{axis}_radps" for axis in "xyz")]
    np.savetxt(path, columns, fmt="%.5f", delimiter=",", header=",".join(names), comments="")
    return path


def _of_files(scene: str, files: list[Path], folder: Path) -> Iterator[tuple[str, str]]:
    left, right = files
    report = folder / "report.html"
    out = _surefoot("analyze", "--left", left, "--right", right, "--json", "-", "--report", report)
    yield f"{scene}/json", _without_version(out)
    yield f"{scene}/report", report.read_text(encoding="utf-8")
    yield f"{scene}/table", _surefoot("analyze", "--left", left, "--right", right)
    yield f"{scene}/left only", _without_version(_surefoot("analyze", "--left", left, "--json", "-"))


def _of_store(scene: str, samples: dict[Foot, Samples], path: Path) -> Iterator[tuple[str, str]]:
    settings = Settings(data=path.with_suffix(""))
    settings.data.mkdir()
    store_samples(settings, samples, [finding(at_s=20.0)], run=manifest(created=CREATED))
    yield f"{scene}/sqlite", _dump(settings.store_path)
    with Outbox(settings.store_path, "nobody") as outbox:
        rows = {source: outbox.pending(source, 1_000_000) for source in EXPORTED_TABLES}
    yield (
        f"{scene}/influxdb",
        "\n".join(line for source in EXPORTED_TABLES for row in rows[source] for line in lines(source, row)),
    )
    yield f"{scene}/mqtt", "\n".join(repr(message) for message in _messages(rows))


def _messages(rows: Mapping[str, Sequence[sqlite3.Row]]) -> Iterator[messages.Message]:
    yield messages.status("service-1", "online")
    for row in rows["runs"]:
        yield discovery(row, "service-1")
        yield messages.run_status(row, "running")
    yield from (messages.stride(row) for row in rows["strides"])
    yield from (messages.window(row) for row in rows["live"])
    yield from (messages.alert(row, 0.5, late=False) for row in rows["alerts"])
    yield from messages.alert_states(rows["runs"][0]["runner"], rows["alerts"])
    yield from (messages.summary(row) for row in rows["summaries"])


def _of_run(folder: Path) -> Iterator[tuple[str, str]]:
    """A run over the simulated radio, two runners, analysed from its recording."""
    run = record_demo_run(folder / "runs", 3.0, runners=2).run
    for runner in run.manifest.runners:
        yield f"run/{runner}", _without_version(_surefoot("analyze", run.path, "--runner", runner, "--json", "-"))


def _surefoot(*arguments: object) -> str:
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(StringIO()):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"surefoot {arguments} ended with {end.code}") from end
    return out.getvalue()


def _without_version(text: str) -> str:
    body = json.loads(text)
    del body["surefoot"]
    return json.dumps(body)


def _dump(path: Path) -> str:
    """All rows, but for the time at which an alert was stored, and since when this computer is on."""
    with sqlite3.connect(path) as store:
        store.execute("UPDATE alerts SET stored_utc_s = 0.0")
        store.execute("UPDATE run_clocks SET boot = '', zero_s = 0.0")
        text = "\n".join(store.iterdump())
    store.close()
    return text
