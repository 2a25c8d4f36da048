"""A watch's file, whatever it is, as an activity."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from surefoot.sensor_ingest.files.csv_reader import sentences_about
from surefoot.sensor_ingest.files.errors import FileUnreadableError
from surefoot.sensor_ingest.files.sources import Source
from surefoot.sensor_ingest.watches.activity import Activity
from surefoot.sensor_ingest.watches.errors import NoWatchFileError, WatchFileUnsafeError
from surefoot.sensor_ingest.watches.fit_activity import fit_activity
from surefoot.sensor_ingest.watches.fit_file import is_fit
from surefoot.sensor_ingest.watches.xml_activity import xml_activity

MAX_BYTES = 100_000_000
"""Of what is unpacked: a day's run at a point per second is 40 MB of TCX."""
ENDINGS = (".fit", ".tcx", ".gpx")


def read_activity(path: Path) -> Activity:
    """Read a FIT, TCX or GPX file, plain, compressed, or alone in a ZIP file.

    Raises
    ------
    RecordingError
        if the file cannot be used; its text is one sentence that names the file.
    """
    with sentences_about(path):
        data = _unpacked(path)
        if is_fit(data):
            return fit_activity(data)
        if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return xml_activity(data.lstrip(b" \t\r\n"))
        raise NoWatchFileError("an empty file" if not data else "something else")


def _unpacked(path: Path) -> bytes:
    if not stat.S_ISREG(path.stat().st_mode):
        raise FileUnreadableError("it is a folder" if path.is_dir() else "it is not a file")
    with Source(path, _member(path)).opened() as (file, _):
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise WatchFileUnsafeError(f"is larger than {MAX_BYTES / 1e6:.0f} MB")
    return data


def _member(path: Path) -> str | None:
    """The only watch's file of a ZIP file; None for any other file."""
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as archive:
        if any(info.flag_bits & 1 for info in archive.infolist()):
            raise FileUnreadableError("the archive has a password")
        found = [name for name in archive.namelist() if name.lower().endswith(ENDINGS)]
    if len(found) != 1:
        raise NoWatchFileError(f"an archive with {len(found)} such files")
    return found[0]
