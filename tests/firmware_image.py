"""Firmware images for tests that need no signature that holds: whole, and signed by nobody. docs/formats/image.md"""
import hashlib
import struct

OS, PYTHON, NATIVE = 1, 2, 3


def tlv(kind, value):
    return struct.pack("<HH", kind, len(value)) + value


def area(magic, tlvs):
    return struct.pack("<HH", magic, len(tlvs) + 4) + tlvs


def firmware_image(payload, kind=OS, board=b"virtual", version=(1, 0, 0, 0)):
    own = tlv(0x50, struct.pack("<I", 1)) + tlv(0xA0, board)
    if kind != OS:
        own += tlv(0xA1, struct.pack("<BBHI", 1, 0, 0, 0))
    own = area(0x6908, own + tlv(0xA2, bytes([kind])))
    head = struct.pack("<IIHHIIBBHII", 0x96F3B83D, 0, 32, len(own), len(payload), 0, *version, 0)
    digested = head + payload + own
    signature = bytes.fromhex("3006020101020101")
    plain = tlv(0x10, hashlib.sha256(digested).digest()) + tlv(0x01, bytes(32)) + tlv(0x22, signature)
    return digested + area(0x6907, plain)
