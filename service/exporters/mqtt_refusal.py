"""What a broker refuses for good, and what to do about it."""

from __future__ import annotations

NOT_AUTHORIZED, TOO_LARGE = 0x87, 0x95
REFUSALS = {
    NOT_AUTHORIZED: "not authorised",
    0x90: "topic name invalid",
    TOO_LARGE: "message too large",
    0x99: "payload format invalid",
}
"""Reason codes of MQTT 5 that stand as long as neither the message nor the broker's configuration changes."""
CLOSES_CONNECTION = "it closes the connection"


class PublishRefusedError(Exception):
    """The broker refuses a message for good."""

    def __init__(self, topic: str, reason: str) -> None:
        self.topic = topic
        super().__init__(f"the broker refuses {topic} ({reason})")


def broker_advice(reason: str) -> str:
    """What to do about a reason for which rows were refused."""
    if REFUSALS[NOT_AUTHORIZED] in reason:
        return "Give this user write on that topic in the broker's ACL."
    if REFUSALS[TOO_LARGE] in reason or CLOSES_CONNECTION in reason:
        return "Raise max_packet_size and message_size_limit in the broker's configuration."
    return "Correct what the broker names."
