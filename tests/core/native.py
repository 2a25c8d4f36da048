"""The core on this machine: test vectors and random lives under sanitizers, histories beside the firmware in Python."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.accuracy.report import Finding
from tests.firmware_sim.core.built import COMPILER, STRICT, built, sources
from tests.firmware_sim.core.twins import histories_agree
from tests.sensor_ingest.pod_store.vectors import FOLDER

HERE = Path(__file__).parent
SANITIZED = (*STRICT, "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
LIVES, HISTORIES, EVENTS = 5_000, 100, 100


def rows() -> Iterator[Finding]:
    """What came of them."""
    yield vectors()
    yield random_lives(LIVES)
    yield twins()


def vectors() -> Finding:
    """Every kept block and record, written by the core under sanitizers."""
    program = built("vectors", COMPILER, SANITIZED, [HERE / "vectors.c", *sources()])
    lines = b"".join((FOLDER / name).read_bytes() for name in ("blocks.txt", "records.txt"))
    done = subprocess.run([program], input=lines, capture_output=True, check=False)
    found = done.stdout.decode().split()
    told = "{} blocks, {} records".format(*found) if not done.returncode else (done.stdout + done.stderr).decode()
    return Finding("test vectors", "the same bytes, under sanitizers", told, "all", not done.returncode)


def random_lives(lives: int, first_seed: int = 1) -> Finding:
    """Random commands, samples, power cuts and damage, under sanitizers."""
    program = built("random_pod", COMPILER, SANITIZED, [HERE / "random_pod.c", *sources()])
    done = subprocess.run([program, str(first_seed), str(lives)], capture_output=True, text=True, check=False)
    told = done.stdout + done.stderr
    if not done.returncode:
        told = "{} commands, {} packets, {} records sent, {} power cuts".format(*done.stdout.split())
    return Finding(f"{lives} random lives", "nothing that a sanitizer objects to", told, "none", not done.returncode)


def twins() -> Finding:
    """Random histories of two pods, one in Python and one in C."""
    cuts, packets = 0, 0
    for seed in range(HISTORIES):
        boots, newest = histories_agree(seed, EVENTS)
        cuts, packets = cuts + boots - 1, packets + newest
    told = f"{HISTORIES} of {HISTORIES}, with {cuts} restarts"
    return Finding("random histories", "packets, replies, flash as of the firmware in Python", told, "all", True)
