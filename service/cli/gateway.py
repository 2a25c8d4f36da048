"""The commands `gateway key`, `keys` and `revoke`, on the service's computer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from surefoot.service.gateway.keys import GatewayKeys

GatewayName = Annotated[str, typer.Argument(metavar="NAME", help="What the gateway is called, such as belt.")]

app = typer.Typer(help="Record pods and hand the recordings to a service; keys for those that do.")


@app.command(epilog="Example: surefoot gateway key belt")
def key(name: GatewayName) -> None:
    """Make the key of a gateway, in the place of the one it had, and print it; it cannot be shown again.

    The gateway's settings take it as gateway.key.
    """
    print(_keys().add(name))


@app.command(epilog="Example: surefoot gateway keys")
def keys() -> None:
    """List the gateways that have a key."""
    from surefoot.dashboards.formatting import local_time

    for each in _keys().known():
        print(f"{each.name}  since {local_time(each.created_utc)}")


@app.command(epilog="Example: surefoot gateway revoke belt")
def revoke(name: GatewayName) -> None:
    """Refuse a gateway from now on; what it sent stays."""
    _keys().revoke(name)
    print(f"The gateway {name} is refused from now on.")


def _keys() -> GatewayKeys:
    from surefoot.service.configuration import load_configuration
    from surefoot.service.gateway.keys import GatewayKeys

    return GatewayKeys(load_configuration().settings.data)
