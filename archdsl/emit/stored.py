"""What a constructor keeps for `forward`: attributes that are no modules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import chain, count

from archdsl.emit import terms
from archdsl.emit.arguments import Arguments
from archdsl.emit.leaves import is_computable
from archdsl.emit.members import SELF, Computed, short_name
from archdsl.emit.names import attribute
from archdsl.emit.python import Atom, Attribute, Python, Tuple, has_call, names_in, renamed
from archdsl.ir.written import Apply, Entering, Literal, Measured, Named, Parameter, leaves
from archdsl.ir.written import Expression as Term

_FEW = 2
"""How many arguments an expression may read to be written out in `forward`."""

_SHORT = 40
"""The most characters of an expression that is written out in `forward`."""


@dataclass
class Stored:
    """The attributes so far, with their values; those `taken` are modules."""

    arguments: Arguments
    taken: frozenset[str]
    values: dict[str, Python] = field(default_factory=dict)

    def read(self, written: Python, name: str) -> Python:
        """A value as `forward` reads it: a constant, or an attribute, if need be called `name`."""
        if isinstance(written, Tuple):
            return Tuple(tuple(self.read(item, name) for item in written.items))
        read = {text for text in names_in(written) if _is_variable(text)}
        if not read:
            return written
        if isinstance(written, Atom):
            name = written.text
        elif _is_simple(written) and len(read) <= _FEW:
            return renamed(written, {one: self.read(Atom(one), one) for one in sorted(read)})
        unique = attribute(name)
        others = (f"{unique.rstrip('0123456789')}{number}" for number in count(2))
        return self._kept(written, chain([unique], others))

    def _kept(self, written: Python, names: chain[str]) -> Python:
        known = (name for name, value in self.values.items() if value == written)
        free = (n for n in names if n not in self.taken and n not in self.values)
        unique = next(chain(known, free))
        self.values[unique] = written
        return Attribute(SELF, unique)

    def computed(self, term: Term) -> Computed:
        """An expression for `forward`; what the constructor knows of it becomes attributes."""
        stored: dict[Term, Python] = {}

        def stand_in(part: Term) -> Term:
            if isinstance(part, Literal):
                return part
            if is_computable(part):
                value = self._part(part)
                # Equal parts have equal leaves, so that an expression that comes again is known.
                leaf = Parameter(str(value))
                stored[leaf] = value
                return leaf
            if isinstance(part, Named):
                return replace(part, term=stand_in(part.term))
            if isinstance(part, Apply):
                return replace(part, terms=tuple(map(stand_in, part.terms)))
            return part

        whole = stand_in(term)
        sizes = (leaf for leaf in leaves(whole) if isinstance(leaf, Entering | Measured))
        body = self.arguments.bodies[0]
        return Computed(whole, stored, {leaf: body.axis(leaf) for leaf in sizes})

    def _part(self, part: Term) -> Python:
        """What the constructor knows: written out if it reads one argument, else an attribute."""
        if isinstance(part, Apply) and len(_variables(part)) == 1:
            return terms.write(part, self._leaf)
        return self.read(self.arguments.written(part), short_name(part))

    def test(self, term: Term, name: str) -> Python:
        """A condition as `forward` reads it: written out if it is short, else an attribute."""
        if isinstance(term, Named) or len(_variables(term)) > _FEW:
            return self.flag(self.arguments.written(term), short_name(term, name))
        return terms.write(term, self._leaf)

    def _leaf(self, leaf: Term) -> Python:
        return self.read(self.arguments.written(leaf), short_name(leaf))

    def flag(self, written: Python, name: str) -> Python:
        """A truth value as an attribute."""
        bare = str(written) if str(written).isidentifier() else name
        others = (f"{attribute(bare)}{number}" for number in count(2))
        return self._kept(written, chain([attribute(bare), f"has_{bare}"], others))


def _is_simple(written: Python) -> bool:
    """Whether an expression is as easy to read as a name for it, and costs nothing."""
    return len(str(written)) <= _SHORT and not has_call(written)


def _variables(term: Term) -> set[Term]:
    """The parts of an expression that are variables of the constructor."""
    if isinstance(term, Apply):
        return set[Term]().union(*map(_variables, term.terms))
    return set() if isinstance(term, Literal) else {term}


def _is_variable(text: str) -> bool:
    return text.isidentifier() and text not in ("None", "True", "False")
