"""Connection to the MQTT broker, checked by a round trip, and what the broker says to each message."""

from __future__ import annotations

import asyncio
import math
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiomqtt import Client, MqttCodeError, MqttError, ProtocolVersion, Will
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from surefoot.service.errors import strip_errno
from surefoot.service.exporters.mqtt_refusal import REFUSALS, TOO_LARGE, PublishRefusedError
from surefoot.service.serialization.mqtt_messages import TOPIC_ROOT, Message, status
from surefoot.service.settings import MqttSettings

RESPONSE_TIMEOUT_S = 5.0
KEEPALIVE_S = 15
PUBLISH_OVERHEAD_BYTES = 15
"""Most that a message has in MQTT 5 besides topic and payload: lengths, packet identifier and expiry."""
UNSUPPORTED_VERSION = 0x84
"""Reason code of a broker that speaks an older version only."""


class BrokerError(Exception):
    """The broker cannot be reached or used; str() says why."""


class ConnectionClosedError(MqttError):
    """The broker closed the connection on a message."""


class BrokerClient(Client):
    """A client that tells what the broker refuses; aiomqtt takes every acknowledgement for acceptance.

    `max_packet_bytes` is the longest packet that the broker takes; it closes the connection on a longer one.
    """

    def __init__(self, *arguments: Any, protocol: ProtocolVersion, **options: Any) -> None:
        super().__init__(*arguments, protocol=protocol, **options)
        self._knows_expiry = protocol is ProtocolVersion.V5
        self.max_packet_bytes = math.inf
        self._publishing = asyncio.Lock()
        self._answer: ReasonCode | None = None

    async def publish_answered(self, message: Message) -> ReasonCode | None:
        """Publish, and with QoS 1 wait for the acknowledgement; the broker's answer, None where it gives none.

        In MQTT 3.1.1 messages do not expire. ConnectionClosedError where the broker closes the connection instead.
        """
        properties = None
        if message.expiry_s is not None and self._knows_expiry:
            properties = Properties(PacketTypes.PUBLISH)
            properties.MessageExpiryInterval = message.expiry_s
        async with self._publishing:  # so that the answer is that to this message
            self._answer = None
            publishing = asyncio.ensure_future(
                self.publish(message.topic, message.payload, message.qos, message.retain, properties)
            )
            try:
                await asyncio.wait((publishing, self._disconnected), return_when=asyncio.FIRST_COMPLETED)
            finally:
                if not publishing.done():
                    publishing.cancel()
            if self._disconnected.done():
                raise ConnectionClosedError(f"the broker closed the connection on {message.topic}")
            await publishing
            return self._answer

    def _on_connect(
        self, client: Any, userdata: Any, flags: Any, reason_code: ReasonCode, properties: Properties | None = None
    ) -> None:
        self.max_packet_bytes = getattr(properties, "MaximumPacketSize", math.inf)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_publish(
        self, client: Any, userdata: Any, mid: int, reason_code: ReasonCode, properties: Properties
    ) -> None:
        self._answer = reason_code
        super()._on_publish(client, userdata, mid, reason_code, properties)


@asynccontextmanager
async def broker_connection(settings: MqttSettings, service: str | None = None) -> AsyncIterator[BrokerClient]:
    """Connect by MQTT 5, or 3.1.1 where the broker has no 5; BrokerError where it does not deliver our messages.

    Parameters
    ----------
    service : whose status becomes "offline", as last will, when the connection is lost.
    """
    try:
        async with AsyncExitStack() as stack:
            try:
                client = await _entered(stack, _client(settings, service, ProtocolVersion.V5))
            except MqttCodeError as error:
                if not isinstance(error.rc, ReasonCode) or error.rc.value != UNSUPPORTED_VERSION:
                    raise
                client = await _entered(stack, _client(settings, service, ProtocolVersion.V311))
            await _check_round_trip(client)
            yield client
    except MqttError as error:
        raise BrokerError(strip_errno(str(error)) or type(error).__name__) from error
    except ssl.SSLError as error:
        raise BrokerError(f"TLS: {error.reason or error}") from error
    except OSError as error:
        raise BrokerError(error.strerror or str(error)) from error


def _client(settings: MqttSettings, service: str | None, protocol: ProtocolVersion) -> BrokerClient:
    offline = None if service is None else status(service, "offline")
    return BrokerClient(
        settings.host or "",
        settings.port,
        username=settings.username,
        password=settings.password.get_secret_value() or None,
        protocol=protocol,
        will=None if offline is None else Will(offline.topic, offline.payload, offline.qos, offline.retain),
        timeout=RESPONSE_TIMEOUT_S,
        keepalive=KEEPALIVE_S,
        tls_context=_tls(settings),
    )


async def _entered(stack: AsyncExitStack, client: BrokerClient) -> BrokerClient:
    """The client, connected; cancellation leaves no half-open connection."""
    connecting = asyncio.create_task(stack.enter_async_context(client))
    try:
        return await asyncio.shield(connecting)
    finally:
        await asyncio.wait({connecting})


async def publish(client: BrokerClient, message: Message) -> None:
    """Publish, and with QoS 1 wait until the broker has taken the message.

    Raises
    ------
    PublishRefusedError
        if the broker refuses it for good.
    ConnectionClosedError
        if it closes the connection on the message.
    MqttError
        if it may take it later.
    """
    size_bytes = len(message.topic.encode()) + len(message.payload.encode()) + PUBLISH_OVERHEAD_BYTES
    if size_bytes > client.max_packet_bytes:
        raise PublishRefusedError(message.topic, REFUSALS[TOO_LARGE])
    answer = await client.publish_answered(message)
    if answer is None or not answer.is_failure:
        return
    if answer.value in REFUSALS:
        raise PublishRefusedError(message.topic, REFUSALS[answer.value])
    raise MqttError(f"the broker does not take {message.topic} now ({answer})")


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    if not settings.tls:
        return None
    context = ssl.create_default_context(cafile=None if settings.ca_file is None else str(settings.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _check_round_trip(client: BrokerClient) -> None:
    """Publish a message and receive it: a broker drops messages that its ACL forbids without an error."""
    topic = f"{TOPIC_ROOT}/probe/{secrets.token_hex(8)}"
    await client.subscribe(topic, qos=1)
    await client.publish(topic, b"", qos=1)
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT_S):
            await anext(aiter(client.messages))
    except TimeoutError:
        told = f"messages to {TOPIC_ROOT}/# do not come back; give this user readwrite on it in the broker's ACL"
        raise BrokerError(told) from None
    await client.unsubscribe(topic)
