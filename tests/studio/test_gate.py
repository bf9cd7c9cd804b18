"""Who is let in: the page of the studio, and nobody else."""

from __future__ import annotations

import json
import socket
import struct

import pytest

from archdsl.studio.asked import BODY
from tests.studio.harness import Studio

JSON = {"Content-Type": "application/json"}


def refused(shared: Studio, status: int, path: str, **headers: str) -> str:
    """The line that a request for a file gets, which must be refused."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    response, content = shared.request("GET", path, headers=sent)
    assert response.status == status
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert content.count(b"\n") == 1
    return content.decode()


@pytest.mark.parametrize(
    "path", ["/", "/file", "/x/file", "//file", "/%2e%2e/file", "/%C3%A9/file"]
)
def test_no_answer_without_the_token(shared: Studio, path: str) -> None:
    said = refused(shared, 403, path)
    assert said == "the address must have the token that `archdsl studio` printed\n"


def test_a_token_that_is_nearly_right_is_wrong(shared: Studio) -> None:
    for near in (shared.base[:-2] + "/file", shared.base[:-1] + "x/file", shared.base.upper()):
        refused(shared, 403, near)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "0.0.0.0:{port}"]
)
def test_a_name_that_leads_here_is_refused(shared: Studio, host: str) -> None:
    """DNS rebinding: a page of another name, whose address has become this machine's."""
    said = refused(shared, 421, shared.base + "file", Host=host.format(port=shared.port))
    assert "no other name leads here" in said


def test_the_machine_has_two_names(shared: Studio) -> None:
    for host in (f"localhost:{shared.port}", f"LOCALHOST:{shared.port}", shared.host):
        response, _ = shared.request("GET", shared.base + "file", headers={"Host": host})
        assert response.status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://127.0.0.1:{port}"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_origin_is_refused(shared: Studio, headers: dict[str, str]) -> None:
    """CSRF: a page of another origin that has somehow read the token."""
    sent = {name: value.format(port=shared.port) for name, value in headers.items()}
    body = json.dumps({"text": "", "ending": "\n", "seen": None}).encode()
    response, content = shared.request("POST", shared.base + "save", body, {**JSON, **sent})
    assert response.status == 403
    assert content == b"only the page of this studio may ask, and not one from elsewhere\n"
    assert shared.path.read_text() != ""


