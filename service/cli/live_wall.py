"""The wall around a run of this process, and how people on the command line learn where it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surefoot.service.configuration import usable_configuration
from surefoot.service.people.accounts import OWNER, StoredAccounts
from surefoot.service.settings import Settings, WallSettings
from surefoot.service.views.squad_state import SquadStateSource
from surefoot.service.views.wall import Archive, WallDataSource, wall, wall_accounts
from surefoot.service.views.wall_address import is_loopback, qr_code

WallAddress = tuple[str | None, int | None]
"""Host and port as asked for on the command line; None for those of the settings."""


@contextmanager
def run_wall(squad: SquadStateSource, runs: Path, wall_address: WallAddress, *, is_demo: bool = False) -> Iterator[str]:
    """Serve the wall while entered; yields its address. Without a port asked for, any free one replaces a taken one.

    Parameters
    ----------
    is_demo : nobody signs in to see simulated runners on this computer.
    """
    settings, everything = wall_settings(wall_address), usable_configuration().settings
    source = WallDataSource(squad, Archive(runs, everything))
    accounts = None if is_demo and is_loopback(settings.host) else accounts_with_owner(everything, settings)
    with wall(source, settings, any_port=wall_address[1] is None, accounts=accounts) as address:
        if not is_loopback(settings.host):
            print_phone_address(address)
        yield address


def accounts_with_owner(settings: Settings, shown: WallSettings) -> StoredAccounts:
    """Accounts of the wall; the first time that others see it, an owner is made, in a terminal that tells nobody else.

    Parameters
    ----------
    shown : where the wall is shown.
    """
    accounts = wall_accounts(settings, shown.host)
    if not is_loopback(shown.host) and not accounts.has_owner and sys.stdout.isatty():
        print(
            f"Others can see this wall, so whoever opens it signs in. Yours is the name {OWNER} with the password\n\n"
            f"    {accounts.make_owner()}\n\n"
            "It is shown this once; the page Account changes it. surefoot accounts add makes accounts for others.",
            flush=True,
        )
    return accounts


def wall_settings(wall_address: WallAddress, cert: Path | None = None, key: Path | None = None) -> WallSettings:
    """Usable settings with what was asked for on the command line; a certificate there needs no key of the settings."""
    wanted = dict(zip(("host", "port"), wall_address, strict=True))
    given = {name: value for name, value in wanted.items() if value is not None}
    certificate = {} if cert is None else {"cert": cert, "key": key}
    return usable_configuration().settings.wall.model_copy(update={**given, **certificate})


def print_phone_address(address: str) -> None:
    """Print the address for phones in the same network; on a terminal also as a QR code."""
    if sys.stdout.isatty():
        print(f"{qr_code(address)}\nOpen {address} on the phone, or point its camera here.", flush=True)
    else:
        print(f"Open {address} on the phone.", flush=True)
