"""What holds for every test: no screen, settings of its own, and no warning, log warning or thread left unseen."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings

from hvstudio.files.examples import load_example
from hvstudio.model.document import BlockId, Document

# The real window of tests/e2e is another process, which gets the platform of its own screen.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("DISPLAY", None)
os.environ.pop("WAYLAND_DISPLAY", None)
os.environ["QT_API"] = "pyside6"
# A run in the colours and the language of the person who starts it would not be the same run everywhere.
os.environ["LANG"] = os.environ["LC_ALL"] = "C.UTF-8"

# Always the same examples, so that a red test is red for everybody; to look for new ones: HVSTUDIO_EXPLORE=1, which
# prints what reproduces a failure.
settings.register_profile(
    "pinned", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
settings.register_profile("explore", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("explore" if os.environ.get("HVSTUDIO_EXPLORE") else "pinned")

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
SECONDS_A_THREAD_GETS_TO_END = 5.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Makes what was captured encodable: pytest-xdist ends with an internal error at a lone surrogate in a log."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(scope="session", autouse=True)
def _one_application(qapp_cls: type, qapp: object) -> None:
    """A whole QApplication from the start: drawing alone would make a lesser one, and Qt allows only one."""
    assert isinstance(qapp, qapp_cls)


@pytest.fixture(autouse=True)
def config_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty settings folder, so that no test sees what another one, or the person, has chosen."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("HVSTUDIO_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture
def twin_hosts() -> Document:
    """The Hyper-V example twice in one document: ids of the second end in "-twin", all names are equal."""
    document = load_example("hyper-v-2016")

    def twin(block_id: BlockId | None) -> BlockId | None:
        return None if block_id is None else BlockId(f"{block_id}-twin")

    copies = [
        evolve(block, id=twin(block.id), rests_on=twin(block.rests_on), attached_to=twin(block.attached_to))
        for block in document.blocks.values()
    ]
    positions = {BlockId(f"{block_id}-twin"): (x + 2000.0, y) for block_id, (x, y) in document.positions.items()}
    return evolve(
        document,
        blocks={**document.blocks, **{block.id: block for block in copies}},
        positions={**document.positions, **positions},
    )


@pytest.fixture
def expected_log_warnings() -> list[str]:
    """Ask for this list in a test that provokes log warnings, and add a part of each text that may appear."""
    return []


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps what was said."""
        self.texts.append(f"{record.name} {record.levelname}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_log_warning(request: pytest.FixtureRequest) -> Iterator[None]:
    expected: list[str] = []
    if "expected_log_warnings" in request.fixturenames:
        expected = request.getfixturevalue("expected_log_warnings")
    heard = _Warnings()
    logging.getLogger().addHandler(heard)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(heard)
    unexpected = [text for text in heard.texts if not any(part in text for part in expected)]
    assert not unexpected, f"unexpected log warnings: {unexpected}"


@pytest.fixture(autouse=True)
def _no_thread_is_left_behind() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + SECONDS_A_THREAD_GETS_TO_END
    for thread in set(threading.enumerate()) - before:
        if not isinstance(thread, threading._DummyThread):  # Qt's own pool threads look like this
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"the test left the thread {thread.name} running"


@pytest.fixture(scope="session")
def shared_samples() -> Path:
    """The collection of real files beside the checkout; it is not part of the project and may be absent."""
    folder = SHARED / "samples"
    if not folder.is_dir():
        pytest.skip("needs the collection of sample files in ../shared/samples, which is not on this machine")
    return folder
