"""Print ground contact over a recording, minute by minute: python examples/plot_contact.py left.csv right.csv"""

from __future__ import annotations

import sys
from pathlib import Path

from surefoot.analysis import Results, Session
from surefoot.analysis.model import Foot
from surefoot.sensor_ingest.files.csv_reader import read_csv


def main(left: str, right: str) -> None:
    """Measure both feet and show their contact as bars."""
    session = Session()
    found = [
        session.push(read_csv(Path(path), foot).samples) for path, foot in ((left, Foot.LEFT), (right, Foot.RIGHT))
    ]
    results = Results.join([*found, session.flush()])
    for window in results.windows[::2]:
        for foot, metrics in window.feet.items():
            contact_ms = 1000 * metrics["ground_contact_time_s"].value
            print(f"{window.start_s / 60:6.1f} min  {foot:<5}  {contact_ms:4.0f} ms  {'█' * round(contact_ms / 10)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
