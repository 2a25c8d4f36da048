"""Recordings are read where only numpy and scipy are installed."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import packages_distributions

IMPORT_READER = """
import sys
before = set(sys.modules)
import surefoot.sensor_ingest.files.csv_reader
print(*{name.split(".")[0] for name in set(sys.modules) - before})
"""

TAKEN_WHERE_IT_IS = {"charset_normalizer"}
"""By numpy.f2py, which scipy loads."""


def test_reading_a_csv_file_needs_numpy_and_scipy_only() -> None:
    found = subprocess.run([sys.executable, "-c", IMPORT_READER], capture_output=True, text=True, check=True)
    installed = packages_distributions().keys() - {"surefoot"}
    assert set(found.stdout.split()) & installed <= {"numpy", "scipy"} | TAKEN_WHERE_IT_IS
