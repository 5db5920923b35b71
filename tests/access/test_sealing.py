"""Secrets are sealed with a key that stands beside the database, not in it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from engine.access.sealing import FILE, Seal, seal_of
from engine.errors import Kind, Refusal


def test_what_is_sealed_is_read_again_with_the_same_key_alone(tmp_path: Path) -> None:
    seal = seal_of(None, tmp_path / "data")
    sealed = seal.close("whsec_密")
    assert "whsec" not in sealed
    assert seal_of(None, tmp_path / "data").open(sealed) == "whsec_密"
    assert (tmp_path / "data" / FILE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refusal) as caught:
        seal_of(None, tmp_path / "other").open(sealed)
    assert (caught.value.kind, caught.value.code) == (Kind.UNAVAILABLE, "sealed")
    given = (tmp_path / "data" / FILE).read_text()
    assert seal_of(given, tmp_path / "elsewhere").open(sealed) == "whsec_密"
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as caught:
        seal_of("short", tmp_path)
    assert caught.value.code == "secret_key"


def test_many_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    made: list[Seal] = []
    gate = threading.Barrier(8)

    def start() -> None:
        gate.wait()
        made.append(seal_of(None, tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    sealed = made[0].close("one")
    assert [each.open(sealed) for each in made] == ["one"] * 8
    assert [each.name for each in tmp_path.iterdir()] == [FILE]
