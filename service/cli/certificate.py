"""The command `certificate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def certificate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...", help="Host names and addresses of the wall; by default this computer's own."
        ),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the files go; by default a folder of the data folder.")
    ] = None,
) -> None:
    """Make a certificate for the wall, and the authority that phones trust for it.

    A phone's Bluetooth and its storage need HTTPS. The authority is made once, and each phone is told to trust it once;
    the certificate is made anew by each call and lasts 13 months.
    """
    from datetime import UTC, datetime

    from surefoot.service.configuration import load_configuration
    from surefoot.service.views.local_authority import CERTIFICATE_LASTS, write_certificate
    from surefoot.service.views.wall_address import own_names

    place = folder or load_configuration().settings.data / "certificates"
    wanted = names or own_names()
    files = write_certificate(place, wanted, datetime.now(UTC))
    print(f"A certificate for {', '.join(wanted)}, for {CERTIFICATE_LASTS.days} days.")
    print(f"Tell each phone once to trust {files.authority}; docs/guides/phone.md says how.")
    print(f"surefoot serve --host 0.0.0.0 --cert {files.certificate} --key {files.key}")
