"""The command `pods`."""

from __future__ import annotations

from typing import Annotated

import typer

from surefoot.service.cli.options import Minutes, Seed


def pods(
    left: Annotated[str | None, typer.Option(metavar="DONGLE", help="Controller of the left pod.")] = None,
    right: Annotated[str | None, typer.Option(metavar="DONGLE", help="Controller of the right pod.")] = None,
    minutes: Minutes = 20.0,
    scenario: Annotated[
        str, typer.Option(metavar="NAME", help="Scenario to simulate; an unknown name lists all.")
    ] = "easy",
    seed: Seed = 1,
) -> None:
    """Be a simulated runner's pods, on Bluetooth dongles.

    Phones and other computers find them as they find real pods. A dongle is named as bumble names it: usb:0,
    serial:/dev/ttyACM0, tcp-client:127.0.0.1:9001. The system must not use it at the same time.

    Ctrl-C switches the pods off; the exit code is 0.
    """
    from surefoot.service.runtime.hardware_pods import serve_pods

    serve_pods(left, right, minutes, scenario, seed)
