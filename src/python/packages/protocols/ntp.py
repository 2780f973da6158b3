"""What time it is, by SNTP (RFC 4330), from a host that the board's profile names."""
import secrets
import struct
import time as _time

import _network

_SINCE_1900 = 2208988800  # seconds from 1900 to 1970
_PACKET = struct.Struct(">BBbb 11I")


class NTPError(Exception):
    """The server does not know the time, or what came was not its answer."""


def get_time(host="pool.ntp.org", port=123, timeout=5000):
    """Seconds since 1970 (a float), corrected by half of the way there and back."""
    line = _network.dial(host, port, "udp", timeout)
    try:
        mark = secrets.token_bytes(8)  # comes back in the answer: nobody who did not see the question can give one
        sent = _time.monotonic()
        line.send(b"\x23" + bytes(39) + mark)  # version 4, client
        answer = line.recv(512)
        took = _time.monotonic() - sent
    except TimeoutError:
        raise _network.ConnectionTimeoutError(f"{host} did not answer in time") from None
    finally:
        line.close()
    return _read(answer, mark) + took / 2


def _read(answer, mark):
    if len(answer) < 48 or answer[24:32] != mark:
        raise NTPError("this is no answer to what was asked")
    fields = _PACKET.unpack(answer[:48])
    mode, unsynchronised, stratum = fields[0] & 7, fields[0] >> 6 == 3, fields[1]
    if mode != 4 or unsynchronised or not 1 <= stratum <= 15:
        raise NTPError("the server does not know the time")
    seconds, fraction = fields[-2], fields[-1]
    era = 1 << 32 if seconds < _SINCE_1900 else 0  # the count begins anew in 2036
    return seconds + era - _SINCE_1900 + fraction / (1 << 32)
