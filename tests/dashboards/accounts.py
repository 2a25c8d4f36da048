"""Accounts of a wall without a data folder."""

from __future__ import annotations

from pathlib import Path

from surefoot.dashboards.wall.access import Password
from surefoot.service.people.accounts import StoredAccounts


def owner(password: str) -> StoredAccounts:
    """One owner, with a password; nobody without one."""
    return StoredAccounts(Path("nowhere"), Password(password) if password else None)
