"""Print right against left, half-minute by half-minute: python examples/left_against_right.py left.csv right.csv"""

from __future__ import annotations

import sys

import surefoot

CONTACT = "ground_contact_time_s"


def main(left: str, right: str) -> None:
    """Asymmetry of ground contact with its 95 % interval, then every metric over the whole run."""
    run = surefoot.analyze(left=left, right=right)
    for window in run.windows:
        if CONTACT in window.asymmetry_pct:
            found = window.asymmetry_pct[CONTACT]
            print(f"{window.start_s:6.0f} s  {found.value:+5.1f} %  ({found.low:+.1f} to {found.high:+.1f})")
    for key, metric in surefoot.STRIDE_METRICS.items():
        asymmetry_pct = run.summary.get(f"{key}_asymmetry_pct")
        if asymmetry_pct is not None:
            print(f"{metric.label:<20} {asymmetry_pct:+5.1f} %")


if __name__ == "__main__":
    main(*sys.argv[1:])
