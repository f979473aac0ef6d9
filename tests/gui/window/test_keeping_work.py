"""Saving, leaving and closing while storage is slow or fails: no version is lost without the person saying so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hvstudio.errors import FileError
from hvstudio.files.journal import Journal, recoverable
from hvstudio.files.store import load, save
from hvstudio.gui.window.main_window import MainWindow
from hvstudio.model.document import Document
from hvstudio.model.edits import set_title


@pytest.fixture
def window(open_window: Callable[..., MainWindow], storage, small_stack: Document) -> MainWindow:
    """A window on storage that can be made slow."""
    return open_window(small_stack, storage)


@pytest.fixture
def file(window: MainWindow, answers, tmp_path: Path) -> Path:
    """The file that the window's document is saved in, as "First"."""
    answers.path = tmp_path / "mine.hvs"
    title(window, "First")
    window.actions_table["save"].trigger()
    answers.asked.clear()
    return answers.path


def title(window: MainWindow, text: str) -> None:
    window.parts.workspace.apply("Title", lambda document: set_title(document, text))


def press(window: MainWindow, label: str) -> None:
    assert window.parts.messages.current is not None
    action = dict(window.parts.messages.current.actions)[label]
    window.parts.messages.dismiss()
    action()


def is_closed(window: MainWindow) -> bool:
    """Whether the window lets itself be closed now, and the session with it."""
    window.close()
    return ended(window)


def ended(window: MainWindow) -> bool:
    """Whether the window is closed; then the session ends as the application does."""
    if not window.isVisible():
        window.shut_down()
        return True
    return False


# Saving


def test_a_save_marks_the_version_that_it_saved_whatever_happened_meanwhile(
    window: MainWindow, storage, file: Path
) -> None:
    title(window, "Second")
    second = window.parts.workspace.document
    storage.is_slow = True
    window.actions_table["save"].trigger()
    title(window, "Third")
    storage.finish()
    assert load(file).title == "Second"
    assert window.parts.workspace.modified
    window.parts.workspace.undo()
    assert window.parts.workspace.document is second
    assert not window.parts.workspace.modified


def test_undo_during_a_slow_save_is_shown_as_modified(window: MainWindow, storage, file: Path) -> None:
    title(window, "Second")
    storage.is_slow = True
    window.actions_table["save"].trigger()
    window.parts.workspace.undo()  # "First" is in the file still, but not for long
    assert window.isWindowModified()
    storage.finish()
    assert load(file).title == "Second"
    assert window.isWindowModified()


def test_two_saves_at_once_leave_the_later_version_and_no_false_alarm(window: MainWindow, storage, file: Path) -> None:
    title(window, "Second")
    storage.is_slow = True
    window.actions_table["save"].trigger()
    title(window, "Third")
    window.actions_table["save"].trigger()
    storage.finish()
    assert load(file).title == "Third"
    assert not window.parts.workspace.modified
    assert window.parts.messages.current is not None
    assert window.parts.messages.current.severity == "success"


@pytest.mark.parametrize("action", ["new", "example"])
def test_another_document_asked_for_during_a_save_does_not_get_its_file(
    window: MainWindow, storage, file: Path, answers, action: str
) -> None:
    title(window, "Second")
    storage.is_slow = True
    window.actions_table["save"].trigger()
    window.parts.files.new() if action == "new" else window.parts.files.open_example("hyper-v-2016")
    storage.finish()
    assert load(file).title == "Second"
    assert window.parts.workspace.file.path is None
    assert answers.asked == []
    answers.path = file.with_name("another.hvs")
    window.actions_table["save"].trigger()
    assert answers.asked == ["save"]
    assert load(file).title == "Second"


def test_trying_again_after_a_failure_does_not_overwrite_what_others_wrote(
    window: MainWindow, storage, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_keywords: object) -> None:
        raise FileError("the disk is full.", where="mine.hvs")

    title(window, "Second")
    with monkeypatch.context() as patched:
        patched.setattr("hvstudio.gui.work.files.save", full)
        window.actions_table["save"].trigger()
    assert window.parts.workspace.modified
    save(Document(title="Of somebody else"), file)
    press(window, "Try again")
    assert load(file).title == "Of somebody else"
    assert window.parts.workspace.document.title == "Second"


