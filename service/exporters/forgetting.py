"""Has databases and brokers forget whom the data folder has forgotten, the first time that they can be reached after.

What they hold tells of whom: nothing but a digest of the runner is kept here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from surefoot.service.exporters.influxdb_client import InfluxClient
from surefoot.service.exporters.influxdb_refusal import InfluxError
from surefoot.service.exporters.mqtt_client import BrokerClient, BrokerError, broker_connection, publish
from surefoot.service.exporters.mqtt_refusal import PublishRefusedError
from surefoot.service.people.forgotten import Forgotten
from surefoot.service.serialization.home_assistant import discovery_topic
from surefoot.service.serialization.mqtt_messages import TOPIC_ROOT, Message
from surefoot.service.settings import MqttSettings, Settings

INFLUXDB, MQTT = "influxdb", "mqtt"
QUIET_S = 0.5
"""A broker sends what it retains at once; when nothing came for so long, that was all."""


def forget_in_influxdb(influx: InfluxClient, forgotten: Forgotten) -> None:
    """Delete what the database has of forgotten runners, up to when they were; InfluxError where it fails."""
    waiting = forgotten.not_reached(INFLUXDB)
    if not waiting:
        return
    for runner in influx.runners():
        until_utc = max((each.at_utc for each in waiting if each.is_of(runner)), default=None)
        if until_utc is not None:
            influx.delete_runner(runner, round(until_utc.timestamp() * 1e9))
    forgotten.was_reached(INFLUXDB, waiting)


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


def forget_at_servers(settings: Settings, forgotten: Forgotten) -> Iterator[str]:
    """Have the servers of the settings forget; what became of it, sentences."""
    if settings.influxdb.url is not None:
        try:
            with InfluxClient(settings.influxdb) as influx:
                forget_in_influxdb(influx, forgotten)
            yield "InfluxDB has nothing of them any more."
        except InfluxError as error:
            yield f"InfluxDB cannot be reached ({error}): surefoot live or ship deletes it there when it can."
    if settings.mqtt.host is not None:
        try:
            asyncio.run(forget_in_mqtt(settings.mqtt, forgotten))
            yield "The MQTT broker retains nothing of them any more."
        except BrokerError as error:
            yield f"The MQTT broker cannot be reached ({error}): surefoot live or ship empties its topics when it can."
