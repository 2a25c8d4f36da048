"""The store and the data folder."""

from __future__ import annotations

from pathlib import Path

from surefoot.service.errors import RequestError


class StoreError(RequestError):
    """The file of results cannot be read or written."""

    def __init__(self, path: Path, reason: str, instead: str) -> None:
        self.path = path
        self.reason = reason
        self.instead = instead
        super().__init__(f"{path} cannot be used ({reason}); {instead}.")


class StoreBrokenError(StoreError):
    """The file of results is damaged."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason, "surefoot live makes a new one from the recordings")


class DataFolderBusyError(RequestError):
    """Another process records with the same data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"another surefoot records with the data folder {folder}; stop it first, or set data to another folder."
        )


class BackupError(RequestError):
    """A backup cannot be made or restored."""

    def __init__(self, folder: Path, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"{folder}: {reason}.")
