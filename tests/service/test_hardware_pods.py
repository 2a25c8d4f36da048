"""A dongle that is not there, or none at all, is one sentence."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from bumble.transport import open_transport

from surefoot.firmware_sim import virtual_time
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from surefoot.sensor_ingest.ble.bonds import Bonds
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


def test_a_bond_is_forgotten_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Bonds(tmp_path).keep("SIM010001", "C0:5F:01:00:00:01")
    forget = ("pods", "--forget-bond", "SIM010001", "--folder", tmp_path)
    result = surefoot(capsys, *forget)
    assert (result.code, result.out.splitlines()) == (
        0,
        [
            "The bond with pod SIM010001 is forgotten; the next run bonds with it anew.",
            "If the system's Bluetooth settings still show C0:5F:01:00:00:01, remove it there too.",
        ],
    )
    result = surefoot(capsys, *forget)
    assert result.code == 2
    assert result.err == f"error: {tmp_path} has no bond with a pod SIM010001; check its serial number.\n"


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
