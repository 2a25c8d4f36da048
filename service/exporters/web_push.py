"""Messages by Web Push, to the browsers in which a runner has asked for them."""

from __future__ import annotations

import hashlib
import json
import ssl
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.request import HTTPSHandler, Request, build_opener

from surefoot.service.errors import strip_errno
from surefoot.service.exporters.message_refusal import RecipientRefusedError, one_line
from surefoot.service.exporters.ntfy import NoRedirect
from surefoot.service.exporters.push_encryption import encrypted
from surefoot.service.people.people import People
from surefoot.service.people.push import PushSubscription
from surefoot.service.people.push_key import PushKey
from surefoot.service.serialization.run_messages import PhoneMessage
from surefoot.service.settings import RunnerMessages, Settings

TIMEOUT_S = 10.0
KEPT_S = 12 * 3600
"""For how long a push service keeps a message for a phone that is off."""
GONE = (404, 410)
"""The browser does not want messages any more."""
FOR_GOOD = (400, 401, 403, 413)


class WebPush:
    """All browsers of a data folder; calls block."""

    def __init__(self, settings: Settings) -> None:
        self._people = People(settings.data)
        self._folder = settings.data
        self._contact = settings.messages.push_contact or ""
        self._ca_file = settings.messages.ca_file

    def recipient(self, runner: str, _: RunnerMessages) -> str | None:
        """The runner, where a browser is to be sent to."""
        return runner if self._people.all_of(runner, PushSubscription) else None

    def send(self, message: PhoneMessage, recipient: str) -> None:
        """Send a message to each browser; one that is gone is sent to no more.

        Raises
        ------
        RecipientRefusedError
            if none has taken it.
        """
        refusals = list[RecipientRefusedError]()
        subscriptions = self._people.all_of(recipient, PushSubscription)
        for each in subscriptions:
            try:
                self._post(message, each)
            except RecipientRefusedError as error:
                refusals.append(error)
                if not error.for_now:
                    self._people.withdraw(recipient, PushSubscription, each.id)
        if refusals and len(refusals) == len(subscriptions):
            raise next((each for each in refusals if each.for_now), refusals[0])

    def _post(self, message: PhoneMessage, to: PushSubscription) -> None:
        """RecipientRefusedError where it is not taken."""
        digest = hashlib.sha256(message.id.encode()).hexdigest()[:32]
        told = {
            "title": message.subject,
            "body": message.text.split("\n")[0],
            "url": message.link.address,
            "tag": digest,
        }
        headers = {
            "Authorization": PushKey(self._folder).authorization(to.endpoint, self._contact),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": f"{KEPT_S}",
            "Topic": digest,
        }
        opener = build_opener(NoRedirect, HTTPSHandler(context=ssl.create_default_context(cafile=self._ca_file)))
        try:
            body = encrypted(json.dumps(told).encode(), to)
            opener.open(Request(to.endpoint, body, headers), timeout=TIMEOUT_S).close()
        except HTTPError as error:
            error.close()
            reason = "the browser takes no messages any more" if error.code in GONE else "the push service refuses it"
            for_now = error.code not in (*GONE, *FOR_GOOD)
            raise RecipientRefusedError(f"{reason} ({error.code})", for_now=for_now) from error
        except ValueError as error:
            raise RecipientRefusedError("the browser's key cannot be used", for_now=False) from error
        except URLError as error:
            raise RecipientRefusedError(one_line(strip_errno(str(error.reason))), for_now=True) from error
        except (OSError, HTTPException) as error:
            raise RecipientRefusedError(
                one_line(strip_errno(str(error)) or type(error).__name__), for_now=True
            ) from error
