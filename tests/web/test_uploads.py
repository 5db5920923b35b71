"""Files over HTTP: uploads, imports, downloads."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from engine.errors import Refusal
from engine.web.answers import disposition
from engine.web.uploads import read_upload
from tests.web.conftest import Served
from tests.web.small_operations import KEY

BOUNDARY = "multipart/form-data; boundary=b"


def part(head: str, content: bytes) -> bytes:
    return b"--b\r\nContent-Disposition: form-data; " + head.encode() + b"\r\n\r\n" + content + b"\r\n"


FILE = part('name="file"; filename="a.csv"', b"1,2")
END = b"--b--\r\n"


def test_an_upload_is_kept_and_comes_back_as_it_was(till: httpx.Client) -> None:
    content = bytes(range(256)) * 400
    made = till.post("/api/attachments", files={"file": ("照片.png", content)})
    assert made.status_code == 201
    assert made.json()["name"] == "照片.png"
    back = till.get(f"/api/attachments/{made.json()['id']}")
    assert back.content == content
    assert back.headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in back.headers["content-security-policy"]
    assert back.headers["x-content-type-options"] == "nosniff"
    assert till.get("/api/attachments/file-999").status_code == 404


def test_an_import_has_its_file_and_its_choices(till: httpx.Client) -> None:
    path = "/api/records/note/import"
    plain = till.post(path, files={"file": ("a.csv", b"1,2")})
    assert plain.json() == {"form": "note", "name": "a.csv", "size": 3, "mode": "all", "dry": False}
    chosen = till.post(f"{path}?dry=true", files={"file": ("a.csv", b"1,2")}, data={"mode": "good"})
    assert (chosen.json()["mode"], chosen.json()["dry"]) == ("good", True)
    assert till.post(path, files={"file": ("a.csv", b"")}, data={"mode": "some"}).status_code == 422
    assert till.post(path, files={"file": ("a.csv", b"")}, data={"dry": "yes"}).status_code == 422
    meant_to_be_dry = till.post(f"{path}?dry_run=true", files={"file": ("a.csv", b"1,2")})
    assert (meant_to_be_dry.status_code, meant_to_be_dry.json()["errors"][0]["path"]) == (422, "/dry_run")
    assert till.post(path, content=b"1,2", headers={"Content-Type": "text/csv"}).status_code == 415


def test_an_export_comes_piece_by_piece_under_its_name(till: httpx.Client) -> None:
    answer = till.get("/api/records/note/export?format=csv")
    assert answer.text == "note,0\r\nnote,1\r\nnote,2\r\n"
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''note%20%E8%B0%83%E6%8B%A8.csv")
    head = till.head("/api/records/note/export")
    assert (head.status_code, head.content) == (200, b"")


def test_an_upload_that_is_too_large_is_refused_before_it_is_sent(served: Served) -> None:
    head = f"POST /api/attachments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n"
    answer = served.raw((head + "Content-Length: 1073741824\r\n\r\n").encode())
    assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "name", ["../../etc/x", "..\\..\\x", "/etc/passwd/x", "C:\\temp\\x", "a/b/x"], ids=lambda name: name.encode().hex()
)
def test_a_files_name_is_only_its_last_part(name: str) -> None:
    raw = part(f'name="file"; filename="{name}"'.replace("\\", "\\\\"), b"") + END
    assert read_upload(raw, BOUNDARY).name == "x"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (END, "file"),
        (part('name="file"', b"1,2") + END, "file"),
        (FILE + FILE + END, "file"),
        (part('name="other"; filename="a.csv"', b"") + END, "file"),
        (FILE + part('name="mode"', b"all") * 2 + END, "field"),
        (FILE + part('x="mode"', b"all") + END, "field"),
        (FILE + part('name="mode"', b"a" * 1001) + END, "too_long"),
        (FILE + part('name="mode"', b"\xff") + END, "encoding"),
        (part('name="file"; filename=""', b"") + END, "file_name"),
        (part(f'name="file"; filename="{"字" * 100}"', b"") + END, "file_name"),
        (part('name="file"; filename="a\0b"', b"") + END, "file_name"),
        (part('name="file"; filename="gnp.\u202eexe"', b"") + END, "file_name"),
        (FILE + b"".join(part(f'name="f{number}"', b"") for number in range(10_000)) + END, "parts"),
        (b"no parts at all", "multipart"),
    ],
)
def test_what_is_not_one_file_with_a_few_fields_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(Refusal) as raised:
        read_upload(raw, BOUNDARY)
    assert raised.value.faults[0].code == code
    good = read_upload(FILE + part('name="mode"', b"all") + END, BOUNDARY)
    assert (good.name, good.content, good.fields) == ("a.csv", b"1,2", {"mode": "all"})


@pytest.mark.parametrize("kind", [None, "", "multipart/form-data", "text/csv", "multipart/mixed; boundary=b"])
def test_what_is_no_form_is_415(kind: str | None) -> None:
    with pytest.raises(Refusal) as raised:
        read_upload(FILE + END, kind)
    assert raised.value.status == 415


@pytest.mark.parametrize(
    "name", ["a\r\nSet-Cookie: x=1.png", '"><img src=x onerror=1>.png', "照片.png", "", "a'b;c%.txt"]
)
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    header = disposition(name)
    header.encode("ascii")
    quoted = header.split('"')
    assert len(quoted) == 3
    assert not set(quoted[1]) & set("<>;\r\n\\%")
    assert not set(quoted[2]) & set('<>\r\n"')


def test_nothing_is_written_where_the_server_runs(
    till: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    raw = part('name="file"; filename="../escaped.txt"', b"x" * 2_000_000) + END
    assert till.post("/api/attachments", content=raw, headers={"Content-Type": BOUNDARY}).status_code == 201
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "escaped.txt").exists()
