"""The wall's own certificate: a phone that trusts the authority trusts the wall, and nothing else through it."""

from __future__ import annotations

import ssl
import stat
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from surefoot.service.errors.gateways import CertificateError
from surefoot.service.views import local_authority
from surefoot.service.views.local_authority import CertificateFiles, write_certificate
from tests.service.command import surefoot
from tests.service.real_command import RealCommand
from tests.service.servers import START_S, free_port, wait

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def verified(files: CertificateFiles, host: str, at: datetime = NOW) -> subprocess.CompletedProcess[str]:
    """OpenSSL's word on the certificate, for a host at a date."""
    kind = "-verify_ip" if host[0].isdigit() else "-verify_hostname"
    return subprocess.run(
        ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-attime", f"{at.timestamp():.0f}",
         "-CAfile", files.authority, kind, host, files.certificate],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_client_that_trusts_the_authority_is_served_by_the_wall(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = surefoot(capsys, "certificate", "--folder", tmp_path)
    assert told.code == 0
    files, port = CertificateFiles(tmp_path), free_port()
    assert f"--cert {files.certificate} --key {files.key}" in told.out
    arguments = ("serve", "--port", str(port), "--cert", str(files.certificate), "--key", str(files.key))
    with RealCommand(tmp_path / "data", *arguments) as command:
        wait(lambda: "https://" in command.out)
        trusting = ssl.create_default_context(cafile=str(files.authority))
        connection = HTTPSConnection("127.0.0.1", port, context=trusting, timeout=START_S)
        connection.request("GET", "/health")
        assert connection.getresponse().read() == b"ok"
        connection.close()
        distrusting = HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(), timeout=START_S)
        with pytest.raises(ssl.SSLCertVerificationError):
            distrusting.request("GET", "/health")


@pytest.mark.parametrize("host", ["192.168.1.20", "coach.local", "wall.example.org"])
def test_openssl_accepts_it_for_the_names_it_was_made_for(tmp_path: Path, host: str) -> None:
    files = write_certificate(tmp_path, ["192.168.1.20", "coach.local", "wall.example.org"], NOW)
    assert verified(files, host).returncode == 0
    assert verified(files, "elsewhere.local").returncode != 0
    assert verified(files, host, NOW + timedelta(days=398)).returncode != 0


def test_the_authority_vouches_for_no_other_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_certificate(tmp_path, ["coach.local"], NOW)
    with pytest.raises(CertificateError, match=r"does not vouch for bank\.example; delete authority"):
        write_certificate(tmp_path, ["bank.example"], NOW)
    monkeypatch.setattr(local_authority, "_check_covered", lambda *_: None)
    refused = verified(write_certificate(tmp_path, ["bank.example"], NOW), "bank.example")
    assert "permitted subtree violation" in refused.stderr


def test_the_authority_stays_and_the_certificate_is_new(tmp_path: Path) -> None:
    files = write_certificate(tmp_path, ["coach.local"], NOW)
    authority, certificate = files.authority.read_bytes(), files.certificate.read_bytes()
    write_certificate(tmp_path, ["coach.local", "10.0.0.7"], NOW + timedelta(days=300))
    assert files.authority.read_bytes() == authority
    assert files.certificate.read_bytes() != certificate
    assert verified(files, "10.0.0.7", NOW + timedelta(days=600)).returncode == 0


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    files = write_certificate(tmp_path / "certificates", ["coach.local"], NOW)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (files.key, files.authority_key)} == {0o600}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["no name"], "error: 'no name' is no host name and no address; name the wall as phones reach it.\n"),
        (["999.1.1.1"], "error: '999.1.1.1' is no host name and no address; name the wall as phones reach it.\n"),
    ],
)
def test_what_is_no_name_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: Sequence[str], sentence: str
) -> None:
    refused = surefoot(capsys, "certificate", "--folder", tmp_path, *arguments)
    assert (refused.code, refused.err) == (2, sentence)


def test_an_authority_that_cannot_be_used_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = write_certificate(tmp_path, ["coach.local"], NOW)
    files.authority_key.unlink()
    told = surefoot(capsys, "certificate", "--folder", tmp_path, "coach.local")
    assert told.code == 2
    assert "is damaged, or one of its two files is missing; delete authority.crt and authority.key there" in told.err
    (tmp_path / "file").touch()
    told = surefoot(capsys, "certificate", "--folder", tmp_path / "file", "coach.local")
    assert (told.code, told.err) == (
        2,
        f"error: {tmp_path / 'file'} cannot be used (Not a directory); choose another with --folder.\n",
    )


def test_an_authority_that_ends_first_is_told(tmp_path: Path) -> None:
    write_certificate(tmp_path, ["coach.local"], NOW)
    with pytest.raises(CertificateError, match="ends on 2036-04-28"):
        write_certificate(tmp_path, ["coach.local"], NOW + timedelta(days=3600))
