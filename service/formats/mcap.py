"""Readings of a runner's pods as MCAP, which Foxglove and others draw: a topic for each foot, messages in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from mcap.writer import Writer

from surefoot.analysis.model import Samples
from surefoot.sensor_ingest.recording.assembler import Batch
from surefoot.sensor_ingest.recording.replay import replay
from surefoot.sensor_ingest.recording.run_folder import RunFolder
from surefoot.service import VERSION
from surefoot.service.formats.output import created
from surefoot.service.formats.samples import ACC, GYR
from surefoot.service.pipeline.analysis import ProgressCallback
from surefoot.service.pipeline.reanalysis import replay_with_progress

AXES = "xyz"
SCHEMA_NAME = "surefoot.Reading"
ROW = "{" + ",".join(
    f'"{name}":{{' + ",".join(f'"{axis}":{digits}' for axis in AXES) + "}"
    for name, digits in (("acc_mps2", ACC), ("gyr_radps", GYR))
) + "}\n"  # fmt: skip
NANOSECONDS = 1_000_000_000


def write_mcap(run: RunFolder, runner: str, path: Path, progress: ProgressCallback) -> Path:
    """Write what a runner's pods sampled into a new file; times are nanoseconds since 1970.

    Raises
    ------
    OutputError
        if the file cannot be written or is there already.
    IngestError
        if the recording cannot be read.
    """
    zero_ns = round(run.manifest.created_utc.timestamp() * 1_000_000) * 1000
    feet = [pod.foot for pod in run.manifest.pods if pod.runner == runner]
    with created(path) as file:
        writer = Writer(file)
        writer.start(library=f"surefoot {VERSION}")
        schema = writer.register_schema(SCHEMA_NAME, "jsonschema", json.dumps(_schema()).encode())
        channels = {foot: writer.register_channel(f"/{foot}", "json", schema) for foot in feet}
        sent = dict.fromkeys(feet, 0)
        for batch in replay_with_progress(replay(run), progress, "Writing"):
            if isinstance(batch, Batch) and batch.runner == runner:
                foot = batch.samples.foot
                sent[foot] += _write(writer, channels[foot], sent[foot], batch.samples, zero_ns)
        writer.finish()
    return path


def _write(writer: Writer, channel: int, first: int, samples: Samples, zero_ns: int) -> int:
    """Write readings with their numbers, from `first` on; how many they are."""
    table = np.column_stack([samples.acc_mps2, samples.gyr_radps])
    text = ((ROW * len(table)) % tuple(table.ravel().tolist())).replace("nan", "null").encode("ascii")
    times_ns = zero_ns + np.round(samples.time_s * NANOSECONDS).astype(np.int64)
    for k, (time_ns, message) in enumerate(zip(times_ns.tolist(), text.splitlines(), strict=True)):
        writer.add_message(channel, log_time=time_ns, publish_time=time_ns, data=message, sequence=first + k)
    return len(table)


def _schema() -> dict[str, object]:
    """JSON Schema of a message: both vectors in the sensor's axes; null where there is no gyroscope."""
    number = {"type": ["number", "null"]}
    vector = {"type": "object", "properties": dict.fromkeys(AXES, number), "required": list(AXES)}
    return {
        "title": SCHEMA_NAME,
        "type": "object",
        "properties": {
            "acc_mps2": {**vector, "description": "specific force in m/s², gravity included"},
            "gyr_radps": {**vector, "description": "angular rate in rad/s"},
        },
        "required": ["acc_mps2", "gyr_radps"],
    }
