"""The emitted Python as a tree that prints itself in black's layout.

expressions, operators, statements, definitions -> tokens -> layout (lines), brackets

Emitted files should look as if a person had formatted them, and black itself would be a dependency
of every compilation that takes longer than the rest of it. So its rules are implemented here, for
the Python that is emitted; the tests compare with black.
"""

from archdsl.emit.python.definitions import Blank as Blank
from archdsl.emit.python.definitions import Class as Class
from archdsl.emit.python.definitions import Comment as Comment
from archdsl.emit.python.definitions import Docstring as Docstring
from archdsl.emit.python.definitions import Function as Function
from archdsl.emit.python.definitions import Parameter as Parameter
from archdsl.emit.python.definitions import TrailingComment as TrailingComment
from archdsl.emit.python.expressions import Atom as Atom
from archdsl.emit.python.expressions import Attribute as Attribute
from archdsl.emit.python.expressions import Call as Call
from archdsl.emit.python.expressions import Dict as Dict
from archdsl.emit.python.expressions import Entry as Entry
from archdsl.emit.python.expressions import Keyword as Keyword
from archdsl.emit.python.expressions import List as List
from archdsl.emit.python.expressions import Python as Python
from archdsl.emit.python.expressions import Slice as Slice
from archdsl.emit.python.expressions import Star as Star
from archdsl.emit.python.expressions import Subscript as Subscript
from archdsl.emit.python.expressions import Tuple as Tuple
from archdsl.emit.python.operators import Conditional as Conditional
from archdsl.emit.python.operators import Generator as Generator
from archdsl.emit.python.operators import Infix as Infix
from archdsl.emit.python.operators import Prefix as Prefix
from archdsl.emit.python.operators import Value as Value
from archdsl.emit.python.operators import literal as literal
from archdsl.emit.python.statements import Assign as Assign
from archdsl.emit.python.statements import Declare as Declare
from archdsl.emit.python.statements import Expr as Expr
from archdsl.emit.python.statements import For as For
from archdsl.emit.python.statements import If as If
from archdsl.emit.python.statements import Raise as Raise
from archdsl.emit.python.statements import Return as Return
from archdsl.emit.python.statements import Statement as Statement
from archdsl.emit.python.statements import has_call as has_call
from archdsl.emit.python.statements import names_in as names_in
from archdsl.emit.python.statements import renamed as renamed
from archdsl.emit.python.statements import render as render
