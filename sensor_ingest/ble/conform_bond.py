"""Whether a pod that demands a bond keeps strangers out, as the pod profile says."""

from __future__ import annotations

import sys

from bleak.exc import BleakError

from surefoot.sensor_ingest.ble.adapter import RadioBackend
from surefoot.sensor_ingest.ble.bonds import Bonds
from surefoot.sensor_ingest.ble.conform_link import ConformLink
from surefoot.sensor_ingest.ble.conform_verdicts import Verdicts
from surefoot.sensor_ingest.ble.errors import PodRefusedError
from surefoot.sensor_ingest.pod_store.store_protocol import STORE_INFO_UUID
from surefoot.sensor_ingest.protocol import BOND_UUID, Opcode

BONDED = b"\x01"
NOT_ENCRYPTED = 0x05, 0x0F
_SECTION = "Bonding"
_PAIR_BY_THEMSELVES = "linux", "darwin"
"""Systems that pair as soon as a pod refuses something for want of a bond, so that nobody sees it refuse."""


async def check_bond(
    verdicts: Verdicts, link: ConformLink, radio: RadioBackend, bonds: Bonds, serial: str, address: str
) -> None:
    """Try to do without a bond, and bond; PodRefusedError if the pod does not."""
    if bonds.address_of(serial) is None and not _pairs_by_itself(radio):
        await _check_refusals(verdicts, link)
    try:
        await link.pair()
        value = await link.read(BOND_UUID)
    except (BleakError, TimeoutError) as error:
        raise PodRefusedError(
            serial, "it does not bond with this computer; have it forget its bond and try again"
        ) from error
    verdicts.check(
        _SECTION, "has the characteristic *Bond*, whose value is `01`", value == BONDED, f"it is {value.hex()}"
    )
    bonds.keep(serial, address)


async def _check_refusals(verdicts: Verdicts, link: ConformLink) -> None:
    errors = {"a command": await link.write_error(bytes([Opcode.PING])), "Bond": await link.read_error(BOND_UUID)}
    if link.has_store:
        errors["Store info"] = await link.read_error(STORE_INFO_UUID)
    open_to_all = [what for what, error in errors.items() if error not in NOT_ENCRYPTED]
    sentence = "on a link that is not encrypted, with ATT error `0x05`"
    told = f"a stranger is not refused: {', '.join(open_to_all)}"
    verdicts.check(_SECTION, sentence, not open_to_all, told)


def _pairs_by_itself(radio: RadioBackend) -> bool:
    return "backend" not in radio.client and sys.platform in _PAIR_BY_THEMSELVES
