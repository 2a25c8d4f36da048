"""`surefoot pods conform`: what a pod breaks is said with its place on the page."""

from __future__ import annotations

from importlib.resources import files

import pytest

from surefoot.sensor_ingest.ble import conformance as module
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.conform_verdicts import Verdict
from surefoot.service.terminal.conformance import line_of
from tests.sensor_ingest.test_conformance import examined
from tests.service.command import surefoot

KEPT = Verdict("Stream", "as in the info")
BROKEN = Verdict("Control", "the write fails with ATT error `0xFD`", "the write succeeds")


def found(monkeypatch: pytest.MonkeyPatch, *verdicts: Verdict) -> None:
    async def conformance(_radio: RadioBackend, _pod: str) -> tuple[Verdict, ...]:
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


def test_another_order_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    result = surefoot(capsys, "pods", "confirm", "0001")
    assert result.code == 2
    assert result.err.startswith("error: invalid value: 'confirm 0001' is not an order; the only one is: conform POD")
