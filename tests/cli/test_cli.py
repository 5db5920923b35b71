"""The command line, as a process: every command says what it did, and its exit code says whether that was well."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path

import httpx
import pytest

from engine.settings import pack_folder
from tests.serving import PASSWORD, command, environment, serving
from tests.starting import BIN


@pytest.fixture
def env(small_url: str, tmp_path: Path) -> dict[str, str]:
    """A database with the chain `small`, on each kind."""
    return environment(small_url, tmp_path / "data")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A copy of the pack that may be changed, without its process tests: they stay with the pack."""
    left = shutil.ignore_patterns("assets", "*.tests.yaml")
    for name in ("form_definitions", "workflow_definitions", "permissions", "templates"):
        shutil.copytree(pack_folder() / name, tmp_path / "library" / name, ignore=left)
    return tmp_path / "library"


def test_check_names_file_line_and_what_was_meant(library: Path, env: dict[str, str]) -> None:
    assert command("check", str(library), env=env).returncode == 0
    ticket = library / "form_definitions" / "documents" / "ticket.yaml"
    ticket.write_text(ticket.read_text().replace("row.quantity * row.price", "row.quantity * row.prize"))
    done = command("check", str(library), env=env)
    assert done.returncode == 1
    assert re.search(r"ticket\.yaml:\d+: fields\.lines\.fields\.value.*price", done.stdout)
    assert "Traceback" not in done.stdout + done.stderr


def test_publish_diff_and_pull_go_round(library: Path, env: dict[str, str], tmp_path: Path) -> None:
    assert command("diff", str(library), env=env).returncode == 0
    form = library / "form_definitions" / "documents" / "ticket.yaml"
    form.write_text(form.read_text().replace("en: Sales ticket", "en: Sale"))
    differing = command("diff", str(library), env=env)
    assert differing.returncode == 1
    assert "ticket" in differing.stdout
    published = command("publish", str(library), "--note", "shorter", env=env)
    assert (published.returncode, published.stdout.splitlines()[-1]) == (0, "version 2")
    assert command("diff", str(library), env=env).returncode == 0
    pulled = command("pull", str(tmp_path / "pulled"), env=env)
    assert (pulled.returncode, pulled.stdout.strip()) == (0, "version 2")
    assert "en: Sale," in (tmp_path / "pulled" / "form_definitions" / "documents" / "ticket.yaml").read_text()


def test_the_security_log_is_printed_line_by_line_from_where_one_stopped(env: dict[str, str]) -> None:
    assert command("account", "mgr1", "--password", PASSWORD + "!", env=env).returncode == 0
    assert command("restored", env=env).returncode == 0
    lines = [json.loads(each) for each in command("security", env=env).stdout.splitlines()]
    assert lines[-1]["event"] == "restored"
    assert {"number", "at", "event"} <= set(lines[-1])
    after = str(lines[-1]["number"] - 1)
    assert command("security", "--after", after, env=env).stdout.splitlines() == [json.dumps(lines[-1])]
    assert command("security", "--event", "sign_in", "--after", after, env=env).stdout == ""


def test_a_library_with_faults_is_not_published(library: Path, env: dict[str, str]) -> None:
    (library / "workflow_definitions" / "ticket.yaml").write_text("format: 1\nworkflow: ticket\n")
    refused = command("publish", str(library), env=env)
    assert refused.returncode == 1
    assert "version" not in refused.stdout.splitlines()[-1]


def test_migrate_says_the_revision_and_demo_load_runs_once(env: dict[str, str]) -> None:
    migrated = command("migrate", env=env)
    assert (migrated.returncode, migrated.stdout) == (0, "revision 0001\n")
    before = command("verify", env=env)
    assert command("demo", "load", "small", env=env).returncode == 0
    assert command("verify", env=env).stdout == before.stdout


def test_an_unknown_demo_is_one_sentence(tmp_path: Path) -> None:
    done = command("demo", "load", "nothing", env=environment(f"sqlite:///{tmp_path / 'x.db'}", tmp_path))
    assert done.returncode == 1
    assert "there is no demo 'nothing'; there are: seed, small, small_sales" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_account_gets_a_new_password(env: dict[str, str], small_url: str, tmp_path: Path) -> None:
    done = command("account", "clerk1", "--password", "a better horse", env=env)
    assert done.returncode == 0, done.stderr
    with serving(small_url, tmp_path / "data") as server:
        signed_in = {
            typed: server.be("adm")
            .client.post("/api/session", json={"account": "clerk1", "password": typed})
            .status_code
            for typed in (PASSWORD, "a better horse")
        }
    assert signed_in == {PASSWORD: 401, "a better horse": 200}


def test_an_account_that_is_not_there_is_refused(env: dict[str, str]) -> None:
    done = command("account", "nobody", "--password", "a better horse", env=env)
    assert done.returncode == 1
    assert done.stderr.strip() == "There is no such account."


def test_a_settable_clock_is_refused_in_production(tmp_path: Path) -> None:
    told = environment(f"sqlite:///{tmp_path / 'x.db'}", tmp_path, PRODUCTION="true")
    done = command("serve", "--port", "0", "--test-clock", "now", env=told)
    assert done.returncode == 1
    assert "for tests only" in done.stderr


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    away = environment(f"postgresql://postgres@/x?host={tmp_path}", tmp_path)
    done = command("verify", env=away)
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def script_env(tmp_path: Path) -> dict[str, str]:
    """A database in which nothing has ever been."""
    return environment(f"sqlite:///{tmp_path / 'x.db'}", tmp_path)


@pytest.mark.parametrize("words", [("verify",), ("pull", "out"), ("verify", "nothing")])
def test_the_script_that_is_installed_does_what_the_tests_start(
    words: tuple[str, ...], script_env: dict[str, str]
) -> None:
    """The tests fork a process that has read the code (`tests/starting.py`); this is how it is started elsewhere."""
    done = subprocess.run([str(BIN), *words], env=script_env, capture_output=True, text=True, check=False)
    forked = command(*words, env=script_env)
    assert (done.returncode, done.stdout, done.stderr) == (forked.returncode, forked.stdout, forked.stderr)


def test_the_script_that_is_installed_serves_until_it_is_told_to_end(script_env: dict[str, str]) -> None:
    start, pipe = [str(BIN), "serve", "--port", "0"], subprocess.PIPE
    with subprocess.Popen(start, env=script_env, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout is not None
        url = next(line.split()[1] for line in process.stdout if line.startswith("ready "))
        answer = httpx.get(f"{url}/api/me")
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=20)
    assert (answer.status_code, process.returncode, "Traceback" in err) == (401, 0, False)
