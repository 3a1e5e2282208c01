"""The public names, and what it costs to import them."""

import ast
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import columnbot
from columnbot.errors import ColumnbotError
from columnbot.version import VERSION
from tests.conftest import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HEAVY = ("torch", "faiss", "gradio", "sentence_transformers", "transformers")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=60, check=False)


def test_what_type_checkers_see_is_what_there_is():
    tree = ast.parse(Path(columnbot.__file__).read_text(encoding="utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    declared = {alias.asname: (statement.module, alias.name) for statement in block.body for alias in statement.names}
    assert sorted(declared) == sorted(columnbot.__all__) == dir(columnbot)
    for name, (module, there) in declared.items():
        home = import_module(module)
        assert getattr(columnbot, name) is getattr(home, there)


@pytest.mark.parametrize("name", sorted({*columnbot.__all__} - {"__version__"}))
def test_a_public_name_is_defined_in_the_module_it_is_said_to_live_in(name):
    assert getattr(columnbot, name).__name__ == name
    assert getattr(columnbot, name).__module__ == f"columnbot.{columnbot._HOMES[name]}"


def test_all_names_can_be_imported_at_once():
    names: dict[str, object] = {}
    exec("from columnbot import *", names)
    assert {*columnbot.__all__} <= {*names}
    assert names["__version__"] == VERSION


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'columnbot' has no attribute 'ColumnBott'"):
        _ = columnbot.ColumnBott


def test_every_mistake_a_caller_can_mend_is_caught_by_the_public_error():
    from columnbot import errors

    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    assert len(classes) > 5
    assert all(issubclass(value, ColumnbotError) and value.__doc__ for value in classes)
    drawn = {line.split()[1] for line in (errors.__doc__ or "").splitlines() if "── " in line and line[0] in "├└"}
    assert drawn <= {value.__name__ for value in classes}


@pytest.mark.parametrize("module", ["columnbot", "columnbot.readers", "columnbot.settings", "columnbot.passages"])
def test_importing_it_brings_in_nothing_heavy(module):
    done = run("-c", f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])")
    assert (done.stdout, done.stderr, done.returncode) == ("[]\n", "", 0)


def test_the_command_line_starts_without_torch_or_gradio():
    done = run("-c", "import sys, columnbot.cli; print({'torch', 'gradio', 'sentence_transformers'} & {*sys.modules})")
    assert (done.stdout, done.returncode) == ("set()\n", 0), done.stderr


def test_python_m_columnbot_shows_its_commands():
    done = run("-m", "columnbot", "--help")
    assert done.returncode == 0, done.stderr
    for command in ("index", "ask", "search", "chat", "check", "show"):
        assert f" {command} " in done.stdout
    assert done.stderr == ""


def test_python_m_columnbot_tells_its_version():
    done = run("-m", "columnbot", "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert VERSION in done.stdout


def test_what_clusters_need_is_asked_for_by_extras_only():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    of_a_cluster = re.compile(r"(pymilvus|milvus-lite|ray|pyarrow)\b")
    assert not [need for need in project["dependencies"] if of_a_cluster.match(need)]
    assert all(
        of_a_cluster.match(need) for name in ("milvus", "ray") for need in project["optional-dependencies"][name]
    )


def test_an_answer_from_a_folder_imports_nothing_of_a_cluster(sample_index):
    script = (
        "import sys; from pathlib import Path; from columnbot import ColumnBot\n"
        f"ColumnBot.open(Path({str(sample_index)!r})).ask('Wat staat er over de brief?')\n"
        "print({'pymilvus', 'milvus_lite', 'ray', 'pyarrow', 'grpc'} & {*sys.modules})"
    )
    done = run("-c", script)
    assert (done.stdout, done.returncode) == ("set()\n", 0), done.stderr
