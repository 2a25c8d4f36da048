"""The flash is NOR: programming only clears bits, only erasing sets them, and a power cut leaves either half done."""

from __future__ import annotations

import random

import pytest

from surefoot.firmware_sim.pod.boot_counter import COUNTER_SECTORS
from surefoot.firmware_sim.pod.flash import SECTOR_BYTES, NorFlash, PowerCutError
from tests.firmware_sim.core.parts import CountBoot


def test_programming_clears_bits_and_erasing_sets_them() -> None:
    flash = NorFlash(2 * SECTOR_BYTES)
    flash.program(10, b"\xf0\x0f")
    flash.program(10, b"\x3c\xff")
    assert flash.read(9, 4) == b"\xff\x30\x0f\xff"
    flash.program(SECTOR_BYTES + 1, b"\x00")
    flash.erase(0)
    assert flash.read(0, SECTOR_BYTES) == b"\xff" * SECTOR_BYTES
    assert flash.read(SECTOR_BYTES, 2) == b"\xff\x00"


@pytest.mark.parametrize("size", [0, -SECTOR_BYTES, 5000])
def test_flash_has_whole_sectors(size: int) -> None:
    with pytest.raises(ValueError, match="whole sectors"):
        NorFlash(size)


def test_what_real_flash_cannot_do_is_a_mistake_of_the_firmware() -> None:
    flash = NorFlash(SECTOR_BYTES)
    with pytest.raises(ValueError, match="beyond its page"):
        flash.program(250, bytes(7))
    with pytest.raises(ValueError, match="beyond its sector"):
        flash.read(4000, 97)
    with pytest.raises(ValueError, match="no sector 1"):
        flash.erase(1)


def test_a_power_cut_leaves_a_random_subset_of_a_page() -> None:
    flash = NorFlash(SECTOR_BYTES)
    flash.cut_power_after(1, random.Random(1))
    flash.program(0, bytes(256))
    with pytest.raises(PowerCutError):
        flash.program(256, bytes(256))
    assert flash.read(0, 256) == bytes(256)
    assert 800 < sum(byte.bit_count() for byte in flash.read(256, 256)) < 1250
    with pytest.raises(PowerCutError):
        flash.program(512, bytes(1))
    flash.power_on()
    assert flash.read(512, 1) == b"\xff"
    flash.program(256, bytes(256))
    assert flash.read(256, 256) == bytes(256)


def test_a_power_cut_leaves_a_half_erased_sector() -> None:
    flash = NorFlash(SECTOR_BYTES)
    flash.program(0, bytes(256))
    flash.cut_power_after(0, random.Random(1))
    with pytest.raises(PowerCutError):
        flash.erase(0)
    assert 800 < sum(byte.bit_count() for byte in flash.read(0, 256)) < 1250


def test_starts_are_counted_whatever_the_power_does(counter: CountBoot) -> None:
    rng, flash, counts = random.Random(4), NorFlash(COUNTER_SECTORS * SECTOR_BYTES), [0]
    for _ in range(1600):
        if not rng.randrange(3):
            flash.cut_power_after(rng.randrange(2), rng)
        try:
            counts.append(counter(flash))
        except PowerCutError:
            flash.power_on()
    assert counts == sorted(set(counts))
    assert 1000 < counts[-1] < 1600
