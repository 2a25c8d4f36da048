"""Messages by ntfy, a server that passes on to phones what is posted to a topic."""

from __future__ import annotations

import hashlib
import json
import ssl
from http.client import HTTPException, HTTPResponse
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from surefoot.service.errors import strip_errno
from surefoot.service.exporters.message_refusal import RecipientRefusedError, ServerDownError, one_line
from surefoot.service.serialization.run_messages import PhoneMessage
from surefoot.service.settings import MessageSettings, RunnerMessages

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 4096
WRONG_TOKEN, NOT_THIS_TOPIC = 401, 403
FOR_GOOD = (400, 413)
"""What is wrong with the message itself; anything else may be other another time."""


class NoRedirect(HTTPRedirectHandler):
    """Follows no redirect, which could lead the token elsewhere."""

    def redirect_request(self, *_: object) -> None:
        return None


class Ntfy:
    """A server of ntfy; calls block."""

    def __init__(self, settings: MessageSettings) -> None:
        self._url = (settings.ntfy_url or "").rstrip("/")
        self._token = settings.ntfy_token.get_secret_value()
        self._ca_file = settings.ca_file

    @staticmethod
    def recipient(_: str, messages: RunnerMessages) -> str | None:
        """The topic of a runner's messages."""
        return messages.ntfy_topic

    def check(self) -> None:
        """Ask for the server's health, and for the account of the token; ServerDownError where that does not work."""
        for path in ("/v1/health", *(["/v1/account"] if self._token else [])):
            try:
                self._answer(path)
            except HTTPError as error:
                raise _down(error) from error

    def send(self, message: PhoneMessage, recipient: str) -> None:
        """Send a message; with the same `sequence_id` it replaces an earlier one, where the server knows of that.

        Raises
        ------
        ServerDownError, RecipientRefusedError
            if it was not taken.
        """
        digest = hashlib.sha256(message.id.encode()).hexdigest()[:32]
        fields = {"topic": recipient, "title": message.subject, "message": message.text, "sequence_id": digest}
        clicked = {"click": message.link.address} if message.link.address else {}
        try:
            self._answer("/", json.dumps({**fields, **clicked}).encode())
        except HTTPError as error:
            if error.code in FOR_GOOD:
                reason = one_line(error.read(MAX_ANSWER_BYTES))
                raise RecipientRefusedError(f"the message is refused ({error.code} {reason})", for_now=False) from error
            if error.code == NOT_THIS_TOPIC:
                reason = f"messages.ntfy_token may not write to the topic ({error.code})"
                raise RecipientRefusedError(reason, for_now=True) from error
            raise _down(error) from error

    def _answer(self, path: str, body: bytes | None = None) -> None:
        headers = {"User-Agent": "surefoot", **({"Authorization": f"Bearer {self._token}"} if self._token else {})}
        opener = build_opener(NoRedirect, HTTPSHandler(context=ssl.create_default_context(cafile=self._ca_file)))
        try:
            with opener.open(Request(f"{self._url}{path}", body, headers), timeout=TIMEOUT_S) as answer:
                assert isinstance(answer, HTTPResponse)
                answer.read(MAX_ANSWER_BYTES)
        except HTTPError:
            raise
        except URLError as error:
            raise ServerDownError(one_line(strip_errno(str(error.reason)))) from error
        except (OSError, HTTPException) as error:
            raise ServerDownError(one_line(strip_errno(str(error)) or type(error).__name__)) from error


def _down(error: HTTPError) -> ServerDownError:
    if error.code == WRONG_TOKEN:
        return ServerDownError(f"the server refuses messages.ntfy_token ({error.code})")
    return ServerDownError(f"the server answers {error.code} {one_line(str(error.reason))}")
