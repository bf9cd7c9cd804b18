"""Writing generated files: each appears whole or not at all, and an author's edits are kept.

A generated file ends with a seal, a digest of its own content. A file whose seal does not match
was written or edited by a person, and is only replaced if the user insists.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from archdsl.diagnostics import CompileError, Diagnostics, error

MANIFEST = "network.json"
"""The file of a build folder that says what the folder holds."""

_SEAL = b"archdsl sha256 "
_DIGITS = 64
_PNG = b"\x89PNG\r\n\x1a\n"
_ENDS = (b"\n", b" -->\n", b'"\n}\n')
"""What may stand behind a seal: the end of a comment, or of JSON."""

_PNG_END = 12
"""Bytes of the chunk that ends a PNG file."""


@dataclass(frozen=True)
class Comment:
    """The text before and after a comment in some format."""

    before: str
    after: str = ""


PYTHON, XML = Comment("# "), Comment("<!-- ", " -->")
SLASHES, PERCENT = Comment("// "), Comment("%% ")


def sealed(text: str, comment: Comment = PYTHON) -> str:
    """The text with a seal as its last line, which shows whether the text was changed since."""
    body = f"{text}\n\n"
    seal = f"{_SEAL.decode()}{_digest(body.encode())}"
    return f"{body}{comment.before}{seal}{comment.after}\n"


def sealed_json(values: Mapping[str, object]) -> str:
    """The values as JSON, with a last one that tells the same."""
    return sealed_object(json.dumps(values, indent=2))


def sealed_object(text: str) -> str:
    """The same, of an object that is JSON already, with a last line for its bracket."""
    body = text.removesuffix("\n}") + ",\n"
    return f'{body}  "seal": "{_SEAL.decode()}{_digest(body.encode())}"\n}}\n'


def sealed_png(image: bytes) -> bytes:
    """A PNG image with a seal in a text chunk.

    The chunk comes before the last one, `IEND`: viewers ignore what follows that.
    """
    kind, keyword = b"tEXt", b"Software\0"
    length = len(keyword) + len(_SEAL) + _DIGITS
    body = image[:-_PNG_END] + length.to_bytes(4, "big") + kind + keyword
    seal = _SEAL + _digest(body).encode()
    check = zlib.crc32(kind + keyword + seal).to_bytes(4, "big")
    return body + seal + check + image[-_PNG_END:]


def is_ours(content: bytes) -> bool:
    """Whether the content of a file is as archdsl generated it."""
    # From the end: the text itself can contain the words of a seal.
    body, seal, rest = content.rpartition(_SEAL)
    is_png = content.startswith(_PNG)
    digest, tail = rest[:_DIGITS], rest[_DIGITS:]
    # The digest covers the text up to the line of the seal, without its comment sign.
    if not is_png:
        body = body[: body.rfind(b"\n") + 1]
    is_end = len(tail) == 4 + _PNG_END if is_png else tail in _ENDS
    return bool(seal) and is_end and digest == _digest(body).encode()


def write(path: Path, content: str | bytes, *, force: bool = False) -> None:
    """Write a generated file, and make its folder if there is none.

    Raises:
        CompileError: it cannot be written, or would replace a file that a person wrote or edited.
    """
    write_all({path: content}, force=force)


def create(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write a file whose format has no place for a seal, such as weights.

    Raises:
        CompileError: it cannot be written, or exists already.
    """
    check_free(path, force=force)
    write_all({path: content}, force=True)


