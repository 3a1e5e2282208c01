"""What the tests share: the sample archive's index, built once, and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from columnbot import ColumnBot, build_index
from columnbot.embedding import Embedder, open_embedder
from tests.chromium import find_chromium
from tests.serving import running

ROOT = Path(__file__).parent.parent


ONLY_WITH = {"cluster": "--clusters", "slow": "--slow"}  # marks, and the options without which they are left out


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--clusters", action="store_true", help="also what runs on Milvus and Ray (some minutes)")
    parser.addoption("--slow", action="store_true", help="also what takes long")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    marks = [mark for mark, option in ONLY_WITH.items() if not config.getoption(option)]
    left_out = [item for item in items if any(map(item.get_closest_marker, marks))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def sample_archive() -> Path:
    return ROOT / "articles"


@pytest.fixture(scope="session")
def sample_index(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("sample") / "index"
    build_index(sample_archive, index)
    return index


@pytest.fixture(scope="session")
def sample_in_milvus(sample_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pymilvus", reason="NO TESTS ON MILVUS: the extra [milvus] is not installed")
    index = tmp_path_factory.mktemp("milvus") / "sample.db"
    build_index(sample_archive, index)
    return index


@pytest.fixture(scope="session", params=["folder", pytest.param("milvus", marks=pytest.mark.cluster)])
def bot(request: pytest.FixtureRequest) -> ColumnBot:
    """On either kind of index, so that every test with it shows that both answer alike."""
    return ColumnBot.open(request.getfixturevalue("sample_index" if request.param == "folder" else "sample_in_milvus"))


@pytest.fixture(scope="session")
def address(sample_index: Path) -> Iterator[str]:
    """Where the chat of the sample archive runs, the whole session long."""
    with running(sample_index) as address:
        yield address


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    return open_embedder("bundled").embedder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Path]:
    found = find_chromium()
    if found is None:
        pytest.skip("NO BROWSER TESTS: no Chromium here, and none could be installed (python -m tests.chromium)")
    yield found
