"""What other users of this computer can read of recordings and secrets, and what to do about it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

from surefoot.sensor_ingest.recording.private_files import is_private
from surefoot.service.configuration import FILE_SUFFIX, Configuration, Environment
from surefoot.service.settings import setting_types

log = logging.getLogger(__name__)


def exposures(configuration: Configuration, environment: Environment = os.environ) -> list[str]:
    """A sentence for each folder or file that others can read and should not."""
    settings = configuration.settings
    folders = dict.fromkeys((settings.data, settings.runs_folder))
    told = [_told(path, "holds recordings", 700) for path in folders if not is_private(path) and path.is_dir()]
    secrets = dict.fromkeys(_secret_files(configuration, environment))
    return told + [_told(path, "holds a secret", 600) for path in secrets if not is_private(path)]


def warn_of_exposures(configuration: Configuration) -> None:
    """Log them."""
    for sentence in exposures(configuration):
        log.warning("%s.", sentence)


def _secret_files(configuration: Configuration, environment: Environment) -> Iterator[Path]:
    """The settings file with a secret in it, the files that secrets are read from, and the key of the wall."""
    kinds, wall = setting_types(), configuration.settings.wall
    for path, source in configuration.sources.items():
        if kinds.get(path) is SecretStr and source.endswith(FILE_SUFFIX):
            yield Path(environment.get(source, source))
        elif kinds.get(path) is SecretStr and source not in environment:
            yield Path(source)
    yield from (each for each in (wall.key or wall.cert,) if each is not None)


def _told(path: Path, what: str, mode: int) -> str:
    return f"{path} {what} and can be read by others; chmod {mode} {path}"
