"""The server: one page for one person on one machine, until it is interrupted.

Each request goes through the gate first. Then it is a file of the page, the file on disk, or a
question with a body. A request that ends early, or never begins, costs a thread and no more.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import sys
import traceback
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from archdsl.diagnostics import CompileError, error
from archdsl.studio import questions
from archdsl.studio.asked import BODY, Body
from archdsl.studio.bundle import Sent, page_file
from archdsl.studio.desk import Desk
from archdsl.studio.gate import HOST, Gate, Refusal
from archdsl.studio.told import Told

_WAIT = 60
"""Seconds that a connection may be silent."""

_BODIES = frozenset({"content-length", "transfer-encoding"})
"""What a request has a body by."""


class Server(ThreadingHTTPServer):
    """A server of a studio at a free port, or at one that is asked for."""

    daemon_threads = True
    # Elsewhere than on Unix, it would let two servers have one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, desk: Desk, port: int = 0) -> None:
        """Listen, so that requests wait until `serve_forever` takes them.

        Raises:
            CompileError: the port is in use, or not to be had.
        """
        try:
            super().__init__((HOST, port), Handler)
        except OSError as fault:
            is_taken = fault.errno == errno.EADDRINUSE
            reason = "it is in use" if is_taken else str(fault.strerror).lower()
            hint = "leave out `--port`, and a free one is taken"
            message = f"cannot listen at port {port}: {reason}"
            raise CompileError([error("port", message, help=hint)]) from None
        self.desk, self.gate = desk, Gate(self.server_port)
        self._has_garbage = False

    def server_bind(self) -> None:
        """Bind without asking for the name of this machine, as `HTTPServer` does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.socket.getsockname()[1]

    def service_actions(self) -> None:
        """Collect garbage while nobody waits: during an answer, looking for it takes a third."""
        if self._has_garbage:
            self._has_garbage = False
            gc.collect()

    def answer(self, asked: str, body: Body) -> Told:
        """The answer to a question about the text."""
        self._has_garbage = True
        return questions.answer(self.desk, asked, body)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong, unless a client has vanished."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection, which may have many requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _WAIT

    def do_GET(self) -> None:
        # A body is not read: without this, it would be taken for the next request.
        self.close_connection |= bool(_BODIES.intersection(map(str.lower, self.headers)))
        self._answer(self._got)

    def do_POST(self) -> None:
        self._answer(self._posted)

    def _answer(self, found: Callable[[str], Sent]) -> None:
        """Send what is asked for if the gate lets the request in, or a line that says why not."""
        try:
            asked = self.server.gate.let_in(self.path, self.headers)
            self._send(HTTPStatus.OK, found(asked))
        except Refusal as refusal:
            self.send_error(refusal.status, refusal.message)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            # A fault of archdsl: it is told here, and the page goes on.
            traceback.print_exc()
            message = "archdsl has a fault, which it printed where it was started"
            self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR, message)

    def _got(self, asked: str) -> Sent:
        told = questions.fact(self.server.desk, asked)
        if told is not None:
            return _json(told)
        found = page_file(asked)
        if found is None:
            raise Refusal(HTTPStatus.NOT_FOUND, f"there is no `{asked}`")
        return found

    def _posted(self, asked: str) -> Sent:
        return _json(self.server.answer(asked, Body.read(self._body())))

    def _body(self) -> bytes:
        """The body of a request.

        Raises:
            Refusal: it is not JSON, says no length, or is too long.
        """
        # A form of another page could be sent without asking, but not with this type.
        if self.headers.get_content_type() != "application/json":
            raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
        said, *others = self.headers.get_all("Content-Length", [""])
        is_sure = not others and "Transfer-Encoding" not in self.headers
        if not (is_sure and said.isascii() and said.isdecimal()):
            raise Refusal(HTTPStatus.LENGTH_REQUIRED, "the request must say the length of its body")
        if len(said) > len(str(BODY)) or int(said) > BODY:
            message = f"a request can have at most {BODY // 2**20} MiB"
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
        return self.rfile.read(int(said))

    def _send(self, status: HTTPStatus, sent: Sent) -> None:
        self.send_response(status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", sent.kind)
        self.send_header("Content-Length", str(len(sent.content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(sent.content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send a line that says what is wrong. A body that was not read is not read any more."""
        status = HTTPStatus(code)
        self.close_connection = True
        line = f"{message or status.phrase}\n".encode()
        self._send(status, Sent("text/plain; charset=utf-8", line))

    def version_string(self) -> str:
        return "archdsl"

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: addresses have the token."""


def _json(told: Told) -> Sent:
    return Sent("application/json", json.dumps(told).encode())
