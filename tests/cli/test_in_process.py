"""What each command prints and how it ends, run in this process on both kinds of database."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from engine import cli
from engine.settings import pack_folder
from tests.definitions.sample import FILES, FLOW_FILE, FORMS, POLICY_FILE, REQUEST_FILE, lay


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it printed, line by line."""
        return self.out.splitlines()


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """`chainstock ...` as typed, with a data folder of its own."""
    monkeypatch.setenv("CHAINSTOCK_DATA", str(tmp_path / "data"))

    def command(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["chainstock", *words])
        capfd.readouterr()
        try:
            cli.main()
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capfd.readouterr()
        return Done(code, said.out, said.err)

    return command


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing has ever been, on each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fresh.db'}"
    fresh: Callable[..., str] = request.getfixturevalue("fresh_postgres")
    return fresh(schema=False)


def changed(folder: Path, *swaps: tuple[str, str, str]) -> str:
    """The sample in a folder, with words exchanged that must be there."""
    files = dict(FILES)
    for file, old, new in swaps:
        assert files[file].count(old) == 1, (file, old)
        files[file] = files[file].replace(old, new)
    return str(lay(folder, files))


# check: every finding on a line of its own

WRONG = [
    ((FLOW_FILE, "may_return_to: [submitter,", "may_return_to: [submiter,"),
     ["workflow_definitions/request.yaml:41: approvals.review: error: 'submiter' is not a step."
      " (Did you mean 'submitter'?) [unknown_name]"], 1, 0),
    ((REQUEST_FILE, "amount: total", "amuont: total"),
     ["form_definitions/documents/request.yaml:7: amuont: error: 'amuont' is not known here. (Did you mean 'amount'?)"
      " [unknown_word]"], 1, 0),
    ((REQUEST_FILE, "  reason: {type", "  from: {type: date}\n  reason: {type"),
     ["form_definitions/documents/request.yaml:15: fields.from: warning: 'from' cannot be named in expressions;"
      " choose another word if one ever needs it. [unspeakable]"], 0, 1),
    ((POLICY_FILE, "p, boss, stock, see, chain", "p, boss, stock, see, all"),
     ["permissions/policy.csv:12: : error: 'all' is not one of: own, below, region, chain. [policy_line]"], 1, 0),
    ((REQUEST_FILE, "kind: document", "kind: [document"),
     ["form_definitions/documents/request.yaml:5: : error: This is not YAML: expected ',' or ']', but got ':'. [yaml]"],
     1, 0),
]  # fmt: skip


