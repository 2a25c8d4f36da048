"""The command `scan`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def scan(
    seconds: Annotated[float, typer.Option(min=0.5, max=300.0, metavar="SECONDS", help="How long to listen.")] = 5.0,
) -> None:
    """Show the pods in range, and other sensors that can be recorded with them."""
    from rich.console import Console
    from rich.text import Text

    from surefoot.sensor_ingest.ble.discovery import discover
    from surefoot.sensor_ingest.devices.limits import limits_before
    from surefoot.service.terminal.pods import companion_table, pod_table

    with Console(stderr=True).status("Listening for pods"):
        found = asyncio.run(discover(timeout_s=seconds))
    pods, console = found.pods, Console(highlight=False)
    if pods:
        console.print(pod_table(pods))
        for limits in limits_before(pod.tag for pod in pods):
            console.print(Text(str(limits)))
    else:
        print("No pod is in range. Wake the pods by moving the shoes, bring them near and try again.")
    if found.companions:
        console.print(
            Text("\nOther sensors, which surefoot run can record too"), companion_table(found.companions), sep="\n"
        )
