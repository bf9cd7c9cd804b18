"""One name for all spellings of a network: the digest of a form that does not depend on them.

The form is the list of all operations with what each reads, in an order that follows from the graph
alone. So two networks with one digest are one network, however that order is found. It is found
from the outputs back to the inputs, for operands have an order. Those that have none (`orders.py`)
are told apart by where they come from and where they go.

- `_Colours` gives each node a digest of all that leads to it and of all that it leads to. This is
  the refinement of Weisfeiler and Lehman ("A reduction of a graph to a canonical form", 1968), for
  a graph without circles.
- Where these are equal, what is computed from what came first comes first.

Two spellings of one network could still get two digests, if operands that are equal in all this are
not interchangeable either: then it would be trained twice. The other mistake cannot happen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b, sha256

from archdsl.ir.alike.orders import Orders
from archdsl.ir.graph import Graph, Node, Value
from archdsl.ir.likeness import Reference, used_initialisations
from archdsl.ops.base import Operation, Types

_ROUNDS = 2
"""After the first round, a node is told apart by the readers of what it reads, and so on."""

_LOOKS = 50
"""How many nodes are looked at for ties, for each node of the graph: a spec is untrusted."""


def canonical_name(graph: Graph) -> str:
    """The digest of a network: 32 hexadecimal digits, the same on every machine.

    Two graphs have one digest only if they have the same operations on the same shapes, wired alike
    but for the order of operands that have none, and initialised alike.
    """
    rules = used_initialisations(graph).values()
    starts = sorted(
        f"{rule.operation} {rule.scheme} {sorted(rule.options.items())}" for rule in rules
    )
    lines = [*_Form(graph).lines(), *starts]
    return sha256("\n".join(lines).encode()).hexdigest()[:32]


@lru_cache(maxsize=65536)
def _label(operation: Operation, results: Types) -> bytes:
    return _digest(f"{operation!r} {results!r}".encode())


def _digest(*parts: bytes) -> bytes:
    return blake2b(b"".join(parts), digest_size=8).digest()


@dataclass(frozen=True)
class _Colours:
    """A digest of each node, which does not depend on how nodes are numbered or named."""

    graph: Graph
    free: frozenset[int]

    @cached_property
    def final(self) -> Sequence[bytes]:
        colours = [_label(node.operation, node.results) for node in self.graph]
        for _ in range(_ROUNDS):
            colours = self._with_readers(self._with_operands(colours))
        return colours

    def _with_operands(self, colours: Sequence[bytes]) -> Sequence[bytes]:
        """The colours from the inputs on: each with those of all that leads to it."""
        found: list[bytes] = []
        for node in self.graph:
            reads = [found[v.node] + bytes([v.result % 256]) for v in self.graph.operands(node)]
            owner = found[node.owner] if node.owner < node.index else b""
            arranged = sorted(reads) if node.index in self.free else reads
            found.append(_digest(colours[node.index], owner, *arranged))
        return found

    def _with_readers(self, colours: Sequence[bytes]) -> list[bytes]:
        """The colours from the outputs back: each with those of all that it leads to."""
        uses: list[list[bytes]] = [[] for _ in self.graph]
        for place, value in enumerate(self.graph.outputs):
            uses[value.node].append(b"output%d" % place)
        for place, value in enumerate(self.graph.inputs.values()):
            uses[value.node].append(b"input%d" % place)
        found = [b""] * len(self.graph)
        for node in reversed(self.graph.nodes):
            own = _digest(colours[node.index], *sorted(uses[node.index]))
            found[node.index] = own
            for place, value in enumerate(self.graph.operands(node)):
                slot = b"any" if node.index in self.free else b"%d" % place
                uses[value.node].append(_digest(own, slot, b"%d" % value.result))
            if node.owner < node.index:
                uses[node.owner].append(_digest(own, b"weights"))
        return found


@dataclass
class _Form:
    """The operations in an order that follows from the graph: each is numbered after its operands.

    It is a walk from the outputs back to the inputs. Branches are numbered one after the other, so
    that equal branches do not mingle.
    """

    graph: Graph
    _places: dict[int, int] = field(default_factory=dict)
    _looks: dict[int, bytes] = field(default_factory=dict)
    _looked: int = 0

    @cached_property
    def _free(self) -> frozenset[int]:
        return Orders(self.graph).free

    @cached_property
    def _colours(self) -> Sequence[bytes]:
        return _Colours(self.graph, self._free).final

    def lines(self) -> Iterator[str]:
        """A line for each operation with what it reads, then the inputs and the outputs."""
        inputs, outputs = tuple(self.graph.inputs.values()), self.graph.outputs
        for value in (*inputs, *outputs):
            self._number(value.node)
        for index in sorted(range(len(self.graph)), key=self._colours.__getitem__):
            self._number(index)  # what no output needs
        yield from (self._line(self.graph.node(index)) for index in self._places)
        yield from map(repr, (self._references(inputs), self._references(outputs)))

    def _line(self, node: Node) -> str:
        reads = self._references(self.graph.operands(node))
        arranged = sorted(reads) if node.index in self._free else reads
        owner = "" if node.weights_of is None else self._places[node.owner]
        return f"{node.operation!r} {node.results!r} {arranged} {owner}"

    def _references(self, values: tuple[Value, ...]) -> list[Reference]:
        return [(self._places[value.node], value.result) for value in values]

    # The walk, without recursion: networks are deep

    def _number(self, root: int) -> None:
        """Number a node, and before it all that it needs."""
        if root in self._places:
            return
        entered = [(root, self._needed(root))]
        while entered:
            index, needed = entered[-1]
            following = next((each for each in needed if each not in self._places), None)
            if following is not None:
                entered.append((following, self._needed(following)))
                continue
            entered.pop()
            self._places[index] = len(self._places)
            self._looks.clear()

    def _needed(self, index: int) -> Iterator[int]:
        """The nodes that one reads, and the one whose weights it has, each when its turn comes."""
        node = self.graph.node(index)
        operands = [value.node for value in self.graph.operands(node)]
        yield from self._arranged(operands) if index in self._free else operands
        if node.weights_of is not None:
            yield node.owner

    def _arranged(self, operands: Sequence[int]) -> Iterator[int]:
        """Operands without an order by their colours, then by what leads to them."""
        rest = sorted(set(operands), key=self._colours.__getitem__)
        while rest:
            tied = [each for each in rest if self._colours[each] == self._colours[rest[0]]]
            chosen = min(tied, key=self._look) if len(tied) > 1 else tied[0]
            rest.remove(chosen)
            yield chosen

    def _look(self, root: int) -> bytes:
        """A digest of all that leads to a node, by the numbers that nodes have by now."""
        entered = [root]
        while entered and self._looked < _LOOKS * len(self.graph):
            index = entered[-1]
            missing = self._missing(index)
            entered.extend(missing)
            if not missing:
                self._looked += 1
                self._looks[entered.pop()] = self._seen(index)
        return self._looks.get(root, b"")

    def _missing(self, index: int) -> list[int]:
        """What has to be looked at before a node."""
        if index in self._places or index in self._looks:
            return []
        return [value.node for value in self.graph.reads[index] if value.node not in self._looks]

    def _seen(self, index: int) -> bytes:
        if index in self._places:
            return b"%d" % self._places[index]
        reads = [self._looks[v.node] + b"/%d" % v.result for v in self.graph.reads[index]]
        return _digest(self._colours[index], *(sorted(reads) if index in self._free else reads))
