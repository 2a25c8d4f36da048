"""The core on a Cortex-M4: flash and RAM as linked, stack and instructions as run in QEMU; cycles are an estimate."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.accuracy.report import Finding
from tests.firmware_sim.core.built import SOURCES, sources
from tests.sensor_ingest.pod_store.made import gait_counts

COMPILER, SIZE, QEMU = "arm-none-eabi-gcc", "arm-none-eabi-size", "qemu-arm"
PACKAGES = "gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-user"
FLAGS = (
    "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-std=c99", "-ffunction-sections",
    "-fdata-sections", "-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections", "-Wl,-e,_start",
)  # fmt: skip
PROGRAM = Path(__file__).parent / "cortex_m4.c"
RING_PACKETS, PACKET_BYTES = 694, 240
RATE_HZ, CLOCK_MHZ, CYCLES_PER_INSTRUCTION = 208, 64, 2.0
"""Few instructions of a Cortex-M4 take more than two cycles; those that wait for its flash do."""
COUNTED = (144, 288)
"""Samples in two runs: their difference is free of what a start takes."""
MODES = ("steps are noticed", "and packets notified", "and packets kept")
MAX_FLASH_BYTES, MAX_RAM_BYTES, MAX_STACK_BYTES, MAX_INSTRUCTIONS = 16_384, 8192, 4096, 5000


@dataclass(frozen=True, slots=True)
class Linked:
    """Bytes of the core without a board's drivers, the ring apart."""

    flash_bytes: int
    ram_bytes: int
    ring_bytes: int = RING_PACKETS * PACKET_BYTES


def rows() -> Iterator[Finding]:
    """What the core takes."""
    if missing := [tool for tool in (COMPILER, SIZE, QEMU) if shutil.which(tool) is None]:
        yield Finding("Cortex-M4", ", ".join(missing), f"missing: apt-get install {PACKAGES}", "there", False)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _size_rows(linked(Path(folder)))
        yield from _run_rows(Path(folder))


def linked(folder: Path) -> Linked:
    """Flash and RAM, optimised for size."""
    program = _built(folder, "-Os", samples=0, mode=2, sectors=0)
    sizes = subprocess.run([SIZE, program], capture_output=True, text=True, check=True).stdout.splitlines()[1].split()
    text, data, bss = (int(size) for size in sizes[:3])
    return Linked(text + data, data + bss - RING_PACKETS * PACKET_BYTES)


def counted(folder: Path, samples: int, mode: int) -> tuple[int, int]:
    """Instructions from the start on, and the most bytes of stack; optimised for speed."""
    program, log = _built(folder, "-O2", samples=samples, mode=mode, sectors=20), folder / "log"
    command = [QEMU, "-singlestep", "-d", "exec,nochain", "-D", str(log), str(program)]
    stack = subprocess.run(command, capture_output=True, check=True).stdout
    with log.open("rb") as lines:
        return sum(line.startswith(b"Trace") for line in lines), int.from_bytes(stack, "little")


def _size_rows(sizes: Linked) -> Iterator[Finding]:
    flash, ram, ring = sizes.flash_bytes, sizes.ram_bytes, sizes.ring_bytes
    yield _row("flash of the core", "as linked, -Os", flash, MAX_FLASH_BYTES, "B")
    yield _row("RAM of the core", "without ring and stack", ram, MAX_RAM_BYTES, "B")
    yield _row("RAM of a ring of 60 s", f"{RING_PACKETS} packets", ring, 192 * 1024, "B")


def _run_rows(folder: Path) -> Iterator[Finding]:
    stack_bytes = 0
    for mode, what in enumerate(MODES):
        (few, _), (many, stack) = (counted(folder, samples, mode) for samples in COUNTED)
        per_sample = (many - few) / (COUNTED[1] - COUNTED[0])
        stack_bytes = max(stack_bytes, stack)
        yield _row("instructions a sample", f"{what}, in QEMU", round(per_sample), MAX_INSTRUCTIONS, "")
        share_pct = 100.0 * per_sample * CYCLES_PER_INSTRUCTION * RATE_HZ / (1e6 * CLOCK_MHZ)
        told = f"{share_pct:.1f} %"
        what = f"estimate: {CYCLES_PER_INSTRUCTION:.0f} cycles each, {CLOCK_MHZ} MHz, {RATE_HZ} Hz"
        yield Finding("share of the processor", what, told, "≤ 5 %", share_pct <= 5.0)
    yield _row("stack", "most that was used, in QEMU", stack_bytes, MAX_STACK_BYTES, "B")


def _row(data: str, what: str, value: int, most: int, unit: str) -> Finding:
    return Finding(data, what, f"{value} {unit}".rstrip(), f"≤ {most} {unit}".rstrip(), value <= most)


def _built(folder: Path, optimisation: str, *, samples: int, mode: int, sectors: int) -> Path:
    program = folder / "core.elf"
    counts = gait_counts("run", 3.3)[416 : 416 + COUNTED[1]].reshape(-1).tolist()
    values = ",".join(str(count) for count in counts)
    (folder / "counts.h").write_text(f"#include <stdint.h>\nstatic const int16_t counts[] = {{{values}}};\n")
    defined = (f"-DSAMPLES={samples}", f"-DMODE={mode}", f"-DSECTORS={sectors}")
    files = [PROGRAM, *(file for file in sources() if file.stem != "sf_binding")]
    includes = (f"-I{SOURCES}", f"-I{folder}")
    subprocess.run([COMPILER, *FLAGS, optimisation, *defined, *includes, "-o", program, *files], check=True)
    return program
