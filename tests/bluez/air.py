"""The adapter of the guest's kernel, on the virtual air of simulated pods: /dev/vhci stands where a dongle stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bumble.hci import Address, HCI_ErrorCode, HCI_LE_Set_Random_Address_Command, HCI_StatusReturnParameters
from bumble.transport import open_transport

from surefoot.firmware_sim.radio.virtual_controller import RadioMedium, VirtualController

ADDRESS = "00:5F:00:00:00:01"


class KernelAdapter(VirtualController):
    """A controller with one address, by which the medium knows it: the kernel draws another for each of its scans."""

    def __init__(self, medium: RadioMedium) -> None:
        super().__init__("kernel", medium)
        self.public_address = self.random_address = Address(ADDRESS, Address.PUBLIC_DEVICE_ADDRESS)

    def on_hci_le_set_random_address_command(
        self, _command: HCI_LE_Set_Random_Address_Command
    ) -> HCI_StatusReturnParameters:
        """Accept it, without effect."""
        return HCI_StatusReturnParameters(HCI_ErrorCode.SUCCESS)


@asynccontextmanager
async def kernel_adapter(medium: RadioMedium) -> AsyncIterator[VirtualController]:
    """A controller whose host is the kernel, while entered."""
    adapter = KernelAdapter(medium)
    async with await open_transport("vhci") as host:
        host.source.set_packet_sink(adapter)
        adapter.host = host.sink
        yield adapter
