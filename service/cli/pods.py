"""The command `pods`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from surefoot.service.cli.exit_codes import PROBLEM
from surefoot.service.cli.options import Folder, Minutes, Seed


def pods(
    action: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ORDER POD]", help="Simulate nothing; give a pod an order: see above."),
    ] = None,
    left: Annotated[str | None, typer.Option(metavar="DONGLE", help="Controller of the left pod.")] = None,
    right: Annotated[str | None, typer.Option(metavar="DONGLE", help="Controller of the right pod.")] = None,
    minutes: Minutes = 20.0,
    scenario: Annotated[
        str, typer.Option(metavar="NAME", help="Scenario to simulate; an unknown name lists all.")
    ] = "easy",
    seed: Seed = 1,
    forget_bond: Annotated[
        str | None,
        typer.Option(metavar="POD", help="Simulate nothing; forget the bond with a pod that was reset or replaced."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="POD", help="Simulate nothing; have a pod start keeping what it samples."),
    ] = None,
    stop_keeping: Annotated[
        str | None, typer.Option(metavar="POD", help="Simulate nothing; have a pod stop keeping.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="With conform: ask to switch the pod off and on, and examine that too.")
    ] = False,
    folder: Folder = None,
) -> None:
    """Be a simulated runner's pods, on Bluetooth dongles; or order or examine a pod, or forget the bond with it.

    Phones and other computers find them as they find real pods. A dongle is named as bumble names it: usb:0,
    serial:/dev/ttyACM0, tcp-client:127.0.0.1:9001. The system must not use it at the same time.

    Orders to a pod are: identify POD (it blinks), foot POD left, right or none,
    rate POD 104, 208 or 416 (Hz), range POD 16 or 32 (g) 1000 or 2000 (°/s).
    conform POD, with a serial number, its last four characters or an address, prints every sentence of the pod profile
    that the pod breaks, and where that stands; the exit code is then 1. The pod stops keeping and its ring is emptied;
    what it has stored stays, with a minute or so more. One that demands a bond is bonded with.

    Ctrl-C switches the pods off; the exit code is 0.
    """
    if action:
        _give(action, folder, restart=restart)
        return
    if forget_bond is not None:
        _forget_bond(forget_bond, folder)
        return
    if keep is not None or stop_keeping is not None:
        _order_keeping(keep, stop_keeping, folder)
        return
    from surefoot.service.runtime.hardware_pods import serve_pods

    serve_pods(left, right, minutes, scenario, seed)


def _give(action: list[str], folder: Path | None, *, restart: bool) -> None:
    from surefoot.sensor_ingest.ble.adapter import RadioBackend
    from surefoot.sensor_ingest.ble.bonds import Bonds
    from surefoot.sensor_ingest.ble.pod_orders import order_pod
    from surefoot.sensor_ingest.protocol import Opcode
    from surefoot.service.runs import runs_folder
    from surefoot.service.terminal.pods import settings_sentence

    match action:
        case ["conform", pod]:
            _conform(pod, folder, restart=restart)
            return
        case ["identify", pod]:
            order: tuple[int, ...] = (Opcode.IDENTIFY,)
        case ["foot", pod, "left" | "right" | "none" as foot]:
            order = Opcode.SET_FOOT, ("none", "left", "right").index(foot)
        case ["rate", pod, "104" | "208" | "416" as hz]:
            order = Opcode.SET_RATE, int(hz)
        case ["range", pod, "16" | "32" as g, "1000" | "2000" as dps]:
            order = Opcode.SET_RANGE, int(g), int(dps)
        case _:
            raise typer.BadParameter(f"{' '.join(action)!r} is not an order")
    bonds = Bonds(runs_folder(folder))
    print(settings_sentence(asyncio.run(order_pod(RadioBackend(), bonds, pod, Opcode(order[0]), *order[1:]))))


def _conform(pod: str, folder: Path | None, *, restart: bool) -> None:
    from surefoot.sensor_ingest.ble.adapter import RadioBackend
    from surefoot.sensor_ingest.ble.bonds import Bonds
    from surefoot.sensor_ingest.ble.conformance import conformance
    from surefoot.service.runs import runs_folder
    from surefoot.service.terminal.conformance import conformance_lines

    async def ask() -> None:
        await asyncio.to_thread(input, "Switch the pod off and on again, then press Enter. ")

    bonds = Bonds(runs_folder(folder))
    verdicts = asyncio.run(conformance(RadioBackend(), pod, bonds, restart=ask if restart else None))
    for line in conformance_lines(pod, verdicts):
        print(line)
    if any(verdict.failure for verdict in verdicts):
        raise typer.Exit(PROBLEM)


def _forget_bond(pod: str, folder: Path | None) -> None:
    from surefoot.sensor_ingest.ble.adapter import RadioBackend
    from surefoot.sensor_ingest.ble.bonds import Bonds, unpair
    from surefoot.service.errors.pods import NoBondError
    from surefoot.service.runs import runs_folder

    runs = runs_folder(folder)
    address = Bonds(runs).forget(pod)
    if address is None:
        raise NoBondError(pod, runs)
    print(f"The bond with pod {pod} is forgotten; the next run bonds with it anew.")
    if not asyncio.run(unpair(address, RadioBackend())):
        print(f"If the system's Bluetooth settings still show {address}, remove it there too.")


def _order_keeping(keep: str | None, stop_keeping: str | None, folder: Path | None) -> None:
    from surefoot.sensor_ingest.ble.adapter import RadioBackend
    from surefoot.sensor_ingest.ble.bonds import Bonds
    from surefoot.sensor_ingest.ble.keeping_orders import order_keeping
    from surefoot.service.configuration import load_configuration
    from surefoot.service.runs import runs_folder
    from surefoot.service.runtime.session_clock import told_utc_s
    from surefoot.service.terminal.pods import kept_sentence

    bonds, utc_s = Bonds(runs_folder(folder)), told_utc_s(load_configuration().settings.store_path)
    for pod, on in ((stop_keeping, False), (keep, True)):
        if pod is not None:
            ordered = asyncio.run(order_keeping(RadioBackend(), bonds, pod, on=on, utc_s=utc_s))
            print(kept_sentence(ordered))
