"""Claims, as they are reduced."""

from __future__ import annotations

from archdsl.syntax import tree
from archdsl.syntax.building.maker import Child, Maker, has, names, nodes


class Claims(Maker):
    def claim(self, children: list[Child]) -> tree.Claim:
        base, *items = nodes(children)
        return self._make(tree.Claim, children, base, tuple(items))

    def said(self, children: list[Child]) -> tree.Figure | tree.Property:
        """A bare number is a figure, to be measured; any other value is a property."""
        (value,) = nodes(children)
        name, disputed, remark = self._item(children)
        if isinstance(value, tree.Number):
            return self._make(tree.Figure, children, name, value, None, disputed, remark)
        return self._make(tree.Property, children, name, value, disputed, remark)

    def increase(self, children: list[Child]) -> tree.Figure:
        value, base = nodes(children)
        name, disputed, remark = self._item(children)
        return self._make(tree.Figure, children, name, value, base, disputed, remark)

    def _item(self, children: list[Child]) -> tuple[str, bool, str | None]:
        """What a claim speaks of, whether that is disputed, and the remark."""
        remark = self._unquoted(children[-1]) if has(children, "TEXT") else None
        return names(children)[0], has(children, "DISPUTED"), remark

    def remark(self, children: list[Child]) -> tree.Remark:
        return self._make(tree.Remark, children, self._unquoted(children[1]))
