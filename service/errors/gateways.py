"""Gateways, their keys and certificates, and the service that takes what they recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from surefoot.service.errors import RequestError


class GatewayNameError(RequestError):
    """That is no name for a gateway."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name!r} is no name for a gateway; use up to 32 small letters, digits and -, not beginning with phone-."
        )


class GatewayUnknownError(RequestError):
    """There is no key of that gateway."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name = name
        self.known = tuple(known)
        there = f"there are keys for {', '.join(known)}" if known else "there are no keys"
        super().__init__(f"there is no key for a gateway {name!r}; {there}.")


class GatewayKeysError(RequestError):
    """The file of the gateways' keys cannot be read or written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"the keys of the gateways in {path} cannot be used ({reason}).")


class GatewayCertificateError(RequestError):
    """The authority of the service's certificate cannot be used."""

    def __init__(self, path: Path | None, reason: str) -> None:
        self.path = path
        super().__init__(f"{path} is no certificate authority in PEM that can be read ({reason}); see gateway.ca_file.")


class ServiceUnreachableError(RequestError):
    """The service that a gateway hands its recordings to cannot be reached."""

    def __init__(self, url: str, reason: str, advice: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(f"{url} cannot be reached ({reason}); {advice}.")


class ServiceRefusedError(RequestError):
    """The service does not take what a gateway sends.

    Parameters
    ----------
    received : bytes of the journal that it has; None where it does not say.
    """

    def __init__(self, status: int, sentence: str, received: int | None) -> None:
        self.status = status
        self.received = received
        super().__init__(sentence)


class NoGatewayUrlError(RequestError):
    """The settings name no service."""

    def __init__(self) -> None:
        super().__init__("the settings name no service; set gateway.url to the address of its wall, and gateway.key.")


class CertificateError(RequestError):
    """No certificate for the wall can be made."""
