"""Settings: kept, forgiving, and never in the way."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import platformdirs.windows
import pytest
from attrs import asdict, evolve
from platformdirs.macos import MacOS
from platformdirs.windows import Windows

from hvstudio import settings as settings_module
from hvstudio.errors import FileError
from hvstudio.settings import Settings, config_folder, data_folder, load_settings, save_settings, state_folder


def test_settings_are_loaded_as_they_were_saved() -> None:
    chosen = Settings(
        theme="dark", recent_files=("/a.hvs", "/b.hvs"), window="AdnQywAD", autosave_interval_s=5.0, seed=7,
        user_catalog="/mine.toml", is_first_start=False, extras={"later": [1, None]},
    )  # fmt: skip
    save_settings(chosen)
    assert load_settings() == chosen


def test_without_a_file_everything_has_its_default() -> None:
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "pink"),
        ("theme", 1),
        ("recent_files", "a"),
        ("recent_files", [1]),
        ("window", 1),
        ("autosave_interval_s", 0),
        ("autosave_interval_s", True),
        ("autosave_interval_s", "2"),
        ("autosave_interval_s", float("nan")),
        ("show_grid", 1),
        ("text_scale", 100),
        ("run_speed", float("inf")),
        ("seed", -1),
        ("seed", 2.5),
    ],
)
def test_a_bad_value_falls_back_and_is_logged(
    config_folder: Path, name: str, value: Any, expected_log_warnings: list[str]
) -> None:
    expected_log_warnings.append(f"setting “{name}”")
    (config_folder / "settings.json").write_text(json.dumps({"user_catalog": "/kept.toml", name: value}))
    assert load_settings() == Settings(user_catalog="/kept.toml")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"5", b"\xff\xfe", b"[" * 99_999, b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_a_file_that_cannot_be_read_gives_the_defaults(
    config_folder: Path, content: bytes, expected_log_warnings: list[str]
) -> None:
    expected_log_warnings.append("set back to their defaults")
    (config_folder / "settings.json").write_bytes(content)
    assert load_settings() == Settings()


def test_a_huge_file_gives_the_defaults(config_folder: Path, expected_log_warnings: list[str]) -> None:
    expected_log_warnings.append("set back to their defaults")
    with (config_folder / "settings.json").open("wb") as stream:
        stream.truncate(10**10)
    assert load_settings() == Settings()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="settings cannot be saved"):
        save_settings(Settings(), tmp_path / "file" / "folder")


def test_saving_leaves_one_file_in_the_folder(config_folder: Path) -> None:
    save_settings(Settings())
    save_settings(Settings(theme="dark"))
    assert os.listdir(config_folder) == ["settings.json"]


def test_recent_files_have_the_latest_first_once_and_at_most_twelve() -> None:
    settings = Settings()
    for number in range(20):
        settings = settings.with_recent(f"/{number}.hvs")
    settings = settings.with_recent("/15.hvs")
    assert settings.recent_files[:3] == ("/15.hvs", "/19.hvs", "/18.hvs")
    assert len(settings.recent_files) == 12
    assert settings.without_recent("/15.hvs").recent_files[0] == "/19.hvs"


def test_every_setting_is_checked_when_it_is_read() -> None:
    assert set(asdict(Settings())) - {"extras"} == set(settings_module._CHECKS)


def test_a_setting_can_be_changed_like_any_value() -> None:
    assert evolve(Settings(), theme="light").theme == "light"


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the XDG folders are for the other systems")
def test_folders_follow_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HVSTUDIO_CONFIG_DIR")
    monkeypatch.setenv("HOME", "/home/ada")
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert config_folder() == Path("/home/ada/.config/hvstudio")
    assert data_folder() == Path("/home/ada/.local/share/hvstudio")
    assert state_folder() == Path("/home/ada/.local/state/hvstudio")
    monkeypatch.setenv("XDG_CONFIG_HOME", "/c")
    monkeypatch.setenv("XDG_DATA_HOME", "relative is to be ignored")
    assert config_folder() == Path("/c/hvstudio")
    assert data_folder() == Path("/home/ada/.local/share/hvstudio")


def test_folders_follow_windows_and_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HVSTUDIO_CONFIG_DIR")
    monkeypatch.setenv("HOME", "/Users/ada")
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(settings_module, "PlatformDirs", MacOS)
    assert config_folder() == Path("/Users/ada/Library/Application Support/HVStudio")
    assert data_folder() == Path("/Users/ada/Library/Application Support/HVStudio/data")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(settings_module, "PlatformDirs", Windows)
    known = {"CSIDL_APPDATA": "/roaming", "CSIDL_LOCAL_APPDATA": "/local"}
    monkeypatch.setattr(platformdirs.windows, "get_win_folder", known.__getitem__)
    assert config_folder() == Path("/roaming/HVStudio")
    assert data_folder() == Path("/local/HVStudio/data")
    assert state_folder() == Path("/local/HVStudio/state")


def test_one_variable_moves_all_folders(config_folder: Path) -> None:
    assert settings_module.config_folder() == config_folder
    assert data_folder() == config_folder / "data"
    assert state_folder() == config_folder / "state"
