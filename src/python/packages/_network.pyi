"""Not for programs: they use protocols. Here are the exceptions that those raise."""
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
