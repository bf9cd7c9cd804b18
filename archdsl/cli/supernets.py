"""The folder that searches a space by itself, as two commands need it: `compile` and `search`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archdsl.build.values import Given
    from archdsl.diagnostics import Diagnostics
    from archdsl.searches.search import Search
    from archdsl.spec import Spec


def search_folder(
    spec: Spec, search: Search, given: dict[str, Given], diagnostics: Diagnostics
) -> dict[str, str]:
    """The text of each file, by its name.

    Raises:
        CompileError: a supernet cannot have the space.
    """
    from archdsl.searches.supernets import Differentiable
    from archdsl.supernet.searched import Searched

    searched = Searched(spec, search, given)
    if isinstance(search.method, Differentiable):
        from archdsl.supergraphs.folder import search_folder as write_folder
    else:
        from archdsl.supernet.folder import search_folder as write_folder
    return write_folder(searched, diagnostics)
