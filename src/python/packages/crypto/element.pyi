"""The secure element. Its keys never leave it."""

def uid(hex: bool = True) -> str | bytes:
    """The element's number: 9 bytes."""

def sha256(msg: str | bytes, hex: bool = True) -> str | bytes:
    """SHA-256 of the message."""

def pubkey(hex: bool = True) -> str | bytes:
    """The public identity key: X and Y, 64 bytes."""

def sign(msg: str | bytes, hex: bool = True) -> str | bytes:
    """ECDSA P-256 with the identity key: R and S, 64 bytes.

    What is signed is SHA-256("signet.app.v1" 0x00 msg), not SHA-256(msg): a program cannot make the element sign a
    claim, a certificate or a TLS handshake. Verifiers prefix the message in the same way.
    """

def common_name() -> str:
    """The device common name, "sn0123...01": the CN of the element's certificate."""

def get_device_certificate() -> str:
    """The element's certificate, PEM."""
