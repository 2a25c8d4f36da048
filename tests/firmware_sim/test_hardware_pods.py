"""Pods on external controllers, reached over a socket."""

from __future__ import annotations

import asyncio
import gc
import re

import pytest
from bumble.transport import open_transport

from surefoot.analysis.model import Foot
from surefoot.firmware_sim.hardware_pods import ControllerError, open_hardware_pods
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from surefoot.firmware_sim.scenarios import make_scenario
from surefoot.firmware_sim.virtual_time import run
from surefoot.sensor_ingest.protocol import Opcode
from tests.firmware_sim.pod_listener import listening_on
from tests.service.servers import free_port


# bumble leaves the listening socket of its TCP server to the garbage collector
@pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_a_pod_streams_through_a_controller_behind_a_socket() -> None:
    async def stream() -> list[int]:
        medium = RadioMedium()
        port = free_port()
        async with await open_transport(f"tcp-server:127.0.0.1:{port}") as transport:
            controller = VirtualController("dongle", medium)
            controller.set_packet_sink(transport.sink)
            transport.source.set_packet_sink(controller)
            central = await CentralRadio.on_medium(medium)
            async with (
                open_hardware_pods({Foot.RIGHT: f"tcp-client:127.0.0.1:{port}"}, make_scenario("easy", 1.0)) as pods,
                listening_on(central, (pod := pods[Foot.RIGHT]).settings.name) as listener,
            ):
                with pytest.raises(RuntimeError, match="only a pod on a virtual radio can be put out of reach"):
                    await pod.outage(1.0)
                await listener.command(Opcode.START)
                await asyncio.sleep(2.0)
                return [packet.sequence for packet in listener.packets]

    sequences = run(stream(), speed=2.0)
    gc.collect()
    assert sequences == list(range(len(sequences)))
    assert len(sequences) > 15


@pytest.mark.parametrize("transport", ["tcp-client:127.0.0.1:1", "serial:/dev/absent", "nonsense:0"])
def test_a_controller_that_is_not_there_is_an_error_of_ours(transport: str) -> None:
    async def enter() -> None:
        async with open_hardware_pods({Foot.LEFT: transport}, make_scenario("easy", 1.0)):
            pass

    with pytest.raises(ControllerError, match=re.escape(transport)):
        run(enter())


@pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_what_is_no_controller_is_an_error_of_ours() -> None:
    async def enter() -> None:
        async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.close()

        port = free_port()
        async with (
            await asyncio.start_server(hang_up, "127.0.0.1", port),
            open_hardware_pods({Foot.LEFT: f"tcp-client:127.0.0.1:{port}"}, make_scenario("easy", 1.0)),
        ):
            pass

    with pytest.raises(ControllerError, match="tcp-client"):
        run(enter(), speed=10.0)
