"""The command `scan`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer


def scan(
    seconds: Annotated[float, typer.Option(min=0.5, max=300.0, metavar="SECONDS", help="How long to listen.")] = 5.0,
) -> None:
    """Show the pods in range."""
    from rich.console import Console

    from surefoot.sensor_ingest.ble.discovery import discover_pods
    from surefoot.service.terminal.pods import pod_table

    with Console(stderr=True).status("Listening for pods"):
        pods = asyncio.run(discover_pods(timeout_s=seconds))
    if pods:
        Console(highlight=False).print(pod_table(pods))
    else:
        print("No pod is in range. Wake the pods by moving the shoes, bring them near and try again.")
