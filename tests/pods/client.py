"""A client in a process of its own, so that it can be killed: `python -m tests.pods.client RUN PORT SECONDS`.

Its Bluetooth controller is on the other side of a socket, as a dongle is on the other side of USB.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from pathlib import Path

from bumble.transport import open_transport

from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.live_run import LiveRun
from surefoot.sensor_ingest.recording.run_folder import open_run
from surefoot.service.runtime.run_loop import record_run


async def main(run: Path, port: int, lasts_s: float) -> None:
    """Record and analyse the run, or go on with it."""
    async with await open_transport(f"tcp-client:127.0.0.1:{port}") as controller:
        central = await CentralRadio.on_controller(controller.source, controller.sink)
        radio = RadioBackend({"backend": BumbleScanner, "radio": central}, {"backend": BumbleClient})
        await record_run(LiveRun(open_run(run), radio), max_duration_s=lasts_s)


if __name__ == "__main__":
    logging.getLogger().addHandler(logging.NullHandler())
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
