"""The composition root: everything that touches the world, and the `surefoot` command line."""

from __future__ import annotations

VERSION: str
"""Of the installed distribution, which has it from pyproject.toml; read when it is first used."""


def __getattr__(name: str) -> str:
    if name != "VERSION":
        raise AttributeError(f"module 'surefoot.service' has no attribute {name!r}")
    from importlib.metadata import version

    return version("surefoot")
