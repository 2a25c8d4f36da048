"""A certificate authority of one's own, which phones can be told to trust, and the wall's certificate from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from surefoot.sensor_ingest.recording.private_files import make_private_folder, replace_private_file
from surefoot.service.errors.gateways import CertificateError

AUTHORITY_LASTS, CERTIFICATE_LASTS = timedelta(days=3650), timedelta(days=397)
"""Browsers refuse a server's certificate that is valid for much longer than a year."""
EARLIER = timedelta(days=1)
"""Valid from then on, as a phone's date may be behind."""
LOCAL_NAMES = ("localhost", "local", "lan", "home.arpa", "internal")
PRIVATE_NETWORKS = (
    "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip
_DNS_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9-]{1,63})*")


@dataclass(frozen=True, slots=True)
class CertificateFiles:
    """Where the files of a folder are, all in PEM."""

    folder: Path

    @property
    def authority(self) -> Path:
        """What a phone is told to trust."""
        return self.folder / "authority.crt"

    @property
    def authority_key(self) -> Path:
        """Key of the authority: whoever has it can pretend to be the wall."""
        return self.folder / "authority.key"

    @property
    def certificate(self) -> Path:
        """For `--cert`: the wall's certificate."""
        return self.folder / "wall.crt"

    @property
    def key(self) -> Path:
        """For `--key`."""
        return self.folder / "wall.key"


def write_certificate(folder: Path, names: Sequence[str], now_utc: datetime) -> CertificateFiles:
    """Write a certificate for the wall at these host names and addresses, from the folder's authority.

    The authority is made where there is none. It vouches for private addresses, for `LOCAL_NAMES` and for the names of
    its first certificate only: with its key nobody can pretend to be any other place that a phone visits.

    Raises
    ------
    CertificateError
        if a name is none, the authority cannot be used or does not vouch for a name, or a file cannot be written.
    """
    files = CertificateFiles(folder)
    wanted = [_general_name(name) for name in names]
    try:
        make_private_folder(folder)
        authority, authority_key = _authority(files, wanted, now_utc)
        _check_covered(files, authority, names, now_utc)
        key = generate_private_key(SECP256R1())
        certificate = _server_certificate(wanted, key, authority, authority_key, now_utc)
        _write(files.certificate, certificate)
        _write(files.key, key)
    except OSError as error:
        raise CertificateError(f"{folder} cannot be used ({error.strerror}); choose another with --folder.") from error
    return files


def _authority(
    files: CertificateFiles, names: Sequence[x509.GeneralName], now_utc: datetime
) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    """The folder's authority, a new one if there is none."""
    if not files.authority.exists() and not files.authority_key.exists():
        key = generate_private_key(SECP256R1())
        authority = _authority_certificate(names, key, now_utc)
        _write(files.authority_key, key)
        _write(files.authority, authority)
        return authority, key
    try:
        authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
        found = load_pem_private_key(files.authority_key.read_bytes(), password=None)
    except (ValueError, TypeError, FileNotFoundError) as error:
        raise _unusable(files, "is damaged, or one of its two files is missing") from error
    if not isinstance(found, EllipticCurvePrivateKey) or found.public_key() != authority.public_key():
        raise _unusable(files, "and its key do not belong together")
    return authority, found


def _authority_certificate(
    names: Sequence[x509.GeneralName], key: EllipticCurvePrivateKey, now_utc: datetime
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"surefoot {now_utc:%Y-%m-%d %H:%M}")])
    local = [x509.DNSName(each) for each in LOCAL_NAMES]
    private = [x509.IPAddress(ip_network(each)) for each in PRIVATE_NETWORKS]
    named = [each if isinstance(each, x509.DNSName) else x509.IPAddress(ip_network(each.value)) for each in names]
    permitted = list(dict.fromkeys([*local, *private, *named]))
    builder = _builder(name, name, key, now_utc, AUTHORITY_LASTS)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.NameConstraints(permitted, None), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=True), critical=True)
    return builder.sign(key, SHA256())


def _server_certificate(
    names: Sequence[x509.GeneralName],
    key: EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: EllipticCurvePrivateKey,
    now_utc: datetime,
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "surefoot wall")])
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    builder = _builder(name, authority.subject, key, now_utc, CERTIFICATE_LASTS)
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(signs_certificates=False), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    builder = builder.add_extension(issuer, critical=False)
    return builder.sign(authority_key, SHA256())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: EllipticCurvePrivateKey, now_utc: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now_utc - EARLIER).not_valid_after(now_utc + lasts)
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        if not _DNS_NAME.fullmatch(name) or re.fullmatch(r"[0-9.]+", name):
            raise CertificateError(
                f"{name!r} is no host name and no address; name the wall as phones reach it."
            ) from None
        return x509.DNSName(name.lower())


def _check_covered(
    files: CertificateFiles, authority: x509.Certificate, names: Sequence[str], now_utc: datetime
) -> None:
    """Whether the authority vouches for the names, as long as the certificate lasts."""
    if authority.not_valid_after_utc < now_utc + CERTIFICATE_LASTS:
        raise _unusable(files, f"ends on {authority.not_valid_after_utc:%Y-%m-%d}")
    try:
        limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        return
    for name in names:
        if not any(_covers(limit, _general_name(name)) for limit in limits):
            raise _unusable(files, f"does not vouch for {name}")


def _covers(limit: x509.GeneralName, name: x509.DNSName | x509.IPAddress) -> bool:
    if isinstance(limit, x509.DNSName) and isinstance(name, x509.DNSName):
        return name.value == limit.value or name.value.endswith(f".{limit.value}")
    network, address = limit.value, name.value
    return (
        isinstance(network, IPv4Network | IPv6Network)
        and isinstance(address, IPv4Address | IPv6Address)
        and address in network
    )


def _unusable(files: CertificateFiles, why: str) -> CertificateError:
    return CertificateError(
        f"the authority {files.authority} {why}; delete {files.authority.name} and {files.authority_key.name} there "
        "for a new one, which each phone must be told to trust again."
    )


def _write(path: Path, what: x509.Certificate | EllipticCurvePrivateKey) -> None:
    if isinstance(what, x509.Certificate):
        text = what.public_bytes(Encoding.PEM)
    else:
        text = what.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    replace_private_file(path, text.decode("ascii"))