def _counted(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"


@pytest.mark.parametrize(("swap", "lines", "errors", "warnings"), WRONG, ids=range(len(WRONG)))
def test_check_words_every_finding_and_counts_them(
    run: Run, tmp_path: Path, swap: tuple[str, str, str], lines: list[str], errors: int, warnings: int
) -> None:
    done = run("check", changed(tmp_path / "library", swap))
    assert done.lines[-1] == f"{_counted(errors, 'error')}, {_counted(warnings, 'warning')}"
    assert set(lines) <= set(done.lines)
    assert (done.code, done.err) == (1 if errors else 0, "")


def test_check_of_a_sound_library_says_so_and_of_nothing_says_what_is_missing(run: Run, tmp_path: Path) -> None:
    assert run("check", changed(tmp_path / "good")) == Done(0, "0 errors, 0 warnings\n", "")
    done = run("check", str(lay(tmp_path / "bare", {"permissions/model.conf": FILES["permissions/model.conf"]})))
    assert (done.code, done.lines[-1]) == (1, "1 error, 0 warnings")
    assert done.lines[0].endswith("There is no form_definitions/library.yaml. [no_library]")


@pytest.mark.parametrize(("words", "code"), [("check", 1), ("publish", 1), ("diff", 2), ("test", 2)])
def test_a_path_that_holds_no_definitions_is_no_library(run: Run, tmp_path: Path, words: str, code: int) -> None:
    """Neither one that is not there, nor a file, nor an empty folder: nothing is said to be in order."""
    (tmp_path / "file.yaml").write_text("format: 1\n")
    (tmp_path / "empty").mkdir()
    for name in ("nowhere", "file.yaml", "empty"):
        done = run(words, str(tmp_path / name))
        assert (done.code, done.out) == (code, "")
        assert f"There are no definitions in {tmp_path / name}." in done.err


def test_check_touches_no_database(run: Run, tmp_path: Path) -> None:
    run("check", changed(tmp_path / "good"))
    assert not (tmp_path / "data").exists()
    assert not list(tmp_path.rglob("*.db"))


# diagram


def test_diagram_draws_a_workflow_in_each_language(run: Run, tmp_path: Path) -> None:
    folder = changed(tmp_path / "good")
    drawn = run("diagram", "request", "--library", folder)
    assert drawn.code == 0
    assert drawn.lines[0] == "stateDiagram-v2"
    assert "    draft --> review: Submit" in drawn.lines
    assert "    draft --> review: 提交" in run("diagram", "request", "--library", folder, "--language", "zh").lines
    assert "    draft: Draft" in run("diagram", "transfer").lines


@pytest.mark.parametrize("form", ["requests", "", "Request"])
def test_diagram_of_no_form_is_one_sentence(run: Run, tmp_path: Path, form: str) -> None:
    done = run("diagram", form, "--library", changed(tmp_path / "good"))
    assert done == Done(1, "", "There is no such form, or the library has faults.\n")


# publish, diff, pull


def test_definitions_go_out_change_and_come_back(run: Run, fresh_url: str, tmp_path: Path) -> None:
    here = ("--database", fresh_url)
    first = changed(tmp_path / "first")
    assert run("publish", first, *here) == Done(0, "version 1\n", "")
    assert run("publish", first, *here).lines == ["version 1"]
    assert run("diff", first, *here) == Done(0, "", "")
    second = changed(tmp_path / "second", (FLOW_FILE, "after: 3d", "after: 4d"))
    differing = run("diff", second, *here)
    assert differing.code == 1
    assert differing.lines[:2] == ["--- workflow request", "+++ workflow request"]
    assert [line for line in differing.lines[2:] if line[0] in "+-"] == [
        "-  late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}",
        "+  late: {in: open, after: 4d, do: {act: {act: {on_record: record, action: send}}}}",
    ]
    assert run("publish", second, "--note", "slower", *here).lines == ["version 2"]
    assert run("diff", second, *here).code == 0
    assert run("pull", str(tmp_path / "out"), *here) == Done(0, "version 2\n", "")
    for path in FILES:
        assert (tmp_path / "out" / path).read_bytes() == (tmp_path / "second" / path).read_bytes()
    assert run("publish", first, "--note", "back", *here).lines == ["version 3"]
    assert run("diff", first, *here).code == 0


NOTICE = "templates/notices/spare.yaml"
SPARE = "# kept as it is\nnotice:   spare\nformat: 1\n\ntext: {zh: 备用, en: Spare}   # the order too\n"


def test_from_test_to_live_and_again_nothing_changes(run: Run, fresh_url: str, tmp_path: Path) -> None:
    """What is pulled of one chain is published in another, twice: byte for byte, comments, order and all."""
    test, live = ("--database", f"sqlite:///{tmp_path / 'test.db'}"), ("--database", fresh_url)
    folder = changed(tmp_path / "test")
    (Path(folder) / NOTICE).write_bytes(SPARE.encode())
    assert run("publish", folder, *test).lines == ["version 1"]
    out = tmp_path / "out"
    assert run("pull", str(out), *test).code == 0
    assert (out / NOTICE).read_bytes() == SPARE.encode()
    for _ in range(2):
        assert run("publish", str(out), *live).lines == ["version 1"]
        assert run("diff", str(out), *live) == Done(0, "", "")
    assert run("pull", str(tmp_path / "back"), *live).code == 0
    files = {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    back = tmp_path / "back"
    assert {path.relative_to(back): path.read_bytes() for path in back.rglob("*") if path.is_file()} == files
    (out / NOTICE).write_bytes(SPARE.replace("\n", "\r\n").encode())
    assert run("diff", str(out), *live).code == 1


def test_what_is_taken_away_here_is_taken_away_there(run: Run, fresh_url: str, tmp_path: Path) -> None:
    here, out = ("--database", fresh_url), tmp_path / "out"
    folder = Path(changed(tmp_path / "library"))
    (folder / NOTICE).write_bytes(SPARE.encode())
    assert run("publish", str(folder), *here).lines == ["version 1"]
    assert run("pull", str(out), *here).code == 0
    (folder / NOTICE).unlink()
    mine = {"README.md": "ours", "form_definitions/notes.txt": "ours", "form_definitions/demo/own.yaml": "ours"}
    for path, words in mine.items():
        (out / path).parent.mkdir(exist_ok=True)
        (out / path).write_text(words)
    assert "-notice:   spare" in run("diff", str(folder), *here).lines
    assert run("publish", str(folder), *here).lines == ["version 2"]
    assert run("pull", str(out), *here) == Done(0, "version 2\n", "")
    assert not (out / NOTICE).exists()
    assert {path: (out / path).read_text() for path in mine} == mine
    assert run("diff", str(out), *here).code == 0


def test_process_tests_that_lie_there_stay_when_the_version_was_published_without_any(
    run: Run, fresh_url: str, tmp_path: Path
) -> None:
    here, mine = ("--database", fresh_url), "workflow_definitions/request.tests.yaml"
    folder = Path(changed(tmp_path / "library"))
    (folder / mine).unlink(missing_ok=True)
    assert run("publish", str(folder), *here).lines == ["version 1"]
    (folder / mine).write_text("format: 1   # ours\n")
    (folder / NOTICE).write_text(SPARE)
    assert run("pull", str(folder), *here) == Done(0, "version 1\n", "")
    assert (folder / mine).read_text() == "format: 1   # ours\n"
    assert not (folder / NOTICE).exists()


def test_of_a_chain_over_the_pack_its_own_files_are_pulled(run: Run, fresh_url: str, tmp_path: Path) -> None:
    here, out = ("--database", fresh_url), tmp_path / "out"
    library = "format: 1\nlibrary: acme\ntitle: {en: Acme, zh: 某}\nlayers: [retail, acme]   # ours\n"
    own = {"form_definitions/library.yaml": library, NOTICE: SPARE}
    folder = str(lay(tmp_path / "own", own))
    assert run("publish", folder, *here).lines[-1] == "version 1"
    assert run("pull", str(out), *here).code == 0
    assert {path.relative_to(out).as_posix(): path.read_text() for path in out.rglob("*.yaml")} == own
    assert run("diff", str(out), *here) == Done(0, "", "")
    assert run("publish", str(out), *here).lines[-1] == "version 1"


def test_a_folder_of_which_a_file_cannot_be_read_is_no_answer(run: Run, fresh_url: str, tmp_path: Path) -> None:
    here, folder = ("--database", fresh_url), Path(changed(tmp_path / "library"))
    assert run("publish", str(folder), *here).code == 0
    (folder / "workflow_definitions" / "Odd.yaml").write_text("format: 1\n")
    done = run("diff", str(folder), *here)
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[0] == "The folder cannot be read."
    assert "workflow_definitions/Odd.yaml:0: " in done.err


def test_a_faulty_library_is_worded_and_not_published(run: Run, fresh_url: str, tmp_path: Path) -> None:
    here = ("--database", fresh_url)
    assert run("publish", changed(tmp_path / "good"), *here).code == 0
    wrong = changed(tmp_path / "wrong", (FLOW_FILE, "start: draft", "start: drft"))
    done = run("publish", wrong, *here)
    assert done.code == 1
    assert "version" not in done.out
    assert any(line.endswith("'drft' is not a state. (Did you mean 'draft'?) [unknown_name]") for line in done.lines)
    assert run("diff", changed(tmp_path / "again"), *here).code == 0


def test_a_warning_is_worded_and_published(run: Run, fresh_url: str, tmp_path: Path) -> None:
    warned = changed(tmp_path / "warned", (REQUEST_FILE, "  reason: {type", "  from: {type: date}\n  reason: {type"))
    done = run("publish", warned, "--database", fresh_url)
    assert (done.code, done.lines[-1]) == (0, "version 1")
    assert done.lines[0].endswith("[unspeakable]")


def test_on_an_empty_database_there_is_nothing_to_pull_or_to_differ_from(
    run: Run, fresh_url: str, tmp_path: Path
) -> None:
    here = ("--database", fresh_url)
    nothing = Done(2, "", "There is nothing here.\n")
    assert run("pull", str(tmp_path / "out"), *here) == nothing
    assert run("diff", changed(tmp_path / "good"), *here) == nothing
    assert not (tmp_path / "out").exists()


def test_a_field_that_is_in_use_nowhere_may_go_and_its_number_stays(run: Run, fresh_url: str, tmp_path: Path) -> None:
    here = ("--database", fresh_url)
    note = (REQUEST_FILE, "rules:\n", "  note: {type: text}\nrules:\n")
    assert run("publish", changed(tmp_path / "one", note), *here).lines == ["version 1"]
    assert run("publish", changed(tmp_path / "two"), *here).lines == ["version 2"]
    assert run("publish", changed(tmp_path / "three", note), *here).lines == ["version 3"]
    assert run("verify", *here).code == 0


# verify, migrate, accounts


def test_verify_counts_and_names_the_root_of_an_empty_house_and_the_same_twice(
    run: Run, fresh_url: str, tmp_path: Path
) -> None:
    here = ("--database", fresh_url)
    empty = run("verify", *here)
    assert empty.code == 0
    assert empty.lines[-1].startswith("root ")
    assert not [line for line in empty.lines if line.startswith("fault")]
    assert all(line.split()[1] == "0" for line in empty.lines[:-1] if line.split()[1].isdigit())
    assert run("verify", *here) == empty


def test_migrate_says_the_revision_and_twice_the_same(run: Run, tmp_path: Path) -> None:
    here = ("--database", f"sqlite:///{tmp_path / 'new.db'}")
    assert run("migrate", *here) == run("migrate", *here) == Done(0, "revision 0001\n", "")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("publish",), "Missing argument"),
        (("check",), "Missing argument"),
        (("check", "a", "b"), "unexpected extra argument"),
        (("diagram", "x", "--langauge", "zh"), "No such option"),
        (("serv",), "No such command"),
        (("demo", "load"), "Missing argument"),
        (("demo", "load", "seed", "--days", "0"), "Invalid value"),
        (("serve", "--port", "many"), "Invalid value"),
    ],
)
def test_what_was_typed_wrong_is_told_and_ends_with_two(run: Run, words: tuple[str, ...], says: str) -> None:
    done = run(*words)
    assert done.code == 2
    assert says in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_a_folder_without_a_policy_of_its_own_lies_over_the_pack(run: Run, tmp_path: Path) -> None:
    """It states only the differences, and is checked together with what it changes."""
    (tmp_path / "nothing" / FORMS).mkdir(parents=True)
    assert run("check", str(tmp_path / "nothing")).lines == run("check", str(pack_folder())).lines
    own = "format: 1\nlibrary: acme\ntitle: {en: Acme}\n"
    over = "format: 1\noverlay: west\nover: retail\nchange:\n  form transfr:\n    title: {en: Own}\n"
    done = run("check", str(lay(tmp_path / "own", {f"{FORMS}/library.yaml": own, f"{FORMS}/west.yaml": over})))
    assert done.code == 1
    assert any("'transfr' is not a form of the layers below. (Did you mean 'transfer'?)" in line for line in done.lines)


