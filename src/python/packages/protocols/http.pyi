"""HTTP and HTTPS, to hosts that the board's profile names."""
from typing import Any
BODY_BYTES_MAX: int

class HTTPError(Exception):
    """The answer is no HTTP, or larger than BODY_BYTES_MAX."""

class HTTPResponse:
    """status, reason, headers (a dict, names in lower case), data (bytes); text() and json() of it."""
    status: int
    reason: str
    headers: dict[str, str]
    data: bytes

    def __init__(self, status: int, reason: str, headers: dict[str, str], data: bytes) -> None: ...

    def text(self) -> str:
        """The body as text."""

    def json(self) -> Any:
        """The body read as JSON. ValueError when it is none."""

class HTTP:
    """A client. `timeout`: ms for each step. `ctx`: (cacert, clicert, clikey, verify, ...), whom to believe with
    https; cacert is PEM text. A program has no key of its own, so clicert and clikey stay empty.
    """

    def __init__(self, timeout: int = 5000, ctx: Any = ()) -> None: ...

    def request(
            self, method: str, url: str, body: str | bytes | None = None, headers: dict[str, str] | None = None,
            json: Any = None) -> HTTPResponse:
        """One request, one HTTPResponse, whatever its status. PermissionError: the board's profile does not name the
        host. ConnectionError, TimeoutError and their like when the network fails. No redirect is followed.
        """

    def get(self, url: str, headers: dict[str, str] | None = None) -> HTTPResponse:
        """request("GET", url)"""

    def post(
            self, url: str, body: str | bytes | None = None, headers: dict[str, str] | None = None,
            json: Any = None) -> HTTPResponse:
        """request("POST", url, ...)"""

    def put(
            self, url: str, body: str | bytes | None = None, headers: dict[str, str] | None = None,
            json: Any = None) -> HTTPResponse:
        """request("PUT", url, ...)"""

    def patch(
            self, url: str, body: str | bytes | None = None, headers: dict[str, str] | None = None,
            json: Any = None) -> HTTPResponse:
        """request("PATCH", url, ...)"""

    def delete(self, url: str, headers: dict[str, str] | None = None) -> HTTPResponse:
        """request("DELETE", url)"""
