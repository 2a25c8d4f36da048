"""The composition root: everything that touches the world, and the `surefoot` command line."""

from importlib.metadata import version

VERSION = version("surefoot")
"""Of the installed distribution, which has it from pyproject.toml."""
