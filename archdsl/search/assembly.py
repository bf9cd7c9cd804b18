"""From a search of a spec to all that its workers need: the space, the method, the scripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from archdsl import compiler, files
from archdsl.build.request import Request
from archdsl.build.values import Given
from archdsl.diagnostics import Diagnostics
from archdsl.expansion.stages import Expansions, Rule
from archdsl.expansion.steps import axis_named
from archdsl.network import Network
from archdsl.recipes.reading import building
from archdsl.recipes.recipe import Recipe
from archdsl.search.candidates.course import Baseline, Course, Sampled
from archdsl.search.candidates.derived import Derived, jobs_of
from archdsl.search.candidates.growing import Growing
from archdsl.search.candidates.grown import GrownSpace
from archdsl.search.candidates.growth import Growth
from archdsl.search.candidates.member_files import MemberFiles
from archdsl.search.candidates.network_space import NetworkSpace
from archdsl.search.domain import Goal, Member, Objective
from archdsl.search.post import Setup
from archdsl.search.records.identity import identity_of, sources_of
from archdsl.search.records.ledger import Searched
from archdsl.search.records.study import Identity
from archdsl.search.samplers.sampling import sampler_of
from archdsl.search.supernet_search import Found, SupernetHow
from archdsl.search.training import How
from archdsl.search.trouble import SPEC
from archdsl.searches.methods import BySupernet, Expansion, Random, Sampling
from archdsl.searches.search import ACCURACIES, Search, Training
from archdsl.source import Source
from archdsl.spec import Spec
from archdsl.syntax import tree
from archdsl.syntax.parser import parse, parse_argument

Reader = Callable[[Network], Recipe]
"""Reads a recipe for a network."""


@dataclass(frozen=True)
class Wishes:
    """What the command line says beside the spec."""

    data: str
    trials: int | None
    baseline: int
    processes: int | None
    train_args: tuple[str, ...]
    search_args: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assembled:
    """A search ready to run, what its study is of, and the files of its spec.

    `supernet` says how the supernet is searched before, if there is one.
    """

    setup: Setup
    identity: Identity
    sources: Mapping[str, str]
    title: str
    supernet: SupernetHow | None

    def after(self, found: Mapping[int, Found]) -> Setup:
        """The setup that trains what the searches of a supernet have found, by their seeds.

        Raises:
            CompileError: they have found what is no member.
        """
        course, space = self.setup.course, self.setup.space
        return replace(self.setup, course=Derived(course.sampler, jobs_of(space, found)))


@dataclass(frozen=True)
class _Ground:
    """What a method works on, and how its members are written."""

    space: Searched
    course: Course
    contents: Callable[[Member], Mapping[str, str]]
    spec: Callable[[Member, str], str]


def assemble(spec: Spec, search: Search, wishes: Wishes) -> Assembled:
    """A search of a spec with what it works on.

    Raises:
        CompileError: a member of the space has a mistake.
    """
    ground, supernet = _ground(spec, search, wishes), _supernet(search, wishes)
    setup = Setup(
        search.name,
        ground.space,
        _goal(search),
        ground.course,
        Baseline(ground.space, _metric(search), wishes.baseline, search.seed),
        ground.contents,
        ground.spec,
        _how(search, wishes),
        _seeds(search) if supernet is None else [search.seed],
        search.keep,
    )
    title = f"{search.name} for {search.space}: {search.method}"
    identity = identity_of(spec.program, search, wishes.train_args, wishes.search_args)
    return Assembled(setup, identity, dict(sources_of(spec.program)), title, supernet)


def _seeds(search: Search) -> range:
    """Of each repeat: of a trial's training, or of a supernet's search."""
    return range(search.seed, search.seed + search.repeats)


def _supernet(search: Search, wishes: Wishes) -> SupernetHow | None:
    if not isinstance(search.method, BySupernet):
        return None
    data = str(Path(wishes.data).resolve())
    return SupernetHow(data, _seeds(search), wishes.search_args, wishes.processes)


def _goal(search: Search) -> Goal:
    """The accuracy and the costs that are wanted."""
    costs = tuple(Objective(metric, maximise=False) for metric in search.minimise)
    return Goal(Objective(search.maximise), costs)


def _metric(search: Search) -> str:
    """The cost by which networks are compared: the first that is bounded or wanted small."""
    named = [bound.metric for bound in search.bounds] + [*search.minimise]
    return next((metric for metric in named if metric in ("macs", "params")), "macs")


def _how(search: Search, wishes: Wishes) -> How:
    arguments = [part for each in wishes.train_args for part in each.split("=", 1)]
    given = dict(pairwise(arguments)).get("--epochs", "")
    return How(
        data=str(Path(wishes.data).resolve()),
        figure=ACCURACIES[search.maximise].figure,
        epochs=int(given) if given.isdecimal() else search.alone.recipe.epochs,
        hold_out=f"{float(search.hold_out):g}",
        options=wishes.train_args,
        processes=wishes.processes,
    )


# What a method works on


def _ground(spec: Spec, search: Search, wishes: Wishes) -> _Ground:
    name, given = search.space.name, _given(spec, search)
    trained, kept = _reader(search.alone), _reader(search.finish or search.train)
    if isinstance(search.method, Expansion):
        return _growth(spec, search, search.method, given, (trained, kept))
    plan = compiler.compile_network(spec.program, name, given).plan
    assert plan is not None  # or the search had been refused
    metrics = ("macs", "params", *search.minimise)
    request = Request.of(spec.program, name, plan)
    space = NetworkSpace(name, request, search.bounds, metrics)
    own, others = (MemberFiles(spec, name, given, reader) for reader in (trained, kept))
    contents = _with_spec(own.files, own.spec_text)
    return _Ground(space, _sampled(search, wishes, space), contents, others.spec_text)


def _sampled(search: Search, wishes: Wishes, space: NetworkSpace) -> Sampled | Derived:
    if isinstance(search.method, Sampling):
        chooser = sampler_of(search.method, space, _goal(search), search.seed)
        return Sampled(chooser, wishes.trials or search.method.trials)
    # A supernet draws by itself; what it could draw is shown before.
    return Derived(sampler_of(Random(1), space, _goal(search), search.seed))


def _growth(
    spec: Spec,
    search: Search,
    method: Expansion,
    given: Mapping[str, Given],
    readers: tuple[Reader, Reader],
) -> _Ground:
    name, (bound,) = search.space.name, search.bounds
    axes = tuple(map(axis_named, method.axes))
    rule = Rule(axes, bound.metric, int(bound.most), method.times, method.contract)
    own, others = (Growing(spec, name, given, reader) for reader in readers)
    space = GrownSpace(name, Expansions.of(spec.candidates(name, given), rule), own.text)
    return _Ground(
        space,
        Growth(space),
        _with_spec(
            lambda member: own.files(space.stage(member)),
            lambda member, name: own.spec_text(space.stage(member), name),
        ),
        lambda member, name: others.spec_text(space.stage(member), name),
    )


def _with_spec(
    files_of: Callable[[Member], Mapping[str, str]], text_of: Callable[[Member, str], str]
) -> Callable[[Member], Mapping[str, str]]:
    """The files of a member, and its spec among them."""
    name = Path(SPEC).stem
    return lambda member: {**files_of(member), SPEC: files.sealed(text_of(member, name))}


def _given(spec: Spec, search: Search) -> Mapping[str, Given]:
    """The parameters of the space."""
    written = [f"{name} = {value}" for name, value in search.space.given]
    return spec.arguments([parse_argument(Source("search", text)) for text in written])


def _reader(training: Training) -> Reader:
    """Reads the recipe anew for each network, whose clips may be of another size."""

    def read(network: Network) -> Recipe:
        text = f"recipe trained for {network.name} = {training.instance}\n"
        (definition,) = parse(Source("search", text)).definitions
        assert isinstance(definition, tree.DerivedRecipe)
        located = definition, network.program.main
        own, parts = (lambda *_: network.graph), (lambda _: network.module.parts)
        return building.build(network.program, located, Diagnostics(), own, parts)

    return read
