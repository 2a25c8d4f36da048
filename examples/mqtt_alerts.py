"""Print every alert as it arrives: python examples/mqtt_alerts.py HOST [PORT [USERNAME PASSWORD]]"""

from __future__ import annotations

import asyncio
import json
import sys

import aiomqtt


async def main(host: str, port: str = "1883", username: str | None = None, password: str | None = None) -> None:
    """Listen until Ctrl-C; an alert that comes twice has the same id."""
    seen: set[str] = set()
    async with aiomqtt.Client(host, int(port), username=username, password=password) as client:
        await client.subscribe("surefoot/v1/+/alert/+", qos=1)
        async for message in client.messages:
            alert = json.loads(message.payload)
            if alert["id"] not in seen:
                seen.add(alert["id"])
                print(f"{alert['time']}  {alert['runner']}  {alert['event']}  {alert['message']}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
