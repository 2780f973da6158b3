"""What time it is, by SNTP (RFC 4330), from a host that the board's profile names."""

class NTPError(Exception):
    """The server does not know the time, or what came was not its answer."""

def get_time(host: str = 'pool.ntp.org', port: int = 123, timeout: int = 5000) -> float:
    """Seconds since 1970 (a float), corrected by half of the way there and back."""
