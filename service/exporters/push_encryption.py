"""Encrypts a message for one browser, so that the push service between reads nothing (RFC 8291, aes128gcm)."""

from __future__ import annotations

import secrets
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from surefoot.service.people.push import PushSubscription, from_base64
from surefoot.service.people.push_key import point_bytes

RECORD_BYTES = 4096
SALT_BYTES, KEY_BYTES, NONCE_BYTES, SECRET_BYTES = 16, 16, 12, 32
LAST_RECORD = b"\x02"


def encrypted(
    message: bytes, to: PushSubscription, *, sender: ec.EllipticCurvePrivateKey | None = None, salt: bytes | None = None
) -> bytes:
    """A message of less than 4 kB as one record.

    Parameters
    ----------
    sender, salt : new for each message; given only to compare with an example.

    Raises
    ------
    ValueError
        if the browser's key is not a point of the curve.
    """
    sender, salt = sender or ec.generate_private_key(ec.SECP256R1()), salt or secrets.token_bytes(SALT_BYTES)
    theirs = from_base64(to.p256dh)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    ours = point_bytes(sender.public_key())
    secret = _derived(shared, from_base64(to.auth), b"WebPush: info\0" + theirs + ours, SECRET_BYTES)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", KEY_BYTES)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", NONCE_BYTES)
    head = salt + struct.pack("!LB", RECORD_BYTES, len(ours)) + ours
    return head + AESGCM(key).encrypt(nonce, message + LAST_RECORD, None)


def _derived(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)
