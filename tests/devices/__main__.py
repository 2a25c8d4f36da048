"""Print what sensors of other makers hold beside pods of the profile: `make devices`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.accuracy.report import Finding, show
from tests.devices import delivery, gait
from tests.devices.rows import DEVICES, Device
from tests.devices.trial import record
from tests.sensor_ingest.virtual import in_virtual_time


def findings(device: Device) -> Iterator[Finding]:
    """Everything about one kind of sensor."""
    with TemporaryDirectory() as folder:
        trial = in_virtual_time(record(device, Path(folder)))
        yield from delivery.findings(device.name, trial)
        yield from gait.findings(device.name, trial)


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    sys.exit(0 if show(row for device in DEVICES for row in findings(device)) else 1)
