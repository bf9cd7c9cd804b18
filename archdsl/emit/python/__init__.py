"""The Python that is emitted, as a tree that prints itself in black's layout.

expressions, operators, statements, definitions -> tokens -> layout (lines), brackets
"""

from archdsl.emit.python.definitions import (
    Blank,
    Class,
    Comment,
    Docstring,
    Function,
    Parameter,
    Remarked,
)
from archdsl.emit.python.expressions import (
    Atom,
    Attribute,
    Call,
    Keyword,
    List,
    Python,
    Slice,
    Star,
    Subscript,
    Tuple,
)
from archdsl.emit.python.operators import (
    Comprehension,
    Conditional,
    Generator,
    Infix,
    Prefix,
    Value,
    literal,
)
from archdsl.emit.python.statements import (
    Assign,
    Expr,
    For,
    If,
    Raise,
    Return,
    Statement,
    names_in,
    render,
)

__all__ = [
    "Assign",
    "Atom",
    "Attribute",
    "Blank",
    "Call",
    "Class",
    "Comment",
    "Comprehension",
    "Conditional",
    "Docstring",
    "Expr",
    "For",
    "Function",
    "Generator",
    "If",
    "Infix",
    "Keyword",
    "List",
    "Parameter",
    "Prefix",
    "Python",
    "Raise",
    "Remarked",
    "Return",
    "Slice",
    "Star",
    "Statement",
    "Subscript",
    "Tuple",
    "Value",
    "literal",
    "names_in",
    "render",
]
