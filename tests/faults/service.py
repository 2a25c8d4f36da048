"""The service in a process of its own, so that it can be killed: `tests.faults.service PORT SPEED ZERO STEP`.

Its Bluetooth controller is on the other side of a socket. `ZERO` is the moment, in seconds since 1970, from which on
time passes `SPEED` times as fast; `STEP` names a file with seconds by which the computer's clock is wrong, read anew on
SIGUSR1.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

REAL = time.time
STEP_S = [0.0]


def step(path: Path) -> None:
    """Set the computer's clock, for everything that reads it."""
    STEP_S[0] = float(path.read_text())
    time.time = lambda: REAL() + STEP_S[0]
    time.time_ns = lambda: int((REAL() + STEP_S[0]) * 1e9)


step(Path(sys.argv[4]))
signal.signal(signal.SIGUSR1, lambda *_: step(Path(sys.argv[4])))

from bumble.transport import open_transport  # noqa: E402 - whoever reads the clock must find the one that was set

from surefoot.firmware_sim import virtual_time  # noqa: E402
from surefoot.firmware_sim.radio.bleak_backend import BumbleClient  # noqa: E402
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner  # noqa: E402
from surefoot.firmware_sim.radio.central import CentralRadio  # noqa: E402
from surefoot.sensor_ingest.ble.adapter import RadioBackend  # noqa: E402
from surefoot.service.configuration import load_configuration  # noqa: E402
from surefoot.service.exporters.exporter_thread import ExporterThread  # noqa: E402
from surefoot.service.runtime.daemon import Daemon, DaemonContext  # noqa: E402
from surefoot.service.runtime.data_folder import recording_data_folder  # noqa: E402
from surefoot.service.runtime.pod_sources import BluetoothPods  # noqa: E402
from surefoot.service.runtime.shutdown import StopRequest  # noqa: E402


async def main(port: int, context: DaemonContext) -> None:
    """Serve until SIGTERM."""
    loop = asyncio.get_running_loop()
    async with await open_transport(f"tcp-client:127.0.0.1:{port}") as controller:
        central = await CentralRadio.on_controller(controller.source, controller.sink)
        radio = RadioBackend({"backend": BumbleScanner, "radio": central}, {"backend": BumbleClient})
        serving = Daemon(context)
        with StopRequest(lambda: loop.call_soon_threadsafe(serving.stop)):
            await serving.run(BluetoothPods(context.settings.runners, radio), 1)


def scaled(speed: float, zero_s: float) -> Callable[[], float]:
    """The computer's clock, at the speed of the simulation, and as wrong as it is."""
    return lambda: zero_s + (REAL() - zero_s) * speed + STEP_S[0]


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = load_configuration().settings
    speed, zero_s = float(sys.argv[2]), float(sys.argv[3])
    with recording_data_folder(settings), ExporterThread(settings) as exporters:
        context = DaemonContext(
            settings,
            exporters.notify,
            lambda text: print(text, flush=True),
            scaled(speed, zero_s),
            lambda: speed * time.monotonic(),
        )
        virtual_time.run(main(int(sys.argv[1]), context), speed=speed)
