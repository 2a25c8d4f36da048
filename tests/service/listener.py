"""Somebody on the other side of the broker."""

from __future__ import annotations

import json
import time
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from tests.service.servers import wait

RECONNECT_S = 0.05


class Listener:
    """Somebody who subscribed to everything; connects again by itself."""

    def __init__(self, port: int, topic: str = "#", **account: str) -> None:
        self.got: list[tuple[str, str, bool]] = []
        self.at_s: list[float] = []
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        if account:
            self._client.username_pw_set(account["username"], account["password"])
        self._client.reconnect_delay_set(RECONNECT_S, RECONNECT_S)  # type: ignore[arg-type]  # any number will do
        self._client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._client.on_subscribe = lambda *_: self._hear("subscribed", "", retained=False)
        self._client.on_message = lambda _c, _u, m: self._hear(
            m.topic, m.payload.decode(errors="replace"), retained=bool(m.retain)
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        wait(lambda: self.got)

    def _hear(self, topic: str, payload: str, *, retained: bool) -> None:
        self.at_s.append(time.monotonic())
        self.got.append((topic, payload, retained))

    def close(self) -> None:
        self._client.loop_stop()
        self._client.disconnect()

    def of(self, topic: str) -> list[Any]:
        """Parsed messages of a topic, in order."""
        return [json.loads(payload) for name, payload, _ in list(self.got) if name == topic]

    def newest(self, topic: str) -> str | None:
        """The last payload of a topic."""
        return next((payload for name, payload, _ in reversed(list(self.got)) if name == topic), None)
