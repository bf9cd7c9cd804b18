"""The canonical layout of a file: prints the tree, and keeps its comments and blank lines.

Comments and blank lines are not in the tree. The printer goes through the tree in the order of the
text, and puts before each node the comments that the text has there.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left
from collections.abc import Sequence

from archdsl.syntax import tree
from archdsl.syntax.printing.expressions import aligned
from archdsl.syntax.printing.statements import doc_string, head, leaf
from archdsl.syntax.printing.wrapping import ENDLESS, WIDTH, Piece, render

# Texts and comments are alternatives, so that the braces in them are skipped.
_TOKEN = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[{}]')
_BLANK_LINE = re.compile(r"\n[ \t\f\r;]*\n")
# What can be between the end of a node and a comment on its line: the bar of a row, separators.
_SAME_LINE = re.compile(r"[ \t\f\r;|]*")

_STEP = 2
_Leaf = tree.Input | tree.Initialise | tree.Require | tree.Share
_Simple = _Leaf | tree.Assign | tree.Apply | tree.Return
_Braced = tree.Block | tree.Cell | tree.Network | tree.Claim | tree.Recipe | tree.Search


def format_file(file: tree.File) -> str:
    """The text of a file in canonical layout. Parsing it gives an equal tree."""
    printer = _Printer(_Layout(file))
    printer.file(file)
    return "".join(f"{line}\n" for line in printer.lines)


def _is_set_apart(node: tree.Definition) -> bool:
    """Whether blank lines separate a definition from its neighbours."""
    return isinstance(node, _Braced) or getattr(node, "doc", None) is not None


def _is_simple(body: Sequence[tree.Statement]) -> bool:
    return len(body) == 1 and isinstance(body[0], _Simple)


class _Printer:
    """Writes line after line. `_end` is the offset in the source up to which all is written.

    Nodes must be written in the order of the text: `_end` never goes back, and comments are taken
    from the layout in order.
    """

    def __init__(self, layout: _Layout) -> None:
        self.lines: list[str] = []
        self._layout = layout
        self._end = 0
        self._indent = 0
        self._blank: bool | None = False  # None: a blank line where the source has one

    def file(self, file: tree.File) -> None:
        if file.doc is not None:
            self._line(doc_string(file.doc), *self._layout.doc)
        was_set_apart = False
        for definition in file.definitions:
            is_set_apart = _is_set_apart(definition)
            if self.lines and (is_set_apart or was_set_apart):
                self._blank = True
            self._write(definition)
            was_set_apart = is_set_apart
        self._comments_before(sys.maxsize)

    # Nodes

    def _write(self, node: tree.Node) -> None:
        match node:
            case tree.Derived() | tree.DerivedRecipe() | tree.BlockChoice():
                self._begin(node.span.start, node.span.end)
                self._doc(node.doc)
                self._finish(leaf(node), node.span.end)
            case tree.Block() | tree.Cell() | tree.Network():
                self._definition(node, node.parameters, node.body, node.doc)
            case tree.Claim():
                self._definition(node, [node.network], node.items)
            case tree.Recipe():
                before = [node.network] if node.network else node.parameters
                self._definition(node, before, node.settings, node.doc)
            case tree.Search():
                self._definition(node, [node.space], node.settings, node.doc)
            case tree.For():
                self._for(node)
            case tree.If():
                self._if(node)
            case tree.Table():
                self._table(node)
            case _:
                self._line(leaf(node), node.span.start, node.span.end)

    def _definition(
        self,
        node: tree.Node,
        before: Sequence[tree.Node],
        items: Sequence[tree.Node],
        doc: str | None = None,
    ) -> None:
        opening = self._opening(node, before)
        self._begin(node.span.start, opening)
        self._doc(doc)
        self._body(node, opening, items)

    def _for(self, node: tree.For) -> None:
        opening = self._opening(node, [node.values])
        self._begin(node.span.start, opening)
        if not self._short(node, node.body):
            self._body(node, opening, node.body)

    def _if(self, node: tree.If) -> None:
        opening = self._opening(node, [node.test])
        self._begin(node.span.start, opening)
        bodies = (node.body, node.otherwise) if node.otherwise else (node.body,)
        if self._short(node, *bodies):
            return
        if not node.otherwise:
            return self._body(node, opening, node.body)
        self._branch(head(node), opening, node)
        self._otherwise(node)
        self._end = node.span.end
        self._beside()

    def _otherwise(self, node: tree.If) -> None:
        """Write the `else` of an `if` on the line of its closing brace."""
        # The closing brace of the `if` is a line of its own. `} else` takes its place.
        self.lines.pop()
        chained = self._chained(node)
        if chained is None:
            self._open("} else", self._layout.brace("{", self._end))
            self._items(node.otherwise)
            self._close(node.span.end - 1)
            return
        self._branch(("} else ", head(chained)), self._opening(chained, [chained.test]), chained)
        if chained.otherwise:
            self._otherwise(chained)

    def _branch(self, start: Piece, opening: int, node: tree.If) -> None:
        self._open(start, opening)
        self._items(node.body)
        self._close(self._layout.brace("}", self._end) if node.otherwise else node.span.end - 1)

    def _chained(self, node: tree.If) -> tree.If | None:
        """The `if` of `else if`, or None where a comment inside the braces would lose its place."""
        if len(node.otherwise) != 1 or not isinstance(node.otherwise[0], tree.If):
            return None
        inner = node.otherwise[0].span
        has_comment = self._layout.has_comment
        commented = has_comment(self._end, inner.start) or has_comment(inner.end, node.span.end)
        return None if commented else node.otherwise[0]

    def _table(self, node: tree.Table) -> None:
        opening = self._opening(node, node.bindings)
        # A table is set apart by a blank line, unless it is the first statement of a body.
        if not self.lines[-1].endswith("{"):
            self._blank = True
        self._begin(node.span.start, opening)
        self._open(head(node), opening)
        lines = aligned(node)
        self._line(next(lines), node.columns[0].span.start, node.columns[-1].span.end)
        for row, line in zip(node.rows, lines, strict=True):
            self._line(line, row.span.start, row.span.end)
        self._close(node.span.end - 1)
        self._beside()

    # Bodies

    def _opening(self, node: tree.Node, parts: Sequence[tree.Node]) -> int:
        """The offset of the brace after a head, of which `parts` are written before the brace."""
        return self._layout.brace("{", parts[-1].span.end if parts else node.span.start)

    def _short(self, node: tree.If | tree.For, *bodies: Sequence[tree.Statement]) -> bool:
        """Write bodies of one statement on the line of their head, if the author had them there.

        Returns whether it did.
        """
        # Lines are never joined on their own: an edit that makes one too long would rewrite its
        # neighbours.
        if self._layout.has_newline(node.span.start, node.span.end):
            return False
        if not all(_is_simple(body) for body in bodies):
            return False
        inner = " } else { ".join(render(leaf(body[0]), 0, ENDLESS) for body in bodies)
        line = f"{render(head(node), 0, ENDLESS)} {{ {inner} }}"
        if self._indent + len(line) > WIDTH:
            return False
        self._finish(line, node.span.end)
        return True

    def _body(self, node: tree.Node, opening: int, items: Sequence[tree.Node]) -> None:
        if not items and not self._layout.has_comment(opening, node.span.end):
            return self._finish((head(node), " {}"), node.span.end)
        self._open(head(node), opening)
        self._items(items)
        self._close(node.span.end - 1)
        self._beside()

    def _items(self, items: Sequence[tree.Node]) -> None:
        for item in items:
            self._write(item)

    def _open(self, start: Piece, opening: int) -> None:
        self._finish((start, " {"), opening + 1)
        self._indent += _STEP
        self._blank = False

    def _close(self, closing: int) -> None:
        self._comments_before(closing)
        self._indent -= _STEP
        self._blank = None
        self._put("}")
        self._end = closing + 1

    # Lines

    def _line(self, piece: Piece, start: int, end: int) -> None:
        self._begin(start, end)
        self._finish(piece, end)

    def _begin(self, start: int, end: int) -> None:
        """Write the comments before a node, and those inside it, which move above it."""
        self._comments_before(start)
        self._space(start)
        for comment in self._layout.comments_before(end):
            self._put(comment.text)

    def _finish(self, piece: Piece, end: int) -> None:
        self._put(piece)
        self._end = end
        self._beside()

    def _comments_before(self, before: int) -> None:
        for comment in self._layout.comments_before(before):
            self._space(comment.span.start)
            self._put(comment.text)
            self._end = comment.span.end

    def _beside(self) -> None:
        """Append the comment that the source has at the end of the line just written."""
        comment = self._layout.comment_beside(self._end)
        if comment:
            self.lines[-1] += f"  {comment.text}"
            self._end = comment.span.end

    def _doc(self, text: str | None) -> None:
        if text is not None:
            self._put(doc_string(text))

    def _space(self, start: int) -> None:
        blank = self._blank
        if blank or (blank is None and self._layout.has_blank_line(self._end, start)):
            self.lines.append("")
        self._blank = None

    def _put(self, piece: Piece) -> None:
        self.lines.append(render(piece, self._indent))


class _Layout:
    """The parts of a text that its tree does not have: braces, blank lines and comments.

    Each comment is given out once, in order, so that none can be lost or printed twice.
    """

    def __init__(self, file: tree.File) -> None:
        self._text = file.source.text
        self._comments = sorted(file.comments, key=lambda comment: comment.span.start)
        self._starts = [comment.span.start for comment in self._comments]
        self._taken = 0
        self._braces: dict[str, list[int]] = {"{": [], "}": []}
        self.doc = (0, 0)
        for token in _TOKEN.finditer(self._text):
            if token[0] in self._braces:
                self._braces[token[0]].append(token.start())
            elif token[0].startswith('"""') and self.doc == (0, 0):
                self.doc = token.span()

    def brace(self, which: str, after: int) -> int:
        """The offset of the first brace from an offset on, outside of texts and comments."""
        places = self._braces[which]
        position = bisect_left(places, after)
        return places[position] if position < len(places) else after

    def comments_before(self, offset: int) -> list[tree.Comment]:
        """Take the comments up to an offset."""
        # `max`: an offset before the last one must not give comments out again.
        first, self._taken = self._taken, max(self._taken, bisect_left(self._starts, offset))
        return self._comments[first : self._taken]

    def comment_beside(self, offset: int) -> tree.Comment | None:
        """Take the comment that follows an offset on the same line."""
        if self._taken == len(self._comments):
            return None
        start = self._starts[self._taken]
        if not _SAME_LINE.fullmatch(self._text, offset, max(offset, start)):
            return None
        self._taken += 1
        return self._comments[self._taken - 1]

    def has_comment(self, start: int, end: int) -> bool:
        return bisect_left(self._starts, start) < bisect_left(self._starts, end)

    def has_newline(self, start: int, end: int) -> bool:
        return self._text.find("\n", start, end) >= 0

    def has_blank_line(self, start: int, end: int) -> bool:
        return bool(_BLANK_LINE.search(self._text, start, end))
