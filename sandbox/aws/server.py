"""The sandbox's AWS: moto's server (S3, IAM, STS) with what it needs to stand in for an account.

Two listeners on loopback: TLS, which is the one to use, and plain HTTP, there to be refused by a policy that wants
TLS. Others by TLS in other network namespaces, where they are asked for. One line on standard output says when both are ready. State is kept in a folder, if one is given.
"""

import argparse
import contextlib
import ctypes
import json
import os
import signal
import sys
import threading

sys.dont_write_bytecode = True
# Of names that are AWS's own, and of no other, the first part is a bucket.
os.environ.setdefault("S3_IGNORE_SUBDOMAIN_BUCKETNAME", "" if "--name" in sys.argv else "true")
os.environ.setdefault("MOTO_ALLOW_NONEXISTENT_REGION", "false")

from werkzeug.serving import ThreadedWSGIServer

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

import aws_http
import aws_iam
import aws_policies
import aws_restores
import aws_rights
import aws_s3
import aws_state
import aws_tls


CLONE_NEWNET = 0x40000000


class PlainServer(ThreadedWSGIServer):
    daemon_threads = True
    block_on_close = False


class TlsServer(PlainServer):
    """Shakes hands in the connection's own thread: a client that stalls holds up nobody else."""

    def start_tls(self, context):
        self.ssl_context = context
        return self

    def get_request(self):
        connection, address = super().get_request()
        wrapped = self.ssl_context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def recorded(application, state, log):
    """Notes each request in the log, and tells the state of each that may have changed something."""

    def call(environ, start_response):
        status = []

        def start(line, headers, *rest):
            status.append(line.split(" ")[0])
            return start_response(line, headers, *rest)

        try:
            return application(environ, start)
        finally:
            if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
                state.changed()
            if log:
                query = environ.get("QUERY_STRING")
                entry = {
                    "scheme": environ["wsgi.url_scheme"],
                    "method": environ["REQUEST_METHOD"],
                    "path": environ["PATH_INFO"] + (f"?{query}" if query else ""),
                    "status": int(status[0]) if status else 0,
                }
                log.write(json.dumps(entry) + "\n")
                log.flush()

    return call


@contextlib.contextmanager
def inside(namespace):
    """Sockets made within belong to the network namespace of that path (Linux, root)."""

    def enter(path):
        with open(path, "rb") as file:
            if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"no network namespace {path}")

    libc = ctypes.CDLL(None, use_errno=True)
    own = f"/proc/self/task/{threading.get_native_id()}/ns/net"
    with open(own, "rb") as file:
        enter(namespace)
        try:
            yield
        finally:
            libc.setns(file.fileno(), CLONE_NEWNET)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tls", required=True, metavar="DIR", help="folder for the certificate, made when absent")
    parser.add_argument("--state", metavar="DIR", help="folder to keep state in; without one it is forgotten")
    parser.add_argument("--log", metavar="FILE", help="file to which each request is added as a line of JSON")
    parser.add_argument("--hold-restores", metavar="FILE", help="restores go on for as long as this file is there")
    parser.add_argument("--port", type=int, default=0, help="of the TLS listener; 0 picks a free one")
    parser.add_argument("--plain-port", type=int, default=0, help="of the plain listener; 0 picks a free one")
    parser.add_argument("--name", action="append", default=[], help="a name the certificate is for, too")
    parser.add_argument(
        "--also",
        action="append",
        nargs=3,
        default=[],
        metavar=("NAMESPACE", "ADDRESS", "PORT"),
        help="listens there too, by TLS: path of a network namespace; port 0 is the TLS listener's",
    )
    parser.add_argument("--until-stdin-closes", action="store_true", help="stop when whoever started this is gone")
    options = parser.parse_args()

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    aws_policies.install()
    aws_rights.install()
    aws_s3.install()
    aws_restores.install(options.hold_restores)
    aws_iam.install()
    state = aws_state.State(options.state)
    state.load()

    log = open(options.log, "a", encoding="utf-8") if options.log else None
    application = recorded(DomainDispatcherApplication(create_backend_app), state, log)
    context = aws_tls.context(options.tls, options.name)
    tls = TlsServer("127.0.0.1", options.port, application, aws_http.Handler).start_tls(context)
    plain = PlainServer("127.0.0.1", options.plain_port, application, aws_http.Handler)
    servers = [tls, plain]
    for namespace, address, port in options.also:
        with inside(namespace):
            also = TlsServer(address, int(port) or tls.port, application, aws_http.Handler)
        servers.append(also.start_tls(context))
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    if options.until_stdin_closes:
        threading.Thread(target=lambda: (sys.stdin.buffer.read(), stop.set()), daemon=True).start()

    print(f"s3: https://127.0.0.1:{tls.port} (plain HTTP: http://127.0.0.1:{plain.port})", flush=True)
    while not stop.wait(0.3):
        state.save_if_changed()
    for server in servers:
        server.shutdown()
        server.server_close()
    state.save_if_changed()
    if log:
        log.close()
    os._exit(0)  # connections left open have threads that wait for their next request


if __name__ == "__main__":
    main()
