"""`surefoot pods conform`: what a pod breaks is said with its place on the page."""

from __future__ import annotations

import asyncio
import gc
from importlib.resources import files
from pathlib import Path

import pytest
from bumble.transport import open_transport

from surefoot.firmware_sim.radio.bleak_backend import BumbleClient
from surefoot.firmware_sim.radio.bleak_scanner import BumbleScanner
from surefoot.firmware_sim.radio.central import CentralRadio
from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController
from surefoot.sensor_ingest.ble import conformance as module
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.conform_verdicts import Verdict
from surefoot.service.terminal.conformance import line_of
from tests.sensor_ingest.test_conformance import examined
from tests.service.command import surefoot
from tests.service.real_command import RealCommand
from tests.service.servers import free_port

KEPT = Verdict("Stream", "as in the info")
BROKEN = Verdict("Control", "the write fails with ATT error `0xFD`", "the write succeeds")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*socket.socket:pytest.PytestUnraisableExceptionWarning")
def test_a_pod_in_another_process_keeps_the_profile(tmp_path: Path) -> None:
    async def examine() -> tuple[Verdict, ...]:
        medium, port = RadioMedium(), free_port()
        async with await open_transport(f"tcp-server:127.0.0.1:{port}") as transport:
            dongle = VirtualController("dongle", medium)
            dongle.set_packet_sink(transport.sink)
            transport.source.set_packet_sink(dongle)
            central = await CentralRadio.on_medium(medium)
            radio = RadioBackend({"backend": BumbleScanner, "radio": central}, {"backend": BumbleClient})
            with RealCommand(tmp_path, "pods", "--left", f"tcp-client:127.0.0.1:{port}"):
                return await module.conformance(radio, "SIM010101", Bonds(tmp_path))

    verdicts = asyncio.run(examine())
    gc.collect()
    assert [verdict for verdict in verdicts if verdict.failure] == []
    assert {verdict.section for verdict in verdicts} >= {"Stream", "Store"}


def found(monkeypatch: pytest.MonkeyPatch, *verdicts: Verdict) -> None:
    async def conformance(_radio: RadioBackend, _pod: str, _bonds: Bonds, **_: object) -> tuple[Verdict, ...]:
        return verdicts

    monkeypatch.setattr(module, "conformance", conformance)


def test_every_sentence_stands_on_the_page_in_its_section() -> None:
    page = files("surefoot.firmware_sim").joinpath("PROTOCOL.md").read_text("utf-8")
    assert all(line_of(page, verdict) > 1 for verdict in examined())
    with pytest.raises(ValueError, match="section Stream has no sentence 'as in the moon'"):
        line_of(page, Verdict("Stream", "as in the moon"))


def test_what_is_broken_is_told_with_its_place(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, KEPT, BROKEN)
    result = surefoot(capsys, "pods", "conform", "0001")
    page = files("surefoot.firmware_sim").joinpath("PROTOCOL.md").read_text("utf-8").splitlines()
    line = next(number for number, text in enumerate(page, 1) if "the write fails with ATT error `0xFD`" in text)
    assert result.code == 1
    assert result.out.splitlines() == [
        f"Control, line {line} of PROTOCOL.md: “the write fails with ATT error `0xFD`”",
        "    the write succeeds",
        "Pod 0001 keeps 1 of 2 sentences of the profile that were checked.",
    ]


def test_a_pod_that_keeps_all_of_it_is_exit_code_0(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, KEPT)
    result = surefoot(capsys, "pods", "conform", "0001")
    assert (result.code, result.out) == (0, "Pod 0001 keeps 1 of 1 sentences of the profile that were checked.\n")
