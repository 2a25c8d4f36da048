"""What tests hold, run as they are: who is shown what, and that a prescribed session is one run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

from tests.accuracy.report import Finding
from tests.service.people.test_roles import ADDRESSES, MINOR, SENT, VIEWERS

ROLES = ("tests/service/people/test_roles.py",)
SESSION = ("tests/service/people/test_prescribed_session.py",)


def roles() -> Iterator[Finding]:
    """The matrix of every page, address and stream, and every role."""
    roles = len(VIEWERS) + len(MINOR) + 1  # and whoever is not signed in
    yield tested(f"{len(ADDRESSES) + len(SENT)} addresses × {roles} roles", "tests that fail, of", ROLES)


def first_session() -> Iterator[Finding]:
    """The first session of a return to running: live and continued, synced, and half of each."""
    yield tested("6 × (1 min run, 4 min walk)", "tests that fail, of", SESSION)


def tested(data: str, what: str, files: tuple[str, ...]) -> Finding:
    """Tests of files, run as they are: how many fail."""
    with TemporaryDirectory(prefix="surefoot-people-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", *files]
        ended = subprocess.run(command, capture_output=True, text=True)
        suite = ElementTree.parse(report).getroot().find("testsuite") if report.exists() else None
    if suite is None:
        return Finding(data, what, ended.stdout[-200:] + ended.stderr[-200:], "0", False)
    count = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    failed = count["failures"] + count["errors"] + count["skipped"]
    for line in ended.stdout.splitlines():
        if line.startswith(("FAILED", "ERROR")):
            print(line)
    return Finding(data, f"{what} {count['tests']}", f"{failed}", "0", not failed and ended.returncode == 0)
