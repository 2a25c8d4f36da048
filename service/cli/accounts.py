"""The command `accounts`: who may sign in to the wall."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from surefoot.service.people.accounts import StoredAccounts
    from surefoot.service.settings import Settings

app = typer.Typer()
AccountName = Annotated[str, typer.Argument(metavar="NAME", help="What they type to sign in.")]


@app.callback(invoke_without_command=True)
def accounts(context: typer.Context) -> None:
    """Make and take away accounts of the wall.

    A runner sees everything of their own; what a coach or physio sees of them, they give and take back on their page
    /account. Where a runner is a minor, a guardian does that. An owner keeps the service, and sees runs and findings,
    never diaries. On this computer nobody signs in until there are two accounts, or wall.password is set.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command(epilog="Example: surefoot accounts add anna --role runner --runner Anna")
def add(
    name: AccountName,
    role: Annotated[str, typer.Option(metavar="ROLE", help="runner, guardian, coach, physio or owner.")],
    runner: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose account it is; of a guardian, who the minor is.")
    ] = None,
) -> None:
    """Make an account, or give it another password, which is asked for, or read from standard input."""
    from surefoot.dashboards.viewers import Role
    from surefoot.service.configuration import load_configuration
    from surefoot.service.errors.people import AccountError

    if role not in set(Role):
        raise AccountError(f"there is no role {role}; there are {', '.join(Role)}")
    whose, is_known = _runner(load_configuration().settings, runner) if runner else ("", True)
    _accounts().add(name, Role(role), _password(), whose)
    print(f"{name} can sign in as {role}." + ("" if is_known else f" Nothing is known of a runner {runner} yet."))


@app.command("list", epilog="Example: surefoot accounts list")
def list_accounts() -> None:
    """List the accounts."""
    known = _accounts().all()
    if not known:
        print("There are no accounts yet; surefoot accounts add makes one.")
    for each in known:
        print(f"{each.name}  {each.role}" + (f" of {each.speaks_for}" if each.speaks_for else ""))


@app.command(epilog="Example: surefoot accounts remove bert")
def remove(name: AccountName) -> None:
    """Take an account away; whoever has it is signed out everywhere."""
    _accounts().remove(name)
    print(f"{name} can no longer sign in.")


def _runner(settings: Settings, wanted: str) -> tuple[str, bool]:
    """Id of a runner by id or name, and whether anything is known of them."""
    from surefoot.sensor_ingest.recording.runner_ids import runner_id
    from surefoot.service.runtime.runner_traces import find_runner

    named = {each.name: runner for runner, each in settings.runners.items() if each.name is not None}
    runner = named.get(wanted, runner_id(wanted))
    found = runner if runner in settings.runners else find_runner(settings, wanted)
    return found or runner, found is not None


def _accounts() -> StoredAccounts:
    from surefoot.service.configuration import load_configuration
    from surefoot.service.views.wall import wall_accounts

    return wall_accounts(load_configuration().settings)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")
