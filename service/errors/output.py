"""What cannot be written, sent or counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surefoot.service.errors import RequestError


class OutputError(RequestError):
    """The output file cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path} cannot be written ({reason}); choose another place.")


class NoServerError(RequestError):
    """The settings name no server."""

    def __init__(self) -> None:
        super().__init__("the settings name no server; set influxdb.url or mqtt.host, surefoot config shows them.")


class NothingToCountError(RequestError):
    """There is no server whose rows can be counted."""

    def __init__(self) -> None:
        super().__init__(
            "only the rows of InfluxDB can be counted, and influxdb.url is not set; surefoot doctor looks at MQTT."
        )


class ExportError(RequestError):
    """A server does not accept exported rows."""

    def __init__(self, server: str, reason: str, advice: str) -> None:
        self.reason = reason
        super().__init__(f"{server} does not accept it ({reason}). {advice} Nothing is lost meanwhile.")


class BrowserError(RequestError):
    """There is no browser for printing, or it failed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"a PDF needs a browser ({reason}); install Chromium, or print the HTML report yourself.")


class NothingToExportError(RequestError):
    """Nothing was recorded of a runner."""

    def __init__(self, run: str, runner: str) -> None:
        self.run = run
        self.runner = runner
        super().__init__(f"of {runner} in run {run} nothing was recorded that could be exported; choose another run.")


class ExportFormUnknownError(RequestError):
    """A run cannot be exported in that form."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"a run cannot be exported as {name!r}; choose from {', '.join(known)}.")


class NoExportFolderError(RequestError):
    """Where exported files go was not said, or twice."""

    def __init__(self) -> None:
        super().__init__("say once where the files go: --to FOLDER --as FORMS, or --csv FOLDER for the readings alone.")
