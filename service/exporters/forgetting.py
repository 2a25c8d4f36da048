"""Has databases and brokers forget whom the data folder has forgotten, the first time that they can be reached after.

What they hold tells of whom: nothing but a digest of the runner is kept here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_refusal import InfluxError, connection_advice
from surefoot.service.exporters.mqtt_client import BrokerClient, BrokerError, broker_connection, publish
from surefoot.service.exporters.mqtt_refusal import PublishRefusedError
from surefoot.service.exporters.private_influxdb import drain_to_private_bucket
from surefoot.service.people.forgotten import Forgotten, Tombstone
from surefoot.service.serialization.home_assistant import discovery_topic
from surefoot.service.serialization.mqtt_messages import TOPIC_ROOT, Message
from surefoot.service.settings import MqttSettings, Settings

INFLUXDB, MQTT = "influxdb", "mqtt"
REACHED = {
    INFLUXDB: "InfluxDB has nothing of them any more.",
    MQTT: "The MQTT broker retains nothing of them any more.",
}
QUIET_S = 0.5
"""A broker sends what it retains at once; when nothing came for so long, that was all."""


@contextmanager
def forgetting_in_influxdb(influx: InfluxClient, forgotten: Forgotten) -> Iterator[None]:
    """Have the database forget, before and after rows are written: of somebody who is forgotten meanwhile there may
    have been rows on their way. InfluxError where it fails.
    """
    gone = forgotten.gone_here()
    forget_in_influxdb(influx, forgotten)
    yield
    _forget(influx, forgotten, [each for each in forgotten.gone_here() if each not in gone])


def forget_in_influxdb(influx: InfluxClient, forgotten: Forgotten) -> None:
    """Delete what the database has of forgotten runners, up to when they were; InfluxError where it fails."""
    _forget(influx, forgotten, forgotten.not_reached(INFLUXDB))


def _forget(influx: InfluxClient, forgotten: Forgotten, stones: Sequence[Tombstone]) -> None:
    if not stones:
        return
    for runner in influx.runners():
        until_utc = max((each.at_utc for each in stones if each.is_of(runner)), default=None)
        if until_utc is not None:
            influx.delete_runner(runner, round(until_utc.timestamp() * 1e9))
    forgotten.was_reached(INFLUXDB, stones)


async def forget_in_mqtt(settings: MqttSettings, forgotten: Forgotten) -> None:
    """Empty every retained topic of forgotten runners; what holds of one who came back is published anew.

    Raises
    ------
    BrokerError
        if the broker cannot be reached, or does not take it.
    """
    waiting = forgotten.not_reached(MQTT)
    if not waiting:
        return
    async with broker_connection(settings) as client:
        topics = await _retained_topics(client)
        runners = {topic.removeprefix(f"{TOPIC_ROOT}/").partition("/")[0] for topic in topics}
        own = {runner for runner in runners if any(each.is_of(runner) for each in waiting)}
        told = [topic for topic in topics for runner in own if topic.startswith(f"{TOPIC_ROOT}/{runner}/")]
        for topic in (*told, *(discovery_topic(runner) for runner in own if settings.home_assistant)):
            try:
                await publish(client, Message(topic, "", retain=True))
            except PublishRefusedError as error:
                raise BrokerError(str(error)) from error
    forgotten.was_reached(MQTT, waiting)


async def _retained_topics(client: BrokerClient) -> list[str]:
    found = list[str]()
    await client.subscribe(f"{TOPIC_ROOT}/#", qos=1)
    messages = aiter(client.messages)
    while True:
        try:
            async with asyncio.timeout(QUIET_S):
                message = await anext(messages)
        except TimeoutError:
            return found
        if message.retain:
            found.append(str(message.topic))


def not_yet(server: str, problem: str) -> str:
    """Why a server still has something, and when it goes."""
    if server == MQTT:
        return f"The MQTT broker cannot be reached ({problem}): surefoot live or ship empties its topics when it can."
    return (
        f"InfluxDB has not deleted it yet ({problem}). {connection_advice(problem)} Then surefoot live or ship does it."
    )


def forget_at_servers(settings: Settings, forgotten: Forgotten) -> Iterator[str]:
    """Have the servers of the settings forget; what became of it, sentences."""
    if settings.influxdb.url is not None:
        try:
            with InfluxClient(settings.influxdb) as influx:
                forget_in_influxdb(influx, forgotten)
            drain_to_private_bucket(settings)
            yield REACHED[INFLUXDB]
        except InfluxError as error:
            yield not_yet(INFLUXDB, str(error))
    if settings.mqtt.host is not None:
        try:
            asyncio.run(forget_in_mqtt(settings.mqtt, forgotten))
            yield REACHED[MQTT]
        except BrokerError as error:
            yield not_yet(MQTT, str(error))
