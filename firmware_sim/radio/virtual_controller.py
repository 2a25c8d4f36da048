"""Radio on bumble's virtual controllers: an ether in which packets take time, fail, and stations fall silent.

Bumble carries every PDU at once and without fail. Here data and control PDUs wait for a connection event of their
`RadioLink`, the host hears of a completed packet only when it was really sent (so it feels back-pressure), and a
station out of reach neither advertises nor answers. Radio time of a central is not shared between its links: one real
central grants what is granted here to some six pods at 15 ms, to more at longer intervals.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from functools import partial

from bumble import controller, hci, link, ll
from bumble.core import PhysicalTransport

from surefoot.firmware_sim.radio.link import LinkQuality, RadioLink

INTERVAL_UNIT_S, TIMEOUT_UNIT_S = 0.00125, 0.01
DATA_LENGTH = 251
LINK_BUFFERS = 8
"""Packets that a small controller holds for the air."""
UNSUPPORTED = (
    hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LE_PERIODIC_ADVERTISING | hci.LeFeatureMask.LL_PRIVACY
)
RSSI_SD_DBM = 4.0


class Ether(link.LocalLink):
    """What all stations share."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.rng = random.Random(seed)
        self.stations: list[RadioController] = []
        self._links: dict[tuple[hci.Address, hci.Address], tuple[RadioLink, int]] = {}

    def add_controller(self, controller: controller.Controller) -> None:
        """Bumble's set has no order of its own; the list makes runs repeatable."""
        super().add_controller(controller)
        if isinstance(controller, RadioController):
            self.stations.append(controller)

    def link_of(self, sender: hci.Address, receiver: hci.Address) -> tuple[RadioLink, int] | None:
        """The link between two addresses and the sender's side of it."""
        return self._links.get((sender, receiver))

    def links_at(self, station: RadioController) -> Iterator[RadioLink]:
        """Links that a station has, or had and the other end still believes in."""
        yield from {id(held): held for held, _ in self._links.values() if station in held.stations}.values()

    def send_advertising_pdu(self, sender_controller: controller.Controller, packet: ll.AdvertisingPdu) -> None:
        """Advertisements reach who listens and is in reach; a connect request opens a link."""
        assert isinstance(sender_controller, RadioController)
        if not sender_controller.in_reach:
            return
        if isinstance(packet, ll.ConnectInd):
            self._connect(sender_controller, packet)
        elif isinstance(packet, ll.AdvInd):
            loop = asyncio.get_running_loop()
            for station in self.stations:
                if station.listens and self.rng.random() >= sender_controller.quality.packet_error_rate:
                    loop.call_soon(station.on_advertisement, sender_controller, packet)

    def _connect(self, central: RadioController, request: ll.ConnectInd) -> None:
        pod = next(
            station
            for station in self.stations
            if station is not central and station.random_address == request.advertiser_address
        )
        made = RadioLink(
            (central, pod),
            pod.quality,
            random.Random(self.rng.getrandbits(64)),
            request.interval * INTERVAL_UNIT_S,
            request.timeout * TIMEOUT_UNIT_S,
        )
        self._links[request.initiator_address, request.advertiser_address] = made, 0
        self._links[request.advertiser_address, request.initiator_address] = made, 1
        pod.on_ll_advertising_pdu(request)
        if request.initiator_address not in pod.le_connections:
            made.sever()

    def send_acl_data(
        self,
        sender_controller: controller.Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """A PDU has arrived: hand it to the other side."""
        found = self.link_of(sender_controller.random_address, destination_address)
        if found is not None:
            receiver = self._station(found[0], 1 - found[1])
            if sender_controller.random_address in receiver.le_connections:
                receiver.on_link_acl_data(sender_controller.random_address, transport, data)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Control PDUs wait for a connection event like data."""
        found = self.link_of(sender_address, receiver_address)
        if found is not None:
            held, side = found
            held.send(side, partial(self._deliver_control, held, side, sender_address, packet))

    def _deliver_control(self, held: RadioLink, side: int, sender: hci.Address, packet: ll.ControlPdu) -> None:
        if isinstance(packet, ll.ConnectionUpdateInd):
            held.retime(packet.interval * INTERVAL_UNIT_S, packet.timeout * TIMEOUT_UNIT_S)
        receiver = self._station(held, 1 - side)
        if sender in receiver.le_connections:
            receiver.on_ll_control_pdu(sender, packet)

    def on_left(self, station: RadioController, peer: hci.Address) -> None:
        """A station holds a connection no more; the link ends when neither does."""
        found = self.link_of(station.random_address, peer)
        if found is None:
            return
        held, side = found
        if station.random_address not in self._station(held, 1 - side).le_connections:
            held.close()
            del self._links[station.random_address, peer], self._links[peer, station.random_address]

    @staticmethod
    def _station(held: RadioLink, side: int) -> RadioController:
        station = held.stations[side]
        assert isinstance(station, RadioController)
        return station


class RadioController(controller.Controller):
    """A Bluetooth controller whose air has a will of its own; also answers what bumble's leaves open."""

    le_features = controller.Controller.le_features & ~UNSUPPORTED
    le_acl_data_packet_length = DATA_LENGTH
    total_num_le_acl_data_packets = LINK_BUFFERS
    supported_max_tx_octets = supported_max_rx_octets = DATA_LENGTH

    def __init__(self, name: str, ether: Ether, quality: LinkQuality | None = None) -> None:
        self.ether = ether
        self.quality = quality or LinkQuality()
        self.in_reach = True
        super().__init__(name, link=ether)

    @property
    def listens(self) -> bool:
        """Scans, or waits for somebody's advertisement in order to connect."""
        return self.in_reach and (self.le_scan_enable or self.pending_le_connection is not None)

    def set_reach(self, in_reach: bool) -> None:
        """Fall silent, or come back."""
        self.in_reach = in_reach
        for held in self.ether.links_at(self):
            held.reach_changed()

    def drop_dead(self) -> None:
        """Lose power: no goodbye to anybody, and nothing to come back to."""
        self.le_legacy_advertiser.stop()
        for held in list(self.ether.links_at(self)):
            held.sever()
            self.on_link_lost(held)

    def on_link_lost(self, link: RadioLink) -> None:
        """The supervision timeout of a link is over."""
        for connection in list(self.le_connections.values()):
            found = self.ether.link_of(connection.self_address, connection.peer_address)
            if found is not None and found[0] is link:
                self.on_le_disconnected(connection, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)

    def on_le_disconnected(self, connection: controller.Connection, reason: int) -> None:
        """Tell the host, then the ether."""
        super().on_le_disconnected(connection, reason)
        self.ether.on_left(self, connection.peer_address)

    def on_hci_acl_data_packet(self, packet: hci.HCI_AclDataPacket) -> None:
        """Keep the host's packet until a connection event takes it."""
        connection = self.find_le_connection_by_handle(packet.connection_handle)
        found = connection and self.ether.link_of(connection.self_address, connection.peer_address)
        if found:
            held, side = found
            held.send(side, partial(self._sent, packet))

    def _sent(self, packet: hci.HCI_AclDataPacket) -> None:
        if self.find_le_connection_by_handle(packet.connection_handle) is not None:
            super().on_hci_acl_data_packet(packet)

    def on_advertisement(self, sender: RadioController, packet: ll.AdvInd) -> None:
        """Report an advertisement, and its scan response where one was asked for; connect if it is awaited."""
        kinds = hci.HCI_LE_Advertising_Report_Event.EventType
        if self.le_scan_enable:
            self._report(sender, packet, kinds.ADV_IND, packet.data)
            if self.le_scan_type:
                self._report(sender, packet, kinds.SCAN_RSP, sender.le_legacy_advertiser.scan_response_data)
        awaited = self.pending_le_connection
        if awaited is not None and self.in_reach and awaited.peer_address == packet.advertiser_address:
            self.create_le_connection(packet.advertiser_address)

    def _report(
        self,
        sender: RadioController,
        packet: ll.AdvInd,
        kind: hci.HCI_LE_Advertising_Report_Event.EventType,
        data: bytes,
    ) -> None:
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind,
            address_type=packet.advertiser_address.address_type,
            address=packet.advertiser_address,
            data=data,
            rssi=round(self.ether.rng.gauss(sender.quality.rssi_dbm, RSSI_SD_DBM)),
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    def on_hci_le_set_data_length_command(
        self, command: hci.HCI_LE_Set_Data_Length_Command
    ) -> hci.HCI_StatusAndConnectionHandleReturnParameters:
        """Here every link carries the longest PDUs from the start; bumble's own does not know the command."""
        return hci.HCI_StatusAndConnectionHandleReturnParameters(hci.HCI_ErrorCode.SUCCESS, command.connection_handle)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """End the pending connection, as the specification has it; bumble's own only nods."""
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
