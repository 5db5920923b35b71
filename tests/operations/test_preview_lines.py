"""`chainstock preview FOLDER`: the same preview in a pipeline, by how it ends and line by line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import cli
from tests.operations.house import House
from tests.operations.test_carrying import newer
from tests.operations.test_in_use import waits, without_peers

FLOW = Path("workflow_definitions/duel.yaml")
FORM = Path("form_definitions/duel.yaml")
CARRIED = "--running", "carry_over"
Preview = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def folder(preview: Preview, tmp_path: Path) -> Path:
    """What is published, as files that one may change."""
    out = tmp_path / "out"
    code, _lines, _err = preview("pull", str(out))
    assert code == 0
    return out


@pytest.fixture
def preview(
    own_house: House, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> Preview:
    """`chainstock ...` on the database of the house: how it ends, what it prints, what it says beside."""
    monkeypatch.setenv("CHAINSTOCK_DATA", str(tmp_path / "cli"))
    monkeypatch.setenv("CHAINSTOCK_DATABASE", str(own_house.services.settings.database))

    def command(*words: str) -> tuple[int, list[str], str]:
        monkeypatch.setattr(sys, "argv", ["chainstock", *words])
        capfd.readouterr()
        code = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfd.readouterr()
        return code, said.out.splitlines(), said.err

    return command


def changed(folder: Path, path: Path, old: str, new: str) -> None:
    """Exchange words of a file, which must be there."""
    found = next(each for each in folder.rglob("*.yaml") if each.name == path.name and path.parts[0] in each.parts)
    words = found.read_text()
    assert words.count(old) == 1, (old, words)
    found.write_text(words.replace(old, new))


def test_what_goes_another_way_is_counted_and_stands_in_nobodys_way(
    own_house: House, folder: Path, preview: Preview
) -> None:
    waits(own_house.be("clerk1"), 2)
    code, lines, err = preview("preview", str(folder))
    assert (code, lines[-1], err) == (0, "2 running", "")
    changed(folder, FLOW, "      peers:", "      first: {ask: [manager at store]}\n      peers:")
    assert preview("preview", str(folder), "--form", "duel")[1] == ["2 running"], "it stays unless it is asked"
    assert preview("preview", str(folder), "--running", "fly")[0] == 2
    code, lines, _err = preview("preview", str(folder), "--form", "duel", *CARRIED)
    assert (code, lines) == (
        0,
        ["duel: peers becomes first > peers (2)", "2 differ by route, 2 running"],
    )


def test_what_lacks_something_or_is_in_use_ends_with_one_and_is_named(
    own_house: House, folder: Path, preview: Preview
) -> None:
    record = waits(own_house.be("clerk1"), 1)[0]
    form, flow = newer(own_house)
    for path, words in ((FORM, form), (FLOW, flow)):
        found = next(each for each in folder.rglob(path.name) if path.parts[0] in each.parts)
        kept = found.read_text()
        found.write_text(words)
    code, lines, _err = preview("preview", str(folder), "--form", "duel", *CARRIED)
    assert code == 1
    assert f"duel {record}: missing project" in lines
    found.write_text(without_peers(kept))
    code, lines, _err = preview("preview", str(folder), "--form", "duel", *CARRIED)
    assert code == 1
    assert any(each.startswith("in use /workflow/duel/steps/peers: ") for each in lines)
    assert any(each.startswith(f"duel {record}: ") and each.endswith("[decides_itself]") for each in lines)
    assert own_house.be("clerk1").state("duel", record) == "approval"


def test_what_cannot_be_said_ends_with_two(folder: Path, preview: Preview, tmp_path: Path) -> None:
    changed(folder, FLOW, "start: draft", "start: nowhere")
    code, lines, err = preview("preview", str(folder))
    assert (code, lines) == (2, [])
    assert "[unknown_name]" in err
    (folder / "workflow_definitions" / "Odd.yaml").write_text("format: 1\n")
    assert preview("preview", str(folder))[0] == 2
    code, _lines, _err = preview("preview", str(folder), "--database", f"sqlite:///{tmp_path / 'empty.db'}")
    assert code == 2


def test_a_form_that_is_not_there_is_refused(folder: Path, preview: Preview) -> None:
    code, lines, err = preview("preview", str(folder), "--form", "nothing")
    assert (code, lines) == (2, [])
    assert "There is no such form." in err
