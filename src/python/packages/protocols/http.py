"""HTTP and HTTPS, to hosts that the board's profile names."""
import http.client
import json as _json
from urllib.parse import urlsplit

import _network

BODY_BYTES_MAX = 1 << 20  # of an answer; a longer one is refused


class HTTPError(Exception):
    """The answer is no HTTP, or larger than BODY_BYTES_MAX."""


class HTTPResponse:
    """status, reason, headers (a dict, names in lower case), data (bytes); text() and json() of it."""

    def __init__(self, status, reason, headers, data):
        self.status, self.reason, self.headers, self.data = status, reason, headers, data

    def text(self):
        """The body as text."""
        return self.data.decode("utf-8", "replace")

    def json(self):
        """The body read as JSON. ValueError when it is none."""
        return _json.loads(self.data)


class _Plain(http.client.HTTPConnection):
    def __init__(self, host, port, timeout):
        super().__init__(host, port)
        self.wait = timeout

    def connect(self):
        self.sock = _network.dial(self.host, self.port, timeout=self.wait)


class _Secure(_Plain):
    default_port = 443
    ctx = ()

    def connect(self):
        super().connect()
        self.sock = _network.secure(self.sock, self.host, self.ctx)


class HTTP:
    """A client. `timeout`: ms for each step. `ctx`: (cacert, clicert, clikey, verify, ...), whom to believe with
    https; cacert is PEM text. A program has no key of its own, so clicert and clikey stay empty."""

    def __init__(self, timeout=5000, ctx=()):
        self.timeout, self.ctx = timeout, ctx

    def request(self, method, url, body=None, headers=None, json=None):
        """One request, one HTTPResponse, whatever its status. PermissionError: the board's profile does not name the
        host. ConnectionError, TimeoutError and their like when the network fails. No redirect is followed."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a URL begins with http:// or https:// and a host")
        headers = dict(headers or {})
        if json is not None:
            body = _json.dumps(json)
            headers.setdefault("Content-Type", "application/json")
        secure = parts.scheme == "https"
        line = (_Secure if secure else _Plain)(parts.hostname, parts.port or (443 if secure else 80), self.timeout)
        line.ctx = self.ctx
        try:
            line.request(method, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            return self._read(line)
        except http.client.HTTPException as error:
            raise HTTPError(f"{parts.hostname}: {type(error).__name__}") from None
        finally:
            line.close()

    @staticmethod
    def _read(line):
        answer = line.getresponse()
        data = answer.read(BODY_BYTES_MAX + 1)
        if len(data) > BODY_BYTES_MAX:
            raise HTTPError("the answer is larger than 1 MiB")
        return HTTPResponse(answer.status, answer.reason, {k.lower(): v for k, v in answer.getheaders()}, data)

    def get(self, url, headers=None):
        """request("GET", url)"""
        return self.request("GET", url, headers=headers)

    def post(self, url, body=None, headers=None, json=None):
        """request("POST", url, ...)"""
        return self.request("POST", url, body, headers, json)

    def put(self, url, body=None, headers=None, json=None):
        """request("PUT", url, ...)"""
        return self.request("PUT", url, body, headers, json)

    def patch(self, url, body=None, headers=None, json=None):
        """request("PATCH", url, ...)"""
        return self.request("PATCH", url, body, headers, json)

    def delete(self, url, headers=None):
        """request("DELETE", url)"""
        return self.request("DELETE", url, headers=headers)
