"""Virtual Bluetooth controllers on a shared medium with delays, packet errors and limited reach.

bumble's own virtual link delivers every PDU at once and without errors. Here data and control PDUs wait for a
connection event of their `RadioLink`, the host is told of a completed packet only when it was really sent (which gives
back-pressure), and a station out of reach neither advertises nor responds. Unless the medium has `shared_airtime`,
the links of a central do not wait for each other: one real central grants what is then granted to some six pods at
15 ms, to more at longer intervals.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from functools import partial

from bumble import controller, hci, link, ll
from bumble.core import PhysicalTransport

from surefoot.firmware_sim.radio.link import Airtime, LinkQuality, RadioLink

INTERVAL_UNIT_S, TIMEOUT_UNIT_S = 0.00125, 0.01
DATA_LENGTH = 251
MAX_BUFFERED_PACKETS = 8
"""Transmit buffers of a small controller."""
UNSUPPORTED_FEATURES = (
    hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING | hci.LeFeatureMask.LL_PRIVACY
)
RSSI_SD_DBM = 4.0


class RadioMedium(link.LocalLink):
    """Radio medium shared by all controllers.

    Parameters
    ----------
    shared_airtime : the links of a central share its radio time.
    """

    def __init__(self, seed: int = 0, *, shared_airtime: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.shared_airtime = shared_airtime
        self.rng = random.Random(seed)
        self.stations: list[VirtualController] = []
        self._links: dict[tuple[hci.Address, hci.Address], tuple[RadioLink, int]] = {}

    def add_controller(self, controller: controller.Controller) -> None:
        """Also keep the controllers in a list: bumble's set has no order, so runs would not be repeatable."""
        super().add_controller(controller)
        if isinstance(controller, VirtualController):
            self.stations.append(controller)

    def link_of(self, sender: hci.Address, receiver: hci.Address) -> tuple[RadioLink, int] | None:
        """Link between two addresses, and the sender's side of it."""
        return self._links.get((sender, receiver))

    def links_of_station(self, station: VirtualController) -> Iterator[RadioLink]:
        """Links of a station, including those that only the other end still considers up."""
        yield from {
            id(radio_link): radio_link for radio_link, _ in self._links.values() if station in radio_link.stations
        }.values()

    def send_advertising_pdu(self, sender_controller: controller.Controller, packet: ll.AdvertisingPdu) -> None:
        """Deliver an advertisement to all that listen and are in reach; a connect request opens a link."""
        assert isinstance(sender_controller, VirtualController)
        if not sender_controller.in_reach:
            return
        if isinstance(packet, ll.ConnectInd):
            self._connect(sender_controller, packet)
        elif isinstance(packet, ll.AdvInd):
            loop = asyncio.get_running_loop()
            for station in self.stations:
                if station.is_listening and self.rng.random() >= sender_controller.link_quality.packet_error_rate:
                    loop.call_soon(station.on_advertisement, sender_controller, packet)

    def _connect(self, central: VirtualController, request: ll.ConnectInd) -> None:
        pod = next(
            station
            for station in self.stations
            if station is not central and station.random_address == request.advertiser_address
        )
        new_link = RadioLink(
            (central, pod),
            pod.link_quality,
            random.Random(self.rng.getrandbits(64)),
            request.interval * INTERVAL_UNIT_S,
            request.timeout * TIMEOUT_UNIT_S,
            central.airtime if self.shared_airtime else None,
        )
        self._links[request.initiator_address, request.advertiser_address] = new_link, 0
        self._links[request.advertiser_address, request.initiator_address] = new_link, 1
        pod.on_ll_advertising_pdu(request)
        if request.initiator_address not in pod.le_connections:
            new_link.sever()

    def send_acl_data(
        self,
        sender_controller: controller.Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Deliver a data PDU that has crossed the link."""
        found = self.link_of(sender_controller.random_address, destination_address)
        if found is not None:
            receiver = self._station(found[0], 1 - found[1])
            if sender_controller.random_address in receiver.le_connections:
                receiver.on_link_acl_data(sender_controller.random_address, transport, data)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Queue a control PDU for a connection event, like data."""
        found = self.link_of(sender_address, receiver_address)
        if found is not None:
            radio_link, side = found
            radio_link.send(side, partial(self._deliver_control, radio_link, side, sender_address, packet))

    def _deliver_control(self, radio_link: RadioLink, side: int, sender: hci.Address, packet: ll.ControlPdu) -> None:
        if isinstance(packet, ll.ConnectionUpdateInd):
            radio_link.set_parameters(packet.interval * INTERVAL_UNIT_S, packet.timeout * TIMEOUT_UNIT_S)
        receiver = self._station(radio_link, 1 - side)
        if sender in receiver.le_connections:
            receiver.on_ll_control_pdu(sender, packet)

    def on_disconnected(self, station: VirtualController, peer: hci.Address) -> None:
        """A station has disconnected; the link closes once both have."""
        found = self.link_of(station.random_address, peer)
        if found is None:
            return
        radio_link, side = found
        if station.random_address not in self._station(radio_link, 1 - side).le_connections:
            radio_link.close()
            del self._links[station.random_address, peer], self._links[peer, station.random_address]

    @staticmethod
    def _station(radio_link: RadioLink, side: int) -> VirtualController:
        station = radio_link.stations[side]
        assert isinstance(station, VirtualController)
        return station


class VirtualController(controller.Controller):
    """bumble's virtual controller on a `RadioMedium`, with commands that bumble does not implement."""

    le_features = controller.Controller.le_features & ~UNSUPPORTED_FEATURES
    le_acl_data_packet_length = DATA_LENGTH
    total_num_le_acl_data_packets = MAX_BUFFERED_PACKETS
    supported_max_tx_octets = supported_max_rx_octets = DATA_LENGTH

    def __init__(self, name: str, medium: RadioMedium, link_quality: LinkQuality | None = None) -> None:
        self.medium = medium
        self.link_quality = link_quality or LinkQuality()
        self.in_reach = True
        self.airtime = Airtime()
        super().__init__(name, link=medium)

    @property
    def is_listening(self) -> bool:
        """In reach, and scanning or waiting for an advertisement to connect to."""
        return self.in_reach and (self.le_scan_enable or self.pending_le_connection is not None)

    def set_reach(self, in_reach: bool) -> None:
        """Go out of reach, or come back."""
        self.in_reach = in_reach
        for radio_link in self.medium.links_of_station(self):
            radio_link.reach_changed()

    async def outage(self, duration_s: float) -> None:
        """Be out of reach; longer than the supervision timeout drops the connection."""
        self.set_reach(False)
        try:
            await asyncio.sleep(duration_s)
        finally:
            self.set_reach(True)

    def lose_power(self) -> None:
        """Lose power: connections end without a disconnect, and the peer runs into its supervision timeout."""
        self.le_legacy_advertiser.stop()
        for radio_link in list(self.medium.links_of_station(self)):
            radio_link.sever()
            self.on_link_lost(radio_link)

    def broadcast(self, data: bytes) -> None:
        """Send an advertisement that cannot be connected to; everybody who scans hears it."""
        event_types = hci.HCI_LE_Advertising_Report_Event.EventType
        for station in self.medium.stations if self.in_reach else ():
            if station is not self and station.in_reach and station.le_scan_enable:
                station.report_advertisement(self.random_address, event_types.ADV_NONCONN_IND, data, self.link_quality)

    def on_link_lost(self, link: RadioLink) -> None:
        """The supervision timeout of a link has expired."""
        for connection in list(self.le_connections.values()):
            found = self.medium.link_of(connection.self_address, connection.peer_address)
            if found is not None and found[0] is link:
                self.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def on_le_disconnected(self, connection: controller.Connection, reason: int) -> None:
        """Inform the host, then the medium."""
        super().on_le_disconnected(connection, reason)
        self.medium.on_disconnected(self, connection.peer_address)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Queue the host's packet for a connection event."""
        connection = self.find_le_connection_by_handle(packet.connection_handle)
        found = connection and self.medium.link_of(connection.self_address, connection.peer_address)
        if found:
            radio_link, side = found
            radio_link.send(side, partial(self._deliver_acl, packet))

    def _deliver_acl(self, packet: hci.HCI_AclDataPacket) -> None:
        if self.find_le_connection_by_handle(packet.connection_handle) is not None:
            super().on_hci_acl_data_packet(packet)

    def on_advertisement(self, sender: VirtualController, packet: ll.AdvInd) -> None:
        """Report an advertisement, with its scan response in active scans; connect if a connection is pending."""
        event_types = hci.HCI_LE_Advertising_Report_Event.EventType
        if self.le_scan_enable:
            address, quality = packet.advertiser_address, sender.link_quality
            self.report_advertisement(address, event_types.ADV_IND, packet.data, quality)
            if self.le_scan_type:
                answer = sender.le_legacy_advertiser.scan_response_data
                self.report_advertisement(address, event_types.SCAN_RSP, answer, quality)
        pending = self.pending_le_connection
        if pending is not None and self.in_reach and pending.peer_address == packet.advertiser_address:
            self.create_le_connection(packet.advertiser_address)

    def report_advertisement(
        self,
        address: hci.Address,
        kind: hci.HCI_LE_Advertising_Report_Event.EventType,
        data: bytes,
        quality: LinkQuality,
    ) -> None:
        """Tell the host of an advertisement, and how strongly it was heard."""
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind,
            address_type=address.address_type,
            address=address,
            data=data,
            rssi=round(self.medium.rng.gauss(quality.rssi_dbm, RSSI_SD_DBM)),
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    def on_hci_le_set_data_length_command(
        self, command: hci.HCI_LE_Set_Data_Length_Command
    ) -> hci.HCI_StatusAndConnectionHandleReturnParameters:
        """Accept: links always carry the longest PDUs. bumble's controller does not implement the command."""
        return hci.HCI_StatusAndConnectionHandleReturnParameters(hci.HCI_ErrorCode.SUCCESS, command.connection_handle)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End the pending connection as specified; bumble's controller only acknowledges the command."""
        if self.pending_le_connection is None:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        self.pending_le_connection = None
        self.send_hci_packet(
            hci.HCI_LE_Connection_Complete_Event(
                status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                connection_handle=0,
                role=hci.Role.CENTRAL,
                peer_address_type=hci.Address.RANDOM_DEVICE_ADDRESS,
                peer_address=hci.Address.ANY,
                connection_interval=0,
                peripheral_latency=0,
                supervision_timeout=0,
                central_clock_accuracy=0,
            )
        )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)
