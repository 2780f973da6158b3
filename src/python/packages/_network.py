"""Connections that the board makes and hands over open. Not for programs; they use protocols."""
import json
import socket
import ssl

import _board


class NetworkGenericError(OSError):
    """The network failed."""


class ConnectionTimeoutError(NetworkGenericError):
    """No answer in time."""


class ResolveError(NetworkGenericError):
    """There is no such name."""


class TLSHandshakeFailed(NetworkGenericError):
    """The other side is not who it should be, or speaks no TLS of ours."""


class TLSGenericError(NetworkGenericError):
    """TLS cannot be used so."""


def _translate(refused):
    code, message = refused.args
    if "look up" in message:
        return ResolveError(message)
    if code == "unavailable" and "in time" in message:
        return ConnectionTimeoutError(message)
    if code == "forbidden":
        return PermissionError(message)
    return NetworkGenericError(message)


def dial(host, port, protocol="tcp", timeout=5000):
    """An open socket to a host that the board's profile names. `timeout`: ms, for connecting and for each step."""
    request = {"do": "net.dial", "host": host, "port": port, "protocol": protocol, "timeout": min(timeout, 30000)}
    try:
        number = _board.board().call_for_descriptor(json.dumps(request))
    except _board.Refused as refused:
        raise _translate(refused) from None
    made = socket.socket(fileno=number)
    made.settimeout(timeout / 1000)
    return made


def context(ctx):
    """An ssl.SSLContext: itself, or of PEM text with the roots to believe, or of (cacert, clicert, clikey, verify)."""
    if isinstance(ctx, ssl.SSLContext):
        return ctx
    parts = tuple(ctx) if isinstance(ctx, (tuple, list)) else (ctx,)
    cacert, clicert, clikey, verify = (parts + ("", "", "", True)[len(parts):])[:4]
    if clicert or clikey:
        raise TLSGenericError("a program has no key: its board's is the agent's alone")
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if not verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    elif cacert:
        made.load_verify_locations(cadata=cacert.decode() if isinstance(cacert, bytes) else cacert)
    else:
        raise TLSGenericError("whom to believe? give the server's root: ctx=(open('/zerynth/root.pem').read(),)")
    return made


def secure(plain, host, ctx):
    """TLS over a socket."""
    try:
        return context(ctx).wrap_socket(plain, server_hostname=host)
    except ssl.SSLError as error:
        plain.close()
        why = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else error.reason
        raise TLSHandshakeFailed(f"{host}: {why}") from None
    except (TLSGenericError, OSError):
        plain.close()
        raise
