"""The answers to what a page asks of a text: mistakes, costs, a picture, changes, the module.

The analysis of the last text makes the next one fast. It is all that is kept between questions, and
it decides nothing: every question brings its text along.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from threading import Lock
from time import thread_time
from typing import TYPE_CHECKING

from archdsl import files
from archdsl.analysis.analysis import Analysis, analyse
from archdsl.diagnostics import CompileError, Diagnostics, error
from archdsl.network import Network
from archdsl.source import Source
from archdsl.studio.aside import Aside
from archdsl.studio.asked import Asked, Body
from archdsl.studio.disk import Disk
from archdsl.studio.gate import Refusal
from archdsl.studio.looking import Look, built, changed, chosen, look
from archdsl.studio.told import (
    Told,
    tell_costs,
    tell_diagnostic,
    tell_difference,
    tell_picture,
    tell_place,
    tell_report,
)

if TYPE_CHECKING:
    from archdsl.analysis.names.finding import Names


class Desk:
    """Answers questions about the file of a studio, one after another."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._last: Analysis | None = None
        self._lock = Lock()
        self._aside = Aside()
        self._answers: Mapping[str, Callable[[Body], Told]] = {
            "analyse": self._analyse,
            "judge": self._judge,
            "complete": self._complete,
            "explain": self._explain,
            "module": self._module,
            "diff": self._diff,
            "source": self._source,
            "format": self._format,
            "save": self._save,
            "write": self._write,
        }

    def answer(self, question: str, body: Body) -> Told:
        """The answer to a question; `mistakes` are why there is none.

        Raises:
            Refusal: there is no such question, or the body has not what it needs.
        """
        if question not in self._answers:
            raise Refusal(HTTPStatus.NOT_FOUND, f"there is no question `{question}`")
        try:
            return self._answers[question](body)
        except CompileError as failure:
            return {"mistakes": list(map(tell_diagnostic, failure.diagnostics))}

    def close(self) -> None:
        """End what is still judged."""
        self._aside.stop()

    def file(self) -> Told:
        """The file as it is on disk."""
        try:
            content = self._disk.read()
        except CompileError as failure:
            return {"mistakes": list(map(tell_diagnostic, failure.diagnostics))}
        return {
            "name": str(self._disk.path),  # as all places name it
            "published": self._disk.is_published,
            "network": self._disk.spec.network,
            "text": content.text,
            "ending": content.ending,
            "digest": content.digest,
        }

    def state(self) -> Told:
        """Whether the file is still what the page knows, by its digest."""
        return {"digest": self._disk.digest}

    # Questions about a text

    def _analysis(self, text: str) -> Analysis:
        unsaved = {self._disk.path.resolve(): text}
        last = self._last
        self._last = last.after(unsaved) if last else analyse(self._disk.path, unsaved)
        return self._last

    def _analyse(self, body: Body) -> Told:
        asked = Asked.read(body)
        with self._lock:
            start = thread_time()
            analysis = self._analysis(asked.text)
            told: Told = {
                "diagnostics": list(map(tell_diagnostic, analysis.diagnostics)),
                "networks": _networks(analysis) if analysis.program else None,
                "look": None,
                "refused": [],
            }
            try:
                seen = look(analysis, asked) if analysis.program else None
                told["look"] = _tell_look(seen) if seen else None
            except CompileError as failure:
                told["refused"] = list(map(tell_diagnostic, failure.diagnostics))
            return {**told, "seconds": thread_time() - start}

    def _judge(self, body: Body) -> Told:
        unsaved = {self._disk.path.resolve(): body.text("text")}
        judged = self._aside.judge(self._disk.path, unsaved)
        if judged is None:
            return {"ended": True}
        return {
            "diagnostics": list(map(tell_diagnostic, judged.diagnostics)),
            "report": tell_report(judged.report) if judged.report else None,
        }

    def _complete(self, body: Body) -> Told:
        from archdsl.studio.words import proposals  # not needed to begin with

        with self._lock:
            names, source = self._names(body.text("text"))
            return proposals(names, source, body.offset("offset"))

    def _explain(self, body: Body) -> Told:
        from archdsl.studio.words import explanation  # not needed to begin with

        with self._lock:
            names, _ = self._names(body.text("text"))
            return explanation(names, body.offset("offset"))

    def _names(self, text: str) -> tuple[Names, Source]:
        from archdsl.analysis.naming import names_of

        source = Source(str(self._disk.path), text)
        return names_of(self._analysis(text), source), source

    def _module(self, body: Body) -> Told:
        from archdsl.emit.targets import TARGETS  # loads all passes

        asked, target = Asked.read(body), body.one_of("target", TARGETS)
        with self._lock:
            network = self._built(self._analysis(asked.text), asked)
            text = network.source() if target == "readable" else network.lowered(target).text
        return {"text": text}

    def _diff(self, body: Body) -> Told:
        from archdsl.compare.difference import difference  # not needed to begin with
        from archdsl.report.diff import DiffReport

        asked = Asked.read(body)
        saved = Asked.read(Body({**body.values, "changes": [], "text": self._disk.read().text}))
        with self._lock:
            analysis = self._analysis(asked.text)
            network = self._built(analysis, asked)
            # What was saved first is not the last text: that would be analysed all anew.
            before = analysis.after({self._disk.path.resolve(): saved.text})
            name = chosen(analysis, asked.network) or ""
            found = difference(built(before, name, saved), network, asked.by)
        report = DiffReport(found, (f"{self._disk.shown}: {name}", network.name))
        return tell_difference(found, report.verdict, report.facts)

    def _built(self, analysis: Analysis, asked: Asked) -> Network:
        name = chosen(analysis, asked.network)
        if name is None:
            raise CompileError(analysis.diagnostics or [error("network", "there is no network")])
        return built(analysis, name, asked)

    def _source(self, body: Body) -> Told:
        name, program = body.text("name"), self._last.program if self._last else None
        for unit in program.units if program else ():
            if unit.file.source.name == name:
                return {"text": unit.file.source.text.replace("\r\n", "\n")}
        raise Refusal(HTTPStatus.NOT_FOUND, f"the text uses no file `{name}`")

    def _format(self, body: Body) -> Told:
        from archdsl.syntax.formatter import format_file  # not needed to begin with
        from archdsl.syntax.parser import parse

        return {"text": format_file(parse(Source(self._disk.shown, body.text("text"))))}

    # What is written

    def _save(self, body: Body) -> Told:
        seen = body.text_or_none("seen")
        ending = body.one_of("ending", {"\n": "", "\r\n": ""})
        return {"digest": self._disk.save(body.text("text"), ending, seen)}

    def _write(self, body: Body) -> Told:
        """Write the changed network as a spec of its own, which is named like its file."""
        asked, warnings = Asked.read(body), Diagnostics()
        path = self._disk.new_path(body.text("name"))
        with self._lock:
            analysis = self._analysis(asked.text)
            base = chosen(analysis, asked.network) or ""
            spec, name = changed(analysis, base, asked.changes, path.stem)
            origin = f"{' + '.join([base, *asked.changes])}, of {self._disk.path.name}"
            text = spec.standalone_text(name, origin, diagnostics=warnings)
        files.create_new(path, text)
        return {"path": str(path), "warnings": list(map(tell_diagnostic, warnings))}


def _networks(analysis: Analysis) -> list[Told]:
    """The networks that can be looked at, in the order of the text."""
    return [
        {
            "name": name,
            "place": tell_place(facts.span),
            "space": facts.is_space,
            "whole": facts.is_whole,
        }
        for name, facts in analysis.networks.items()
    ]


def _tell_look(seen: Look) -> Told:
    base = seen.facts
    return {
        "network": base.name,
        "shown": " + ".join([base.name, *seen.asked.changes]),
        "space": base.is_space,
        "whole": base.is_whole,
        "operations": len(seen.graph),
        "base": {
            "macs": base.costs.total.macs,
            "inputs": {n: list(base.graph.type(at).shape) for n, at in base.graph.inputs.items()},
        },
        **tell_costs(seen.table),
        "picture": tell_picture(seen.picture),
    }
