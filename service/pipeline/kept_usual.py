"""What a runner is compared with in a run, as it was frozen there."""

from __future__ import annotations

import logging

from surefoot.analysis.weeks.usual import NOTHING_KNOWN, Usual
from surefoot.sensor_ingest.recording.manifest import Manifest

log = logging.getLogger(__name__)


def kept_usual(run: Manifest, runner: str) -> Usual:
    """The runner's usual when the run began; nothing where none was kept."""
    if runner not in run.usual:
        return NOTHING_KNOWN
    try:
        return Usual.from_json(run.usual[runner])
    except (KeyError, TypeError, ValueError) as error:
        log.warning("%s: the usual of %s cannot be read (%r), and is left out.", run.run_id, runner, error)
        return NOTHING_KNOWN
