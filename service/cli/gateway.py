"""The command `gateway`, and `gateway key`, `keys` and `revoke` on the service's computer."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from surefoot.service.gateway.keys import GatewayKeys
    from surefoot.service.gateway.plan import GatewayPlan
    from surefoot.service.settings import RunnerSettings, Settings

GatewayName = Annotated[str, typer.Argument(metavar="NAME", help="What the gateway is called, such as belt.")]

app = typer.Typer()


@app.callback(invoke_without_command=True, epilog="Example: surefoot gateway")
def gateway(
    context: typer.Context,
    ca: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Authority of the service's certificate, in PEM.")
    ] = None,
    simulated: Annotated[int, typer.Option(min=0, max=20, metavar="N", help="Simulated runners instead of pods.")] = 0,
    minutes: Annotated[
        float, typer.Option(min=1.0, max=240.0, metavar="MINUTES", help="How long each simulated run is.")
    ] = 30.0,
) -> None:
    """Record all runners' runs without analysing them, and hand them to a service, until it is stopped.

    The settings say which pods and other sensors belong to which runner, and where the service is: gateway.url and
    gateway.key. While it cannot be reached, recordings wait here.

    Ctrl-C or SIGTERM ends the current run and the gateway. After a crash, start it again: it continues the run.
    """
    if context.invoked_subcommand is not None:
        return
    from surefoot.service.cli.gateway_process import record_here, replace_process
    from surefoot.service.cli.log_output import log_to_stderr
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.runs import NoRunnerError
    from surefoot.service.exposure import warn_of_exposures

    configuration = load_configuration()
    settings = configuration.settings
    if not simulated and not settings.runners:
        raise NoRunnerError
    plan = _plan(settings, {} if simulated else settings.runners, ca)
    log_to_stderr(settings)
    warn_of_exposures(configuration)
    if simulated:
        from surefoot.service.runtime.pod_sources import simulated_squad

        record_here(plan, simulated_squad(simulated, minutes, seed=int.from_bytes(os.urandom(2))))
    else:
        replace_process(plan, settings.log)


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


def _plan(settings: Settings, runners: Mapping[str, RunnerSettings], ca: Path | None) -> GatewayPlan:
    """What the settings ask for, with the sensors of these runners; a squad brings pods of its own."""
    from surefoot.service import VERSION
    from surefoot.service.errors.gateways import NoGatewayUrlError
    from surefoot.service.gateway.plan import GatewayPlan
    from surefoot.service.runtime.pod_sources import companions_of, pods_of

    wanted = settings.gateway
    if wanted.url is None:
        raise NoGatewayUrlError
    return GatewayPlan(
        settings.data,
        settings.runs_folder,
        wanted.url,
        wanted.key.get_secret_value(),
        ca or wanted.ca_file,
        tuple(pods_of(runners)),
        tuple(companions_of(runners)),
        f"surefoot {VERSION}",
        settings.run_end.still_s,
        settings.run_end.pods_gone_s,
        wanted.keep_days,
    )


def _keys() -> GatewayKeys:
    from surefoot.service.configuration import load_configuration
    from surefoot.service.gateway.keys import GatewayKeys

    return GatewayKeys(load_configuration().settings.data)
