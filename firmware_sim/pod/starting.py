"""A start of a pod: it is counted, and the firmware begins; in Python, or in C where the core's library is given."""

from __future__ import annotations

import random

from surefoot.firmware_sim.pod.battery import Battery
from surefoot.firmware_sim.pod.boot_counter import RANDOM_BOOT_BITS, boot_number, count_boot
from surefoot.firmware_sim.pod.core_firmware import CoreFirmware
from surefoot.firmware_sim.pod.core_library import CoreLibrary
from surefoot.firmware_sim.pod.firmware import Firmware
from surefoot.firmware_sim.pod.flash import NorFlash
from surefoot.firmware_sim.pod.pod_settings import PodSettings

AnyFirmware = Firmware | CoreFirmware


def start_firmware(
    settings: PodSettings, battery: Battery, flash: NorFlash | None, rng: random.Random, core: CoreLibrary | None
) -> AnyFirmware:
    """Switch a pod on; one without flash has a random boot number."""
    if flash is None:
        boot, boot_count = rng.randrange(0x10000), 0
    else:
        flash.power_on()
        boot_count = count_boot(flash) if core is None else core.count_boot(flash)
        random_bits = rng.randrange(1 << RANDOM_BOOT_BITS)
        boot = boot_number(boot_count, random_bits) if core is None else core.boot_number(boot_count, random_bits)
    if core is None:
        return Firmware(settings, battery, boot, flash=flash, boot_count=boot_count)
    return CoreFirmware(core, settings, battery, boot, flash=flash, boot_count=boot_count)
