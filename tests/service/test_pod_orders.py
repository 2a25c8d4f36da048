"""A pod blinks, and takes another foot, rate or range, by order of its owner; or one sentence says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.firmware_sim.simulation import Simulation
from surefoot.sensor_ingest.ble import pod_orders
from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.ble.pod_orders import order_pod
from surefoot.sensor_ingest.protocol import Opcode, PodInfo
from tests.sensor_ingest.stored import left
from tests.sensor_ingest.virtual import RUNNER, in_virtual_time, radio_of, standing
from tests.service.command import surefoot

POD = "SIM010001"


@pytest.fixture
def virtual_radio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each order is given to a pod of a simulation of its own."""

    async def order(_: RadioBackend, bonds: Bonds, pod: str, opcode: Opcode, *arguments: int) -> PodInfo:
        async with Simulation(1, bonded_only=True) as simulation:
            await simulation.add_runner(RUNNER, standing(60.0))
            return await order_pod(radio_of(simulation), bonds, pod, opcode, *arguments, find_timeout_s=5.0)

    def run_order(*arguments: object) -> object:
        return in_virtual_time(order(*arguments))  # type: ignore[arg-type]

    monkeypatch.setattr(pod_orders, "order_pod", run_order)
    monkeypatch.setattr("surefoot.service.cli.pods.asyncio.run", lambda done: done)


@pytest.mark.usefixtures("virtual_radio")
@pytest.mark.parametrize(
    ("order", "said"),
    [
        (("identify", POD), "is the left foot's and samples at 208 Hz, ±16 g and ±2000 °/s."),
        (("foot", "0001", "right"), "is the right foot's and samples at 208 Hz, ±16 g and ±2000 °/s."),
        (("foot", POD, "none"), "has no foot set and samples at 208 Hz, ±16 g and ±2000 °/s."),
        (("rate", POD, "416"), "is the left foot's and samples at 416 Hz, ±16 g and ±2000 °/s."),
        (("range", POD, "32", "1000"), "is the left foot's and samples at 208 Hz, ±32 g and ±1000 °/s."),
    ],
)
def test_a_pod_does_as_it_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, order: tuple[str, ...], said: str
) -> None:
    result = surefoot(capsys, "pods", *order, "--folder", tmp_path)
    assert (result.code, result.out) == (0, f"Pod {POD} {said}\n")


@pytest.mark.parametrize("order", ["confirm 0001", "foot 0001 middle", "rate 0001 200", "range 0001 16", "identify"])
def test_another_order_is_a_sentence(capsys: pytest.CaptureFixture[str], order: str) -> None:
    result = surefoot(capsys, "pods", *order.split())
    assert result.code == 2
    assert result.err.startswith(f"error: invalid value: {order!r} is not an order")
    assert result.err.count("\n") == 1


def test_a_pod_that_streams_keeps_its_rate(tmp_path: Path) -> None:
    async def order() -> None:
        async with Simulation(1) as simulation:
            pod = left(await simulation.add_runner(RUNNER, standing(60.0)))
            pod.handle_command(bytes([Opcode.START]), 247)
            await order_pod(radio_of(simulation), Bonds(tmp_path), POD, Opcode.SET_RATE, 104)

    with pytest.raises(PodRefusedError, match="it is streaming; end the run first"):
        in_virtual_time(order())
