"""A studio in this process: its server in a thread, and requests as anybody could send them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from threading import Thread
from typing import Any

from archdsl.program.published import locate
from archdsl.studio.desk import Desk
from archdsl.studio.disk import Disk
from archdsl.studio.server import Server

FIRST = """\
block unit(x, channels, stride) {
  return x -> conv(channels, kernel = 3, stride) -> batch_norm -> relu
}

network first(classes = 8) {
  input video: 3 x 8 x 64^2

  table {
    | block | channels | number | stride    |
    |-------|----------|--------|-----------|
    | unit  | 16       | 1      | (1, 2, 2) |
    | unit  | 32       | 2      | 2         |
    | unit  | 64       | 2      | 2         |
  }
  return in -> adaptive_avg_pool -> flatten -> linear(classes)
}

claim first {
  macs 74.3M
}
"""


@dataclass(frozen=True)
class Studio:
    """A running studio, and how it is asked."""

    server: Server
    path: Path

    @property
    def port(self) -> int:
        return self.server.server_port

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"/{self.server.gate.token}/"

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[HTTPResponse, bytes]:
        """Send a request, whose path is from the root, and read all of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {"Host": self.host, **(headers or {})}
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            if body is not None and "Content-Length" not in sent:
                sent["Content-Length"] = str(len(body))
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def get(self, name: str) -> Any:
        response, content = self.request("GET", self.base + name)
        assert response.status == 200, content
        return json.loads(content)

    def ask(self, question: str, **body: object) -> Any:
        """The answer to a question of the page."""
        sent = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        response, content = self.request("POST", self.base + question, sent, headers)
        assert response.status == 200, content
        return json.loads(content)

    def look(self, question: str = "analyse", **values: object) -> Any:
        """The answer to a question about a network, looked at as the page does at first."""
        asked = {"network": None, "changes": [], "input": "", "convention": "macs", "by": "row"}
        return self.ask(question, **{"text": FIRST, "turned": [], **asked, **values})


@contextmanager
def studio(path: Path) -> Iterator[Studio]:
    """A studio of a file, which ends with the block."""
    desk = Desk(Disk(locate(path)))
    with Server(desk) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield Studio(server, path)
        finally:
            server.shutdown()
            desk.aside.stop()
            thread.join()
