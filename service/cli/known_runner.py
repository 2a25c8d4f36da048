"""A runner of whom anything is here."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surefoot.service.settings import Settings


def known_runner(settings: Settings, wanted: str) -> str:
    """Id of a runner who ran or said something; NothingOfRunnerError where nothing is known of them."""
    from surefoot.sensor_ingest.recording.runner_ids import runner_id
    from surefoot.service.errors.people import NothingOfRunnerError
    from surefoot.service.people.people_file import PeopleFile
    from surefoot.service.store.reading import StoreReader

    runner = runner_id(wanted)
    known = set(PeopleFile(settings.data).runners())
    if settings.store_path.exists():
        with StoreReader(settings.store_path) as reader:
            known |= set(reader.runners())
    if runner not in known:
        raise NothingOfRunnerError(wanted)
    return runner
