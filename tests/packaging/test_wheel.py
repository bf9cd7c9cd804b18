"""The wheel works when it is installed outside the checkout, and contains what it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

import archdsl
from archdsl.emit.scripts import NAMES

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = (
    "archdsl/**/*.py",
    "archdsl/py.typed",
    "archdsl/library/*.arch",
    "archdsl/studio/page/*",
    "grammars/*.lark",
    "specs/*.arch",
    "specs/published.json",
    "templates/*.j2",
)


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the wheel; its dependencies are those of ours."""
    folder = tmp_path_factory.mktemp("outside") / "venv"
    venv.create(folder, with_pip=False)
    lent = sysconfig.get_paths()["purelib"]
    own = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder)}))
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
    _run(*pip, "--python", folder, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    (own / "lent.pth").write_text(lent + "\n")
    return folder / ("Scripts" if os.name == "nt" else "bin")


def test_the_wheel_contains_the_package_data(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    for pattern in SHIPPED:
        for path in ROOT.glob(pattern):
            shipped = path.relative_to(ROOT).as_posix().removeprefix("archdsl/")
            assert f"archdsl/{shipped}" in held


def test_the_wheel_contains_nothing_else(wheel: Path) -> None:
    kinds = {".arch", ".j2", ".json", ".lark", ".py", ".toml", ".typed"}
    held = zipfile.ZipFile(wheel).namelist()
    held = [name for name in held if not name.startswith("archdsl/studio/page/")]
    assert all(Path(name).suffix in kinds for name in held if name.startswith("archdsl/"))
    assert {name.split("/")[0].split("-")[0] for name in held} == {"archdsl"}


def test_the_installed_wheel_works_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    for name in ("x2d", "x3d_s"):
        shutil.copy(ROOT / "specs" / f"{name}.arch", tmp_path)
    program = installed / "archdsl"
    assert _run(program, "--version", cwd=tmp_path) == f"archdsl {archdsl.__version__}\n"
    assert "1,962,892,112 MACs" in _run(program, "flops", "x3d_s.arch", cwd=tmp_path)
    _run(program, "check", "x3d_s.arch", cwd=tmp_path)
    _run(program, "fmt", "--check", "x3d_s.arch", cwd=tmp_path)
    module, hubconf, *others = _run(program, "compile", "x3d_s.arch", cwd=tmp_path).splitlines()
    assert "from torch import Tensor, nn" in (tmp_path / module).read_text()
    assert "def x3d_s(" in (tmp_path / hubconf).read_text()
    assert [Path(other).name for other in others] == [*NAMES, "network.json"]


def test_the_installed_wheel_has_the_published_networks(installed: Path, tmp_path: Path) -> None:
    program = installed / "archdsl"
    assert "1,962,892,112 MACs" in _run(program, "flops", "x3d_s", cwd=tmp_path)
    assert _run(program, "init", "x3d_s", cwd=tmp_path) == "my_x3d_s.arch\n"
    listed = "import archdsl; print([each.name for each in archdsl.list('x3d_?')])"
    found = _run(installed / "python", "-c", listed, cwd=tmp_path)
    assert found == "['x3d_l', 'x3d_m', 'x3d_s']\n"


def test_the_installed_studio_runs_no_python_beside_a_spec(installed: Path, tmp_path: Path) -> None:
    """It judges in a process of its own, which must not take a module from the current folder."""
    shutil.copy(ROOT / "specs" / "x3d_s.arch", tmp_path)
    for name in ("json", "archdsl", "lark"):
        (tmp_path / f"{name}.py").write_text(f"open('{name}.run', 'w')")
    command = [installed / "archdsl", "studio", "x3d_s.arch"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as studio:
        assert studio.stdout
        address = studio.stdout.readline().strip()
        with urlopen(address) as page:
            assert b"studio.js" in page.read()
        asked = b'{"text": "use x3d_s\\nclaim x3d_s { macs 1.96G }"}'
        request = Request(f"{address}judge", asked, {"Content-Type": "application/json"})
        with urlopen(request) as answer:
            assert b'"verdict": "met"' in answer.read()
        studio.terminate()
    assert not [*tmp_path.glob("*.run")]


def test_the_installed_wheel_is_what_is_imported(installed: Path, tmp_path: Path) -> None:
    code = "import archdsl; print(archdsl.__file__)"
    found = Path(_run(installed / "python", "-c", code, cwd=tmp_path).strip())
    assert installed.parent in found.parents
