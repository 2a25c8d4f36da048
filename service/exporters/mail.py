"""Messages by e-mail."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate

from surefoot.service.errors import mask_secrets, strip_errno
from surefoot.service.exporters.message_refusal import RecipientRefusedError, ServerDownError, one_line
from surefoot.service.serialization.run_messages import PhoneMessage
from surefoot.service.settings import MessageSettings, RunnerMessages

TIMEOUT_S = 10.0
REFUSED_FOR_GOOD = 500
"""Replies from here on are for good; those below ask to try later (RFC 5321, 4.2.1)."""
WRONG_PASSWORD = "the server refuses messages.smtp_username or messages.smtp_password"


class Mail:
    """A mail server that takes messages for others; calls block."""

    def __init__(self, settings: MessageSettings) -> None:
        self._settings = settings

    @staticmethod
    def recipient(_: str, messages: RunnerMessages) -> str | None:
        """Who gets a runner's messages this way."""
        return messages.to

    def check(self) -> None:
        """Sign in, and send nothing; ServerDownError where that does not work."""
        with self._connected():
            pass

    def send(self, message: PhoneMessage, recipient: str) -> None:
        """Send a message.

        Raises
        ------
        ServerDownError, RecipientRefusedError
            if it was not taken.
        """
        with self._connected() as server:
            try:
                server.send_message(self._composed(message, recipient))
            except smtplib.SMTPRecipientsRefused as error:
                code, answer = error.recipients[recipient]
                raise _refused("the address", code, answer) from error
            except smtplib.SMTPDataError as error:
                raise _refused("the message", error.smtp_code, error.smtp_error) from error

    def _composed(self, message: PhoneMessage, recipient: str) -> EmailMessage:
        sender = self._settings.sender or ""
        digest = hashlib.sha256(f"{message.id} {recipient}".encode()).hexdigest()[:32]
        composed = EmailMessage()
        composed["From"], composed["To"], composed["Subject"] = sender, recipient, message.subject
        composed["Date"] = formatdate(localtime=True)
        composed["Message-ID"] = f"<{digest}@{sender.rpartition('@')[2]}>"  # the same when it is sent again
        composed["Auto-Submitted"] = "auto-generated"
        composed.set_content(message.text)
        return composed

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        try:
            server = self._open()
            try:
                self._sign_in(server)
                yield server
                with suppress(OSError):  # what was sent is sent, whatever the server says of our leaving
                    server.quit()
            finally:
                server.close()
        except smtplib.SMTPAuthenticationError as error:
            raise ServerDownError(f"{WRONG_PASSWORD} ({error.smtp_code})") from error
        except smtplib.SMTPResponseException as error:
            raise ServerDownError(self._masked(f"{error.smtp_code} {one_line(error.smtp_error)}")) from error
        except OSError as error:
            raise ServerDownError(self._masked(one_line(strip_errno(str(error)) or type(error).__name__))) from error

    def _open(self) -> smtplib.SMTP:
        host, port = self._settings.smtp_host or "", self._settings.smtp_port
        if self._settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=self._tls())
        return smtplib.SMTP(host, port, timeout=TIMEOUT_S)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._settings.smtp_security == "starttls":
            server.starttls(context=self._tls())
        if self._settings.smtp_username:
            server.login(self._settings.smtp_username, self._settings.smtp_password.get_secret_value())

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)

    def _masked(self, text: str) -> str:
        return mask_secrets(text, [self._settings.smtp_password.get_secret_value()])


def _refused(what: str, code: int, answer: bytes | str) -> RecipientRefusedError:
    return RecipientRefusedError(f"{what} is refused ({code} {one_line(answer)})", for_now=code < REFUSED_FOR_GOOD)