# test: process tests of a folder, for a pipeline


TESTED = """\
format: 1
tests: region
cases:
  made:
    steps:
      east: {{by: ann, make: region, values: {{code: EAST, name: East}}, {came}}}
people:
  ann: {{administrator: [chain]}}
"""


def pack_with(folder: Path, words: str) -> str:
    """The pack with one file of tests."""
    for part in ("form_definitions", "workflow_definitions", "permissions", "templates/notices"):
        shutil.copytree(pack_folder() / part, folder / part, ignore=shutil.ignore_patterns("*.tests.yaml", "demo"))
    (folder / "workflow_definitions" / "region.tests.yaml").write_text(words)
    return str(folder)


def test_test_says_which_failed_and_how_it_ended(run: Run, tmp_path: Path) -> None:
    good = pack_with(tmp_path / "good", TESTED.format(came="expect: {values: {name: East}}"))
    assert run("test", good) == Done(0, "passed region made\n1 test, 0 failed\n", "")
    bad = pack_with(tmp_path / "bad", TESTED.format(came="refused: {kind: right}"))
    assert run("test", bad) == Done(
        1,
        "failed region made\n"
        "workflow_definitions/region.tests.yaml:6: cases.made.steps.east.refused: error:"
        " made, east: Expected a refusal (kind right), but it was done. [test_failed]\n"
        "1 test, 1 failed\n",
        "",
    )


def test_test_of_what_cannot_be_used_ends_with_two(run: Run, tmp_path: Path) -> None:
    nothing = run("test", str(tmp_path / "nowhere"))
    assert (nothing.code, nothing.out) == (2, "")
    assert "There are no definitions in" in nothing.err
    broken = run("test", changed(tmp_path / "library", (REQUEST_FILE, "amount: total", "amuont: total")))
    assert (broken.code, broken.err) == (2, "")
    assert broken.lines[0].endswith("[unknown_word]")


def test_a_folder_whose_tests_fail_is_not_published(run: Run, tmp_path: Path, fresh_url: str) -> None:
    bad = pack_with(tmp_path / "bad", TESTED.format(came="refused: {kind: right}"))
    done = run("publish", bad, "--database", fresh_url)
    assert (done.code, done.err) == (1, "")
    assert done.lines[-1].startswith("workflow_definitions/region.tests.yaml:6: cases.made.steps.east.refused: error: ")