def test_a_form_is_refused(shared: Studio) -> None:
    """A form of another page is sent without asking, but cannot be of this type."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        response, content = shared.request(
            "POST", shared.base + "save", b"{}", {"Content-Type": kind}
        )
        assert (response.status, content) == (415, b"the body must be application/json\n")


def test_nothing_is_granted_to_others(shared: Studio) -> None:
    response, _ = shared.request("OPTIONS", shared.base + "save", headers={"Origin": "http://a.b"})
    assert response.status == 501
    for name in ("", "file", "studio.js"):
        response, _ = shared.request("GET", shared.base + name)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["Server"] == "archdsl"


def test_the_page_has_a_word_of_its_own_each_time(shared: Studio) -> None:
    words = set()
    for _ in range(2):
        response, content = shared.request("GET", shared.base)
        policy = response.headers["Content-Security-Policy"]
        word = content.split(b'name="nonce" content="')[1].split(b'"')[0].decode()
        assert f"style-src 'self' 'nonce-{word}';" in policy
        assert "unsafe" not in policy
        words.add(word)
    assert len(words) == 2


@pytest.mark.parametrize(
    "name", ["../asked.py", "%2e%2e/asked.py", "page/index.html", "sources.json"]
)
def test_only_the_files_of_the_page_are_sent(shared: Studio, name: str) -> None:
    assert refused(shared, 404, shared.base + name).startswith("there is no `")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"a"', b"\xff", b"[" * 100_000, b"1" * 5_000]
)
def test_a_body_must_be_an_object(shared: Studio, body: bytes) -> None:
    response, content = shared.request("POST", shared.base + "judge", body, JSON)
    assert (response.status, content) == (400, b"the body must be a JSON object\n")


@pytest.mark.parametrize(
    ("question", "values", "said"),
    [
        ("judge", {}, "`text` must be a text"),
        ("judge", {"text": 3}, "`text` must be a text"),
        ("judge", {"text": "\ud800"}, "`text` must be a text of whole characters"),
        ("save", {"text": "", "ending": "\r", "seen": None}, "`ending` must be one of \n, \r\n"),
        ("nothing", {}, "there is no question `nothing`"),
    ],
)
def test_a_question_must_be_well_formed(
    shared: Studio, question: str, values: dict[str, object], said: str
) -> None:
    body = json.dumps(values).encode()
    response, content = shared.request("POST", shared.base + question, body, JSON)
    assert response.status in (400, 404)
    assert content.decode() == f"{said}\n"


def test_a_body_that_is_too_long_is_not_read(shared: Studio) -> None:
    for length in (str(BODY + 1), "9" * 5_000):
        headers = {**JSON, "Content-Length": length}
        response, content = shared.request("POST", shared.base + "judge", None, headers)
        assert (response.status, content) == (413, b"a request can have at most 16 MiB\n")
        assert response.headers["Connection"] == "close"


@pytest.mark.parametrize("length", [None, "-1", "+3", "x", "\u0663"])
def test_a_body_must_have_a_length(shared: Studio, length: str | None) -> None:
    headers = (
        JSON if length is None else {**JSON, "Content-Length": length.encode().decode("latin-1")}
    )
    response, content = shared.request("POST", shared.base + "judge", None, headers)
    assert (response.status, content) == (411, b"the request must say the length of its body\n")


def test_clients_that_vanish_are_nothing(shared: Studio, capfd: pytest.CaptureFixture[str]) -> None:
    head = f"POST {shared.base}analyse HTTP/1.1\r\nHost: {shared.host}\r\n"
    half = f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode()
    whole = f"GET {shared.base}studio.js HTTP/1.1\r\nHost: {shared.host}\r\n\r\n".encode()
    for sent in (b"", b"GET", half, whole, b"\x16\x03\x01 no HTTP\r\n\r\n", b"A" * 70_000):
        client = socket.create_connection(("127.0.0.1", shared.port))
        # Reset, not closed: what the server writes then fails.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(sent)
        client.close()
    assert shared.get("file")["name"] == str(shared.path)
    assert capfd.readouterr().err == ""


def test_a_fault_of_archdsl_is_told_and_survived(
    shared: Studio, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr("archdsl.studio.answers.texts.file", fails)
    response, content = shared.request("GET", shared.base + "file")
    assert (response.status, b"which it printed" in content) == (500, True)
    assert "RuntimeError: a fault" in capfd.readouterr().err
    monkeypatch.undo()
    assert shared.get("state")["digest"]


@pytest.mark.parametrize("length", ["Content-Length: {}", "Transfer-Encoding: chunked"])
def test_a_body_is_not_taken_for_a_request(shared: Studio, length: str) -> None:
    hidden = f"GET {shared.base}file HTTP/1.1\r\nHost: {shared.host}\r\n\r\n"
    head = f"GET {shared.base}state HTTP/1.1\r\nHost: {shared.host}\r\n"
    with socket.create_connection(("127.0.0.1", shared.port), timeout=60) as connection:
        connection.sendall(f"{head}{length.format(len(hidden))}\r\n\r\n{hidden}".encode())
        answers = b"".join(iter(lambda: _received(connection), b""))
    assert answers.count(b"HTTP/1.1 200") == 1


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(2**16)
    except ConnectionResetError:  # the server has closed it, with a body that it did not read
        return b""


def test_a_length_that_is_not_sure_is_refused(shared: Studio) -> None:
    unsure = {"Transfer-Encoding": "chunked", "Content-Length": "2", **JSON}
    response, content = shared.request("POST", shared.base + "format", b"{}", unsure)
    assert response.status == 411
    assert content == b"the request must say the length of its body\n"
