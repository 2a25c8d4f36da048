"""The log: one place configures it. It goes to standard error, one event a line, and has no secrets in it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from surefoot.service.errors import mask_secrets

if TYPE_CHECKING:
    from pydantic import BaseModel

    from surefoot.service.settings import Settings

OURS = "surefoot"
"""Root of our loggers; the setting `log` is for them, of other packages only warnings and errors are logged."""
WEB_SERVER = "uvicorn.error"
"""Warns of every malformed request, with which a stranger could fill the log."""
HANDLER = "surefoot log"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that break or repaint a line."""


def silence_log() -> None:
    """Log nothing: people get sentences, and a log line would tear the live view."""
    logging.getLogger().addHandler(logging.NullHandler())


def log_to_stderr(settings: Settings) -> None:
    """Log to standard error from the level of the settings on, instead of where it went before."""
    log_lines(settings.log, [*_secrets(settings)])


def log_lines(level_name: str, secrets: Sequence[str]) -> None:
    """Log to standard error from a level on, such as `warning`, without these secrets."""
    root, level = logging.getLogger(), logging.getLevelNamesMapping()[level_name.upper()]
    for handler in [each for each in root.handlers if each.name == HANDLER]:
        root.removeHandler(handler)
    output = logging.StreamHandler()
    output.name = HANDLER
    output.setFormatter(LineFormatter(secrets))
    root.addHandler(output)
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger(OURS).setLevel(level)
    logging.getLogger(WEB_SERVER).setLevel(logging.ERROR)


class LineFormatter(logging.Formatter):
    """Formats an event as one line: time in UTC, level, logger, sentence; a traceback follows in the same line.

    Parameters
    ----------
    secrets : masked wherever they appear.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        text = mask_secrets(super().format(record), self._secrets)
        return CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


def _secrets(settings: BaseModel) -> Iterator[str]:
    """Every secret in the settings, and the password in an address."""
    from pydantic import BaseModel, SecretStr

    for _, value in settings:
        if isinstance(value, BaseModel):
            yield from _secrets(value)
        elif isinstance(value, SecretStr):
            yield value.get_secret_value()
        elif isinstance(value, str) and "://" in value:
            yield urlsplit(value).password or ""
