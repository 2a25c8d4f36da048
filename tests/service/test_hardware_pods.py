"""A dongle that is not there, or none at all, is one sentence."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from bumble.transport import open_transport

from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from tests.service.command import ROOT, surefoot
from tests.service.servers import free_port


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "no dongle was named; give at least one with --left DONGLE or --right DONGLE, such as usb:0."),
        (("--left", "tcp-client:127.0.0.1:1"), "there is no usable Bluetooth dongle at tcp-client:127.0.0.1:1 ("),
        (
            ("--right", "nonsense:0"),
            "there is no usable Bluetooth dongle at nonsense:0 (unknown transport scheme);",
        ),
        (("--left", "usb:0", "--scenario", "swim"), "there is no scenario 'swim'; choose one of easy, tempo"),
    ],
)
def test_what_is_missing_is_told(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str) -> None:
    result = surefoot(capsys, "pods", *arguments)
    assert result.code == 2
    assert result.err.startswith(f"error: {sentence}")
    assert result.err.count("\n") == 1


@pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_a_pod_is_served_until_ctrl_c() -> None:
    async def controller() -> tuple[str, int]:
        port = free_port()
        async with await open_transport(f"tcp-server:127.0.0.1:{port}") as transport:
            dongle = VirtualController("dongle", RadioMedium())
            dongle.set_packet_sink(transport.sink)
            transport.source.set_packet_sink(dongle)
            command = (
                "-c",
                "from surefoot.service.cli.main import main; main()",
                "pods",
                "--left",
                f"tcp-client:127.0.0.1:{port}",
            )
            process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, stdout=subprocess.PIPE)
            assert process.stdout is not None
            said = (await process.stdout.readline()).decode()
            os.kill(process.pid, signal.SIGINT)
            return said, await process.wait()

    said, code = virtual_time.run(controller())
    assert said.startswith("SF0101-L, the left pod, can be found; it is on tcp-client:")
    assert code == 0
