"""The secure element. Its keys never leave it."""
import base64
import hashlib

from _board import ask


def _bytes(message):
    return message.encode() if isinstance(message, str) else bytes(message)


def _form(data_hex, as_hex):
    return data_hex if as_hex else bytes.fromhex(data_hex)


def uid(hex=True):
    """The element's number: 9 bytes."""
    return _form(ask("element.uid")["uid"], hex)


def sha256(msg, hex=True):
    """SHA-256 of the message."""
    return _form(hashlib.sha256(_bytes(msg)).hexdigest(), hex)


def pubkey(hex=True):
    """The public identity key: X and Y, 64 bytes."""
    return _form(ask("element.pubkey")["pubkey"], hex)


def sign(msg, hex=True):
    """ECDSA P-256 with the identity key: R and S, 64 bytes.

    What is signed is SHA-256("signet.app.v1" 0x00 msg), not SHA-256(msg): a program cannot make the element sign a
    claim, a certificate or a TLS handshake. Verifiers prefix the message in the same way.
    """
    return _form(ask("element.sign", message=base64.b64encode(_bytes(msg)).decode())["signature"], hex)


def common_name():
    """The device common name, "sn0123...01": the CN of the element's certificate."""
    return ask("element.common_name")["common_name"]


def get_device_certificate():
    """The element's certificate, PEM."""
    body = ask("element.certificate")["certificate"]
    lines = [body[at:at + 64] for at in range(0, len(body), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
