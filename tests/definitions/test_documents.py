"""Reading a folder: nothing outside it is read, no odd name is taken, and a file defines what it is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.definitions.sample import FILES, FORMS, GOOD, REQUEST_FILE, changed, errors, lay, read


def test_the_sample_is_good(tmp_path: Path) -> None:
    loaded = read(tmp_path)
    assert loaded.findings == ()
    assert loaded.library is not None
    assert set(loaded.library.forms) == {"shop", "region", "good", "human", "request"}


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.write_text(GOOD.replace("good", "secret"))
    folder = lay(tmp_path / "library")
    (folder / FORMS / "secret.yaml").symlink_to(outside)
    found = errors(read(folder))
    assert [(each.code, each.file) for each in found] == [("symlink", f"{FORMS}/secret.yaml")]


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = lay(tmp_path / "library")
    (folder / FORMS / "more").symlink_to(outside)
    assert [each.code for each in errors(read(folder))] == ["symlink"]


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    folder = lay(tmp_path)
    (folder / FORMS / "gone.yaml").symlink_to(tmp_path / "nothing")
    assert [each.code for each in errors(read(folder))] == ["symlink"]


@pytest.mark.parametrize("name", ["con.x.yaml", ".hidden.yaml", "Upper.yaml", "a b.yaml", "x" * 80 + ".yaml", "a.yml"])
def test_a_file_with_an_odd_name_is_refused(tmp_path: Path, name: str) -> None:
    folder = lay(tmp_path)
    (folder / FORMS / name).write_text(GOOD)
    found = errors(read(folder))
    assert [(each.code, each.file) for each in found] == [("file_name", f"{FORMS}/{name}")]


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "a/b", "..%2f", ".hidden", "good.", "x" * 300, "Good"])
def test_a_definition_with_an_odd_name_is_refused(tmp_path: Path, name: str) -> None:
    found = errors(read(tmp_path, changed(f"{FORMS}/masters/good.yaml", "form: good", f"form: {name}")))
    assert [(each.code, each.line) for each in found] == [("name", 2)]


def test_a_file_defines_what_it_is_called(tmp_path: Path) -> None:
    found = errors(read(tmp_path, changed(f"{FORMS}/masters/good.yaml", "form: good", "form: goods")))
    assert [(each.code, each.file, each.line) for each in found] == [("file_name", f"{FORMS}/masters/good.yaml", 2)]


def test_two_files_do_not_define_one_form(tmp_path: Path) -> None:
    found = errors(read(tmp_path, {**FILES, f"{FORMS}/good.yaml": GOOD}))
    assert [each.code for each in found] == ["duplicate"]


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path: Path) -> None:
    folder = lay(tmp_path)
    (folder / FORMS / "large.yaml").write_bytes(b"#" * (1024 * 1024 + 1))
    (folder / FORMS / "odd.yaml").write_bytes(b"\xff\xfe")
    assert {each.code for each in errors(read(folder))} == {"too_large", "encoding"}


def test_a_folder_without_a_library_says_so(tmp_path: Path) -> None:
    loaded = read(tmp_path, {REQUEST_FILE: FILES[REQUEST_FILE]})
    assert loaded.library is None
    assert "no_library" in {each.code for each in loaded.findings}
