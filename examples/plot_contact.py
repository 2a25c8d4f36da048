"""Plot each stride's ground contact over a recording: python examples/plot_contact.py left.csv right.csv contact.png

Needs matplotlib.
"""

from __future__ import annotations

import sys

import matplotlib.pyplot as plt

import surefoot


def main(left: str, right: str, picture: str) -> None:
    """Left as circles, right as triangles."""
    run = surefoot.analyze(left=left, right=right)
    figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
    for (foot, strides), marker in zip(run.strides.items(), "o^", strict=True):
        contact_ms = 1000 * strides.metrics["ground_contact_time_s"]
        axes.scatter(strides.initial_contact_s, contact_ms, s=12, marker=marker, label=str(foot))
    axes.set(xlabel="time (s)", ylabel="ground contact (ms)")
    axes.legend()
    figure.savefig(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
