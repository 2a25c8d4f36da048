"""Recordings of a data folder are listed while others move and delete them."""

from __future__ import annotations

from pathlib import Path

import pytest

from surefoot.service.runtime import recorded
from surefoot.service.settings import Settings


def test_a_data_folder_without_any_recording_has_none(tmp_path: Path) -> None:
    assert recorded.recordings(Settings(data=tmp_path / "data")) == []


def test_a_sender_whose_folder_goes_while_parts_are_listed_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=tmp_path / "data")
    (settings.parts_folder / "belt").mkdir(parents=True)
    look = recorded.part_folders

    def look_and_lose(settings: Settings) -> list[Path]:
        folders = look(settings)
        for folder in folders:
            folder.rmdir()
        return folders

    monkeypatch.setattr(recorded, "part_folders", look_and_lose)
    assert recorded.parts(settings) == []
