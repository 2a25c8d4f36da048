"""The key by which push services know this service (VAPID, RFC 8292); made when it is needed first."""

from __future__ import annotations

import json
import time
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from surefoot.sensor_ingest.recording.private_files import make_private_folder, replace_private_bytes
from surefoot.service.people.push import to_base64

FILE_NAME = "web-push.pem"
LIFETIME_S = 12 * 3600
NUMBER_BYTES = 32


class PushKey:
    """The key of a data folder; with another one, browsers have to be told anew."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE_NAME
        if not path.exists():
            make_private_folder(folder)
            replace_private_bytes(path, _new_pem())
        key = serialization.load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    @property
    def public(self) -> str:
        """As browsers want it."""
        return to_base64(point_bytes(self._key.public_key()))

    def authorization(self, endpoint: str, contact: str) -> str:
        """Header that says to a push service who sends, and how to reach whoever keeps the service."""
        to = urlsplit(endpoint)
        claims = {
            "aud": f"{to.scheme}://{to.netloc}",
            "exp": int(time.time()) + LIFETIME_S,
            "sub": f"mailto:{contact}",
        }
        signed = ".".join(to_base64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        numbers = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        signature = b"".join(number.to_bytes(NUMBER_BYTES, "big") for number in numbers)
        return f"vapid t={signed}.{to_base64(signature)}, k={self.public}"


def point_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as an uncompressed point, 65 bytes."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _new_pem() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