def test_what_a_message_offers_is_for_the_document_that_it_was_about(window: MainWindow, file: Path, answers) -> None:
    title(window, "Second")
    save(Document(title="Of somebody else"), file)
    window.actions_table["save"].trigger()
    message = window.parts.messages.current
    assert message is not None
    answers.about_changes = "discard"
    window.actions_table["new"].trigger()
    for label in ("Overwrite it", "Load it again"):
        dict(message.actions)[label]()
        assert load(file).title == "Of somebody else"
        assert window.parts.workspace.document.title == "Untitled"


# Leaving for another document


def test_what_is_typed_while_a_save_before_leaving_is_under_way_is_asked_about(
    window: MainWindow, storage, file: Path, answers
) -> None:
    title(window, "Second")
    answers.about_changes = "save"
    storage.is_slow = True
    window.actions_table["new"].trigger()
    title(window, "Third")
    answers.about_changes = "cancel"
    storage.finish()
    assert answers.asked == ["unsaved", "unsaved"]
    assert window.parts.workspace.document.title == "Third"
    assert load(file).title == "Second"


def test_a_save_that_fails_before_leaving_stays(
    window: MainWindow, file: Path, answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    title(window, "Second")
    save(Document(title="Of somebody else"), file)
    answers.about_changes = "save"
    window.actions_table["new"].trigger()
    assert window.parts.workspace.document.title == "Second"
    press(window, "Overwrite it")  # goes on to the new document after that
    assert load(file).title == "Second"
    assert window.parts.workspace.document.title == "Untitled"


def test_edits_while_a_file_loads_are_asked_about(window: MainWindow, storage, answers, tmp_path: Path) -> None:
    other = tmp_path / "other.hvs"
    save(Document(title="Other"), other)
    storage.is_slow = True
    window.parts.files.open_path(other)
    title(window, "Typed meanwhile")
    storage.finish()
    assert answers.asked == ["unsaved"]
    assert window.parts.workspace.document.title == "Typed meanwhile"


def test_what_was_let_go_is_not_asked_about_twice(window: MainWindow, storage, answers, tmp_path: Path) -> None:
    other = tmp_path / "other.hvs"
    save(Document(title="Other"), other)
    title(window, "Not wanted any more")
    answers.about_changes = "discard"
    storage.is_slow = True
    window.parts.files.open_path(other)
    storage.finish()
    assert answers.asked == ["unsaved"]
    assert window.parts.workspace.document.title == "Other"


def test_of_two_files_asked_for_the_later_one_is_opened(window: MainWindow, storage, tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(Document(title=name), tmp_path / f"{name}.hvs")
    storage.is_slow = True
    window.parts.files.open_path(tmp_path / "one.hvs")
    window.parts.files.open_path(tmp_path / "two.hvs")
    storage.finish()
    assert window.parts.workspace.document.title == "two"
    assert window.parts.workspace.file.path == tmp_path / "two.hvs"


def test_a_new_document_asked_for_while_a_file_loads_stays(window: MainWindow, storage, tmp_path: Path) -> None:
    save(Document(title="Slow"), tmp_path / "slow.hvs")
    storage.is_slow = True
    window.parts.files.open_path(tmp_path / "slow.hvs")
    window.actions_table["new"].trigger()
    storage.finish()
    assert window.parts.workspace.document.title == "Untitled"
    assert window.parts.workspace.file.path is None


def test_loading_a_changed_file_again_can_be_undone(window: MainWindow, file: Path) -> None:
    title(window, "Mine")
    mine = window.parts.workspace.document
    save(Document(title="Of somebody else"), file)
    window.actions_table["save"].trigger()
    press(window, "Load it again")
    assert window.parts.workspace.document.title == "Of somebody else"
    assert not window.parts.workspace.modified
    window.actions_table["undo"].trigger()
    assert window.parts.workspace.document is mine
    assert window.parts.workspace.modified
    save(Document(title="Again of somebody else"), file)
    window.actions_table["save"].trigger()
    assert load(file).title == "Again of somebody else"  # asked before it is overwritten


# Closing


def test_an_unchanged_document_is_closed_without_a_question(window: MainWindow, file: Path, answers) -> None:
    assert is_closed(window)
    assert answers.asked == []


@pytest.mark.parametrize(("answer", "closes"), [("cancel", False), ("discard", True)])
def test_closing_asks_about_changes(
    window: MainWindow, file: Path, answers, tmp_path: Path, answer: str, closes: bool
) -> None:
    title(window, "Second")
    window.parts.recovery.record()
    answers.about_changes = answer
    assert is_closed(window) is closes
    assert answers.asked == ["unsaved"]
    assert load(file).title == "First"
    assert bool(list((tmp_path / "recovery").glob("*.journal"))) is not closes


def test_closing_with_save_closes_once_the_file_is_written(
    window: MainWindow, storage, file: Path, answers, tmp_path: Path
) -> None:
    title(window, "Second")
    answers.about_changes = "save"
    storage.is_slow = True
    assert not is_closed(window)
    storage.finish()
    assert ended(window)
    assert answers.asked == ["unsaved"]
    assert load(file).title == "Second"
    assert list((tmp_path / "recovery").glob("*.journal")) == []


def test_closing_with_save_of_a_document_without_a_file_asks_for_one(
    window: MainWindow, storage, answers, tmp_path: Path
) -> None:
    title(window, "Second")
    answers.about_changes, answers.path = "save", tmp_path / "new.hvs"
    storage.is_slow = True
    assert not is_closed(window)
    storage.finish()
    assert ended(window)
    assert answers.asked == ["unsaved", "save"]
    assert load(tmp_path / "new.hvs").title == "Second"


def test_closing_with_save_and_no_file_chosen_stays(window: MainWindow, answers) -> None:
    title(window, "Second")
    answers.about_changes, answers.path = "save", None
    assert not is_closed(window)
    assert window.parts.workspace.modified


def test_closing_with_a_save_that_fails_stays_and_says_why(window: MainWindow, file: Path, answers) -> None:
    title(window, "Second")
    save(Document(title="Of somebody else"), file)
    answers.about_changes = "save"
    assert not is_closed(window)
    assert window.parts.messages.current is not None
    assert "another program changed the file" in window.parts.messages.current.text
    press(window, "Overwrite it")
    assert not window.isVisible()
    assert load(file).title == "Second"


def test_what_is_typed_while_closing_saves_is_asked_about(window: MainWindow, storage, file: Path, answers) -> None:
    title(window, "Second")
    answers.about_changes = "save"
    storage.is_slow = True
    window.close()
    title(window, "Third")
    answers.about_changes = "cancel"
    storage.finish()
    assert window.isVisible()
    assert answers.asked == ["unsaved", "unsaved"]
    assert window.parts.workspace.document.title == "Third"


def test_closing_during_a_save_waits_for_the_file(window: MainWindow, storage, file: Path, answers) -> None:
    title(window, "Second")
    storage.is_slow = True
    window.actions_table["save"].trigger()
    assert not is_closed(window)
    storage.finish()
    assert ended(window)
    assert answers.asked == []
    assert load(file).title == "Second"


@pytest.mark.parametrize(("answer", "closes"), [("cancel", False), ("discard", True)])
def test_who_insists_on_closing_during_a_save_that_does_not_end_is_asked(
    window: MainWindow, storage, file: Path, answers, answer: str, closes: bool
) -> None:
    title(window, "Second")
    storage.is_slow = True
    window.actions_table["save"].trigger()
    window.close()
    answers.about_changes = answer
    assert is_closed(window) is closes
    assert answers.asked == ["unsaved"]
    storage.finish()
    assert window.isVisible() is not closes


def test_closing_while_a_file_loads_does_not_wait_for_it(window: MainWindow, storage, tmp_path: Path) -> None:
    save(Document(title="Slow"), tmp_path / "slow.hvs")
    storage.is_slow = True
    window.parts.files.open_path(tmp_path / "slow.hvs")
    assert is_closed(window)


# Recovery


def left_behind(window: MainWindow, tmp_path: Path, file: Path | None, text: str) -> None:
    """A session that knew the window's file as it is now, and ended without a word."""
    journal = Journal(tmp_path / "recovery")
    journal.record(Document(title=text), file=window.parts.workspace.file if file else None)
    journal.close()


def test_a_recovered_document_knows_its_file_and_is_saved_without_a_false_alarm(
    window: MainWindow, file: Path, tmp_path: Path
) -> None:
    left_behind(window, tmp_path, file, "Recovered")
    window.parts.files.new()
    window.parts.recovery.offer()
    press(window, "Recover")
    assert (window.parts.workspace.document.title, window.parts.workspace.file.path) == ("Recovered", file)
    assert window.parts.workspace.modified
    window.actions_table["save"].trigger()
    assert load(file).title == "Recovered"


def test_a_recovered_document_does_not_overwrite_what_others_wrote_since(
    window: MainWindow, file: Path, tmp_path: Path
) -> None:
    left_behind(window, tmp_path, file, "Recovered")
    save(Document(title="Of somebody else"), file)
    window.parts.files.new()
    window.parts.recovery.offer()
    press(window, "Recover")
    window.actions_table["save"].trigger()
    assert load(file).title == "Of somebody else"


def test_recovering_over_new_edits_asks_first_and_is_offered_again(window: MainWindow, answers, tmp_path: Path) -> None:
    left_behind(window, tmp_path, None, "Left behind")
    window.parts.recovery.offer()
    title(window, "Typed since")
    press(window, "Recover")
    assert answers.asked == ["unsaved"]
    assert window.parts.workspace.document.title == "Typed since"
    answers.about_changes = "discard"
    press(window, "Recover")
    assert window.parts.workspace.document.title == "Left behind"


def test_two_offers_both_taken_lose_neither(window: MainWindow, answers, tmp_path: Path) -> None:
    left_behind(window, tmp_path, None, "One")
    left_behind(window, tmp_path, None, "Two")
    window.parts.recovery.offer()
    press(window, "Recover")
    first = window.parts.workspace.document.title
    answers.about_changes, answers.path = "save", tmp_path / "first.hvs"
    press(window, "Recover")
    assert {first, window.parts.workspace.document.title} == {"One", "Two"}
    assert load(tmp_path / "first.hvs").title == first


def test_recovering_before_a_slow_file_has_loaded_keeps_the_recovered_work(
    window: MainWindow, storage, tmp_path: Path
) -> None:
    left_behind(window, tmp_path, None, "Left behind")
    save(Document(title="Slow"), tmp_path / "slow.hvs")
    window.parts.recovery.offer()
    storage.is_slow = True
    window.parts.files.open_path(tmp_path / "slow.hvs")
    press(window, "Recover")
    storage.finish()
    assert window.parts.workspace.document.title == "Left behind"


def test_recovered_work_is_in_one_journal_until_it_is_saved(window: MainWindow, answers, tmp_path: Path) -> None:
    left_behind(window, tmp_path, None, "Left behind")
    window.parts.recovery.offer()
    press(window, "Recover")
    assert len(list((tmp_path / "recovery").glob("*.journal"))) == 1
    assert recoverable(tmp_path / "recovery") == ()  # it is this session's now
    answers.path = tmp_path / "kept.hvs"
    window.actions_table["save"].trigger()
    assert list((tmp_path / "recovery").glob("*.journal")) == []


def test_what_is_in_its_file_after_all_is_not_offered(window: MainWindow, file: Path, tmp_path: Path) -> None:
    left_behind(window, tmp_path, file, "Saved in the last moment")
    save(Document(title="Saved in the last moment"), file)
    window.parts.messages.dismiss()
    window.parts.recovery.offer()
    assert window.parts.messages.current is None
    assert list((tmp_path / "recovery").glob("*.journal")) == []


def test_a_mistake_that_was_undone_is_not_in_the_journal(window: MainWindow, file: Path, tmp_path: Path) -> None:
    title(window, "A mistake")
    window.parts.recovery.record()
    assert list((tmp_path / "recovery").glob("*.journal"))
    window.parts.workspace.undo()
    assert list((tmp_path / "recovery").glob("*.journal")) == []


def test_the_journal_knows_the_file_that_a_save_made_meanwhile(
    window: MainWindow, storage, file: Path, tmp_path: Path
) -> None:
    title(window, "Second")
    storage.is_slow = True
    window.actions_table["save"].trigger()
    title(window, "Third")
    window.parts.recovery.record()
    storage.finish()
    window.parts.recovery._journal.close()  # the program ends here
    (found,) = recoverable(tmp_path / "recovery")
    assert found.document.title == "Third"
    save(found.document, file, expected=found.file.stamp)  # no false alarm