def create_new(path: Path, text: str) -> None:
    """Write a file for a person to edit, where there is none yet.

    Raises:
        CompileError: it exists, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Exclusively: a file that appears in between is not overwritten either.
        stream = path.open("x", encoding="utf-8")
    except FileExistsError:
        hint = "-o names another file"
        raise CompileError([error("file", f"{path} exists already", help=hint)]) from None
    except OSError as fault:
        _refuse(path, "write", fault)
    try:
        with stream:
            stream.write(text)
    except OSError as fault:
        path.unlink()
        _refuse(path, "write", fault)


def check_free(path: Path, *, force: bool = False) -> None:
    """Check, before long work, whether `create` is likely to succeed.

    Raises:
        CompileError: the file exists, or cannot be written there.
    """
    if not force and os.path.lexists(path):
        hint = "--force overwrites it, -o names another file"
        raise CompileError([error("file", f"{path} exists already", help=hint)])
    folder = next(above for above in _target(path).parents if above.exists())
    if not folder.is_dir():
        _refuse(path, "write", OSError(errno.ENOTDIR, ""))
    if not os.access(folder, os.W_OK):
        _refuse(path, "write", OSError(errno.EACCES, ""))


def write_all(contents: Mapping[Path, str | bytes], *, force: bool = False) -> None:
    """Write generated files that belong together, and make their folders.

    Raises:
        CompileError: one cannot be written, or would replace a file that a person wrote or
            edited. Then none was changed, unless renaming itself failed.
    """
    if not force:
        _check_replaceable(contents)
    # In order and once each; a set of paths has another order in every process.
    for folder in dict.fromkeys(path.parent for path in contents):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            _refuse(folder, "make the folder", fault)
    _replace_all(contents)


def listed(path: Path, key: str) -> list[str]:
    """The names of files that generated JSON has under a key; none of a file that is not there."""
    try:
        found = json.loads(path.read_bytes())[key]
    except (OSError, ValueError, LookupError, TypeError):
        return []
    return [name for name in found if Path(name).name == name]


def discard(paths: Iterable[Path]) -> list[Path]:
    """Remove generated files that nobody edited, and say which; whatever else stays."""
    removed = []
    for path in paths:
        with suppress(OSError):
            if is_ours(path.read_bytes()):
                path.unlink()
                removed.append(path)
    return removed


def is_edited(path: Path) -> bool:
    """Whether somebody changed a file that archdsl generated."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return _SEAL in content and not is_ours(content)


def replace(path: Path, content: str | bytes) -> None:
    """Replace a file's content atomically. Where the path is a link, its target is replaced.

    Raises:
        CompileError: it cannot be written. Then the file is unchanged.
    """
    _replace_all({path: content})


def _replace_all(contents: Mapping[Path, str | bytes]) -> None:
    """Write all contents to temporary files first, so that a full disk leaves the old files."""
    targets = {path: _target(path) for path in contents}
    with ExitStack() as stack:
        temporary = {}
        for path, content in contents.items():
            encoded = content.encode() if isinstance(content, str) else content
            try:
                temporary[path] = stack.enter_context(_temporary(targets[path], encoded))
            except OSError as fault:
                _refuse(path, "write", fault)
        for path, name in temporary.items():
            try:
                os.replace(name, targets[path])
            except OSError as fault:
                _refuse(path, "write", fault)


def _target(path: Path) -> Path:
    """The file itself, or the target of the link that it is: a rename would replace the link."""
    target = Path(os.path.realpath(path))
    if os.path.isdir(target):
        raise CompileError([error("file", f"cannot write {path}: it is a folder")])
    if os.path.exists(target) and not os.path.isfile(target):
        raise CompileError([error("file", f"cannot write {path}: it is a device or a pipe")])
    return target


@contextmanager
def _temporary(target: Path, content: bytes) -> Iterator[str]:
    """A temporary file with the content, which is removed unless it was renamed.

    It is in the folder of the target: a rename is atomic only within a file system. It is synced
    before, or else a crash after the rename could leave an empty file.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with open(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(name, _permissions(target))
        yield name
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def _permissions(target: Path) -> int:
    """Those of the file that is replaced, or those of a new file (`mkstemp` gives 0600)."""
    if os.path.exists(target):
        return target.stat().st_mode & 0o777
    mask = os.umask(0)  # it can only be read by setting it
    os.umask(mask)
    return 0o666 & ~mask


def _check_replaceable(paths: Iterable[Path]) -> None:
    faults = Diagnostics()
    for path in paths:
        if not os.path.isfile(path):
            continue
        try:
            content = path.read_bytes()
        except OSError as fault:
            _refuse(path, "read", fault)
        if not is_ours(content):
            edited, foreign = "was edited since it was generated", "was not generated by archdsl"
            reason = edited if _SEAL in content else foreign
            hint = "--force overwrites it, -o names another file"
            faults.add(error("file", f"{path} {reason}, so it is not replaced", help=hint))
    faults.stop_on_errors()


def _refuse(path: Path, verb: str, fault: OSError) -> NoReturn:
    reason = os.strerror(fault.errno) if fault.errno else str(fault)
    hint = "free some space" if fault.errno in (errno.ENOSPC, errno.EDQUOT) else None
    message = f"cannot {verb} {path}: {reason[0].lower()}{reason[1:]}"
    raise CompileError([error("file", message, help=hint)]) from None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
