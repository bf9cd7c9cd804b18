"""The spec on disk: as it is now, saved if nobody else has changed it, and under another name.

Other programs write the file too. So whoever saves says which content the change was made from, and
another one on disk is not overwritten: the reader decides.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from archdsl import files
from archdsl.diagnostics import CompileError, error
from archdsl.program.files import check_length, read
from archdsl.program.published import NAMED, Located, is_named


@dataclass(frozen=True)
class Content:
    """The text of a file, its lines ended by `\\n` alone, and how the file ends them."""

    text: str
    ending: str
    digest: str


@dataclass(frozen=True)
class Disk:
    """The file of a spec."""

    spec: Located
    _saving: Lock = field(default_factory=Lock, repr=False, compare=False)

    @property
    def path(self) -> Path:
        return self.spec.path

    @property
    def shown(self) -> str:
        """What the file is called in diagnostics."""
        return self.spec.shown or str(self.path)

    @property
    def is_published(self) -> bool:
        """Whether it was asked for by name and came with archdsl, and so is not to be changed."""
        return self.spec.shown is not None

    def read(self) -> Content:
        """The file as it is.

        Raises:
            CompileError: it is not there, or is no text that a spec can be.
        """
        text = read(self.path, self.spec.shown).text
        ending = "\r\n" if "\r\n" in text else "\n"
        return Content(text.replace("\r\n", "\n"), ending, digest_of(text))

    def save(self, text: str, ending: str, seen: str | None) -> str:
        """Write a text that was made from the content `seen`, and return its digest.

        None was seen of a file that is not there any more.

        Raises:
            CompileError: the file is another by now, came with archdsl, or cannot be written, or
                the text is longer than a spec can be.
        """
        if self.is_published:
            message = f"{self.shown} came with archdsl, and is not changed"
            raise CompileError([error("file", message, help="save it under a name of your own")])
        whole = text.replace("\n", ending)
        check_length(len(whole.encode()), self.shown)
        # Of two pages that save at once, one is told that the file has changed.
        with self._saving:
            self._check_seen(seen)
            files.replace(self.path, whole)
        return digest_of(whole)

    def _check_seen(self, seen: str | None) -> None:
        present, is_there = self.digest, os.path.isfile(self.path)
        # What is there and cannot be read has no digest, and nobody has seen it.
        if seen != present or (present is None and is_there):
            happened = "was changed by another program" if is_there else "was deleted"
            raise CompileError([error("changed", f"{self.shown} {happened} since it was read")])

    @property
    def digest(self) -> str | None:
        """What tells the present content from others; None where there is no file to be read."""
        try:
            return self.read().digest
        except CompileError:
            return None

    def new_path(self, name: str) -> Path:
        """The path of a new file: beside this one, or here if this one came with archdsl.

        Raises:
            CompileError: it is no name for a spec.
        """
        path = Path(name)
        if path.name != name or not is_named(path):
            raise CompileError([error("file", f"{NAMED}, but this is `{name}`")])
        return path if self.is_published else self.path.parent / path


def digest_of(text: str) -> str:
    """What tells one content of a file from another."""
    return hashlib.sha256(text.encode()).hexdigest()
