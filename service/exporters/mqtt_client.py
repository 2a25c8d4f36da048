"""Connection to the MQTT broker, checked by a round trip."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from aiomqtt import Client, MqttError, ProtocolVersion, Will
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from surefoot.service.errors import strip_errno
from surefoot.service.serialization.mqtt_messages import TOPIC_ROOT, Message, status
from surefoot.service.settings import MqttSettings

RESPONSE_TIMEOUT_S = 5.0
KEEPALIVE_S = 15


class BrokerError(Exception):
    """The broker cannot be reached or used; str() says why."""


@asynccontextmanager
async def broker_connection(settings: MqttSettings, service: str | None = None) -> AsyncIterator[Client]:
    """Connect; BrokerError where the broker does not deliver our messages.

    Parameters
    ----------
    service : whose status becomes "offline", as last will, when the connection is lost.
    """
    offline = None if service is None else status(service, "offline")
    try:
        client = Client(
            settings.host or "",
            settings.port,
            username=settings.username,
            password=settings.password.get_secret_value() or None,
            protocol=ProtocolVersion.V5,
            will=None if offline is None else Will(offline.topic, offline.payload, offline.qos, offline.retain),
            timeout=RESPONSE_TIMEOUT_S,
            keepalive=KEEPALIVE_S,
            tls_context=_tls(settings),
        )
        async with AsyncExitStack() as stack:
            connecting = asyncio.create_task(stack.enter_async_context(client))
            try:
                await asyncio.shield(connecting)
            finally:
                await asyncio.wait({connecting})  # so that cancellation leaves no half-open connection
            await _check_round_trip(client)
            yield client
    except MqttError as error:
        raise BrokerError(strip_errno(str(error)) or type(error).__name__) from error
    except ssl.SSLError as error:
        raise BrokerError(f"TLS: {error.reason or error}") from error
    except OSError as error:
        raise BrokerError(error.strerror or str(error)) from error


async def publish(client: Client, message: Message) -> None:
    """Publish, and with QoS 1 wait for the acknowledgement."""
    properties = None
    if message.expiry_s is not None:
        properties = Properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = message.expiry_s
    await client.publish(message.topic, message.payload, message.qos, message.retain, properties)


def _tls(settings: MqttSettings) -> ssl.SSLContext | None:
    if not settings.tls:
        return None
    context = ssl.create_default_context(cafile=None if settings.ca_file is None else str(settings.ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _check_round_trip(client: Client) -> None:
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
