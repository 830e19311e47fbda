"""A model's file is read before a process is started with it."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from router.supervise.packages import why_unreadable


@pytest.fixture
def package(tmp_path: Path) -> Path:
    content = tmp_path / "content"
    content.write_bytes(bytes(range(256)) * 4_000)
    path = tmp_path / "r000001-20260101T080000.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(content, "model")
    return path


def test_a_whole_file_has_nothing_wrong(package: Path) -> None:
    assert why_unreadable(package) is None


def test_a_file_that_ends_too_early_is_damaged(package: Path) -> None:
    package.write_bytes(package.read_bytes()[: package.stat().st_size // 2])
    assert "is damaged" in (why_unreadable(package) or "")


def test_a_file_that_is_no_package_is_damaged(package: Path) -> None:
    package.write_text("not a model")
    assert f"{package.name} is damaged" in (why_unreadable(package) or "")
    package.write_bytes(b"")
    assert why_unreadable(package) is not None


def test_an_empty_package_and_none_at_all_are_named(package: Path) -> None:
    tarfile.open(package, "w:gz").close()
    assert why_unreadable(package) == f"{package.name} is empty"
    package.unlink()
    assert why_unreadable(package) == f"{package.name} is not among the models"


def test_a_folder_in_its_place_cannot_be_read(package: Path) -> None:
    package.unlink()
    package.mkdir()
    assert "cannot be read" in (why_unreadable(package) or "")
