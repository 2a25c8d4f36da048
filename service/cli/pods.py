"""The command that makes a computer's Bluetooth dongles pods."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer()


@app.command(epilog="Example: surefoot pods --left usb:0 --right usb:1 --scenario easy")
def pods(
    left: Annotated[str | None, typer.Option(metavar="DONGLE", help="Controller of the left pod.")] = None,
    right: Annotated[str | None, typer.Option(metavar="DONGLE", help="Controller of the right pod.")] = None,
    minutes: Annotated[
        float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long the simulated run is.")
    ] = 20.0,
    scenario: Annotated[str, typer.Option(metavar="NAME", help="What happens; a wrong name lists all.")] = "easy",
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Another seed is another run.")] = 1,
) -> None:
    """Be a simulated runner's pods, on Bluetooth dongles.

    Phones and other computers find them as they find real pods. A dongle is named as bumble names it: usb:0,
    serial:/dev/ttyACM0, tcp-client:127.0.0.1:9001. The system must not use it at the same time.

    Ctrl-C switches the pods off; the exit code is 0.
    """
    from surefoot.service.runtime import hardware_pods as dongles

    dongles.serve_pods(left, right, minutes, scenario, seed)
