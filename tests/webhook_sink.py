"""A program elsewhere that is told by webhooks: it keeps what it took, and answers as it is told.

    with Sink() as sink:                    # or Sink(certificate, key): HTTPS
        sink.answer = 503                   # from now on; a function of the request is asked instead
        sink.deliveries                     # those that it answered 2xx
"""
import http.server
import json
import ssl
import threading


class Delivery:
    def __init__(self, path, headers, raw):
        self.path, self.headers, self.raw, self.body = path, headers, raw, json.loads(raw)

    @property
    def lines(self):
        return self.body if isinstance(self.body, list) else self.body["result"]  # conditions come as an array alone


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        delivery, sink = Delivery(self.path, self.headers, raw), self.server.sink
        with sink.lock:
            sink.attempts.append(delivery)
            status = sink.answer(delivery) if callable(sink.answer) else sink.answer
            if 200 <= status < 300:
                sink.deliveries.append(delivery)
        self.send_response(status)
        for name, value in sink.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Sink:
    def __init__(self, certificate=None, key=None, port=0):
        self.attempts, self.deliveries, self.answer, self.headers, self.lock = [], [], 200, {}, threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads, self.server.sink = True, self
        self.port, self.scheme = self.server.server_address[1], "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def url(self, host="127.0.0.1", path="/zdm/data"):
        return f"{self.scheme}://{host}:{self.port}{path}"

    def lines(self):
        with self.lock:
            return [line for delivery in self.deliveries for line in delivery.lines]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
