"""How the sandbox's AWS speaks HTTP: a connection is kept for the next request, as S3 keeps it."""

import io

from werkzeug.exceptions import InternalServerError
from werkzeug.test import run_wsgi_app

from moto.moto_server.werkzeug_app import MotoRequestHandler


class Handler(MotoRequestHandler):
    """werkzeug's own closes every connection, for it does not know where a request ends that the application left unread.

    Here a request is read whole before it is answered. One that breaks off has no answer, and changes nothing.
    """

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes, and the second shall not wait until the first is acknowledged.
    disable_nagle_algorithm = True

    def run_wsgi(self):
        environ = self.make_environ()
        if environ.get("wsgi.input_terminated"):
            # What may follow the last chunk is not read.
            self.close_connection = True
            body = environ["wsgi.input"].read()
        else:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:
                self.close_connection = True
                return
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            chunks, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except Exception:
            chunks, status, headers = run_wsgi_app(InternalServerError(), environ, buffered=True)
        self.answer(status, headers, b"".join(chunks))

    def answer(self, status, headers, data):
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        has_body = self.command != "HEAD" and code not in ("204", "304")
        if has_body and "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(data)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if has_body:
            self.wfile.write(data)

    def log(self, *_):
        pass
