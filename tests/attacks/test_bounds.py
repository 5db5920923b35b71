"""What reaches out, what fills up, what holds on, what is shown: canaries, log, floods (A, F, D, B, J)."""

from __future__ import annotations

import io
import json
import socket
import statistics
import struct
import threading
import time
import uuid
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from engine.settings import pack_folder
from tests.attacks.houses import Canary, House, line, transfer
from tests.serving import PASSWORD, command, environment, serving

NOTICE = 'format: 1\nnotice: transfer_shipped\ntext:\n  en: "{words}"\n  zh: "{words}"\n'
FIELD = "  more: {{type: text, {words}, title: {{en: W, zh: 文}}}}\n"


# -- what reaches out (A11, A20, N05; points (d) and (e) of every refusal) -------------------------------------------


def test_the_canary_sings_when_it_is_touched(tmp_path: Path) -> None:
    """The positive twin of every refusal's look at it: a listener that hears nothing would prove nothing."""
    canary = Canary(tmp_path)
    (tmp_path / "data").mkdir()
    assert not canary.sings()
    (tmp_path / "left").touch()
    assert canary.sings()
    (tmp_path / "left").unlink()
    assert not canary.sings()
    with pytest.raises(httpx.HTTPError):
        httpx.get(canary.url, timeout=2)
    assert canary.sings()
    canary.close()


def test_nothing_that_is_sent_makes_the_server_ask_an_address_or_read_a_file(either: House) -> None:
    url, file = either.canary.url, either.canary.secret
    reaching = (f"{{% include '{url}' %}}", f"{{% include '{file}' %}}", f"{{% import '{file}' as x %}}")
    for words in reaching:
        body = {"texts": [{"kind": "template", "name": "transfer_shipped", "text": NOTICE.format(words=words)}]}
        either.refused("adm", "POST", "definitions/publish", body, status=422, seconds=5, hides=["canary-in-a-file"])
    item = either.be("adm").get("definitions/form/item")["text"]
    for words in (f"$ref: '{url}'", f"$ref: 'file://{file}'", f"style: 'background: url({url})'", f"source: '{url}'"):
        text = item.replace("fields:\n", "fields:\n" + FIELD.format(words=words), 1)
        body = {"texts": [{"kind": "form", "name": "item", "text": text}]}
        either.refused("adm", "POST", "definitions/publish", body, status=422, seconds=5, hides=["canary-in-a-file"])
    xml = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "{url}">]><a>&b;</a>'.encode()
    for form in ("supplier", "item"):
        either.refuses(
            either.be("buyA").client,
            "POST",
            f"records/{form}/import",
            status=422,
            files={"file": ("sheet.xlsx", xml, "application/xml")},
        )
    plain = {"texts": [{"kind": "template", "name": "transfer_shipped", "text": NOTICE.format(words="On its way.")}]}
    found = either.be("adm").does("definitions/check", plain)
    assert [each for each in found if each["severity"] == "error"] == []


def test_a_packed_file_is_kept_and_never_unpacked(house: House) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("../secret.yaml", "taken")
        packed.writestr("form_definitions/../../secret.yaml", "taken")
    file = {"file": ("form_definitions.zip", held.getvalue(), "application/zip")}
    kept = house.be("buyA").client.post("/api/attachments", files=file)
    assert kept.status_code == 201
    assert house.be("buyA").client.get(f"/api/attachments/{kept.json()['id']}").content == held.getvalue()
    house.refuses(house.be("buyA").client, "POST", "records/supplier/import", status=422, files=file)
    assert not house.canary.sings()


def test_a_link_out_of_the_definitions_is_named_and_not_followed(small_url: str, tmp_path: Path) -> None:
    library, secret = tmp_path / "library", tmp_path / "secret.yaml"
    secret.write_text("canary-in-a-file: 1\n")
    for part in ("form_definitions", "workflow_definitions", "permissions", "templates"):
        for each in (pack_folder() / part).rglob("*"):
            if each.is_file() and not {"demo", "__pycache__", "assets"} & set(each.parts):
                target = library / each.relative_to(pack_folder())
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(each.read_bytes())
    env = environment(small_url, tmp_path / "data")
    fine = command("check", str(library), env=env)
    assert fine.returncode == 0, fine.stdout + fine.stderr
    (library / "form_definitions" / "stolen.yaml").symlink_to(secret)
    told = command("check", str(library), env=env)
    assert told.returncode != 0
    assert "form_definitions/stolen.yaml" in told.stdout + told.stderr
    assert "canary" not in told.stdout + told.stderr
    assert command("publish", str(library), env=env).returncode != 0


def lines_of(house: House, path: str) -> list[dict[str, Any]]:
    """What the security log says of a path."""
    said = [json.loads(each) for each in house.server.said().splitlines() if each.startswith("{")]
    return [each for each in said if each.get("event") == "refused" and each.get("path") == path]


def test_a_refusal_for_lack_of_rights_is_one_line_with_who_and_why(either: House) -> None:
    record = either.be("clerk3").makes("transfer", transfer("S03", "S04"))
    task = f"/api/records/transfer/{record}"
    either.refused("clerk1", "GET", task, status=404)
    either.refused("clerk4", "POST", f"{task}/actions/ship", {}, status=403)
    with httpx.Client(base_url=either.server.url) as nobody:
        either.refuses(nobody, "GET", f"{task}/trail", status=401)
    assert either.be("clerk3").get(f"records/transfer/{record}/history")
    for path, account, status, reason in (
        (task, "clerk1", 404, "not_found"),
        (f"{task}/actions/ship", "clerk4", 403, "not_yours"),
        (f"{task}/trail", None, 401, "not_signed_in"),
    ):
        told = [(each["account"], each["status"], each["reason"]) for each in lines_of(either, path)]
        assert told == [(account, status, reason)]
    assert lines_of(either, f"{task}/history") == []


# -- what fills up (F10, D08, D13) -----------------------------------------------------------------------------------


def picture(width: int, height: int, **more: Any) -> bytes:
    """A picture of one colour."""
    held = io.BytesIO()
    Image.new("1" if width > 1000 else "RGB", (width, height)).save(held, "PNG" if width > 1000 else "JPEG", **more)
    return held.getvalue()


def test_a_picture_has_no_more_pixels_than_may_be_and_forgets_where_it_was_taken(house: House) -> None:
    client = house.be("buyA").client
    for size in ((30_000, 300), (9000, 9000)):
        file = {"file": ("large.png", picture(*size), "image/png")}
        house.refuses(client, "POST", "attachments", status=(413, 422), seconds=3, files=file)
    exif = Image.Exif()
    exif[0x010E] = "canary of a place"
    exif.get_ifd(0x8825)[1] = "N"
    taken = picture(20, 10, exif=exif)
    assert b"canary of a place" in taken
    kept = client.post("/api/attachments", files={"file": ("photo.jpg", taken, "image/jpeg")})
    assert kept.status_code == 201
    content = client.get(f"/api/attachments/{kept.json()['id']}").content
    assert b"canary" not in content
    found = Image.open(io.BytesIO(content))
    assert (found.size, dict(found.getexif())) == ((20, 10), {})


def claimed(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is as large as that, in perfect form."""

    def chunk(kind: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "size", [(50_000, 50_000), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (20_001, 1), (6_400, 6_400)]
)
def test_a_picture_that_only_claims_to_be_large_is_refused_by_what_it_claims(
    house: House, size: tuple[int, int]
) -> None:
    client = house.be("buyA").client
    sent = {"file": ("large.png", claimed(*size), "image/png")}
    before = memory_of(house)
    told = house.refuses(client, "POST", "attachments", status=(413, 422), files=sent).json()
    assert told["kind"] in ("limit", "invalid")
    assert memory_of(house) - before < 100 * 1024
    fine = {"file": ("small.png", picture(1200, 3), "image/png")}
    assert client.post("/api/attachments", files=fine).status_code == 201


def memory_of(house: House) -> int:
    """How many kB the server holds."""
    status = Path(f"/proc/{house.server.process.pid}/status").read_text()
    return int(next(each.split()[1] for each in status.splitlines() if each.startswith("VmRSS")))


def test_one_person_fills_his_own_room_and_no_more(small_url: str, tmp_path: Path) -> None:
    with serving(small_url, tmp_path / "data", FILE_QUOTA="3000") as server:
        for number, status in ((1, 201), (2, 201), (3, 413)):
            file = {"file": (f"{number}.txt", bytes([48 + number]) * 1200, "text/plain")}
            sent = server.be("clerk1").client.post("/api/attachments", files=file)
            assert sent.status_code == status, sent.text
        assert sent.json()["errors"][0]["code"] == "quota"
        file = {"file": ("theirs.txt", b"x" * 1200, "text/plain")}
        assert server.be("clerk2").client.post("/api/attachments", files=file).status_code == 201


def test_a_flood_of_one_is_told_to_wait_and_the_others_go_on(house: House) -> None:
    client = house.be("cfo").client
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.get("/api/records/transfer/export?format=exe"), range(120)))
    refused = [each for each in answers if each.status_code == 429]
    assert {each.status_code for each in answers} == {422, 429}
    assert all(int(each.headers["retry-after"]) >= 1 for each in refused)
    assert refused[0].json()["kind"] == "limit"
    assert house.be("fin2").client.get("/api/records/transfer/export?format=csv").status_code == 200
    assert client.get("/api/me").status_code == 200


def test_guessing_a_password_is_slowed_for_that_account_alone(house: House) -> None:
    wrong = {"account": "amw", "password": "wrong wrong wrong"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: httpx.post(f"{house.server.url}/api/session", json=wrong), range(40)))
    assert {each.status_code for each in answers} <= {401, 429}
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    right = {"account": "dir1", "password": PASSWORD}
    assert httpx.post(f"{house.server.url}/api/session", json=right).status_code == 200


# -- what holds on (D07, D14) ----------------------------------------------------------------------------------------


def test_slow_clients_do_not_stop_the_others(house: House) -> None:
    host, port = house.server.url.removeprefix("http://").split(":")
    client = house.be("clerk1").client
    alone = answers(client)
    held = [socket.create_connection((host, int(port)), timeout=20) for _ in range(350)]
    heads = (
        b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /api/batch HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n[",
        b"G",
        b"",
    )
    for number, each in enumerate(held):
        each.sendall(heads[number % 4])
    beside = answers(client)
    assert house.be("clerk1").makes("transfer", transfer("S01", "S02"))
    assert max(beside[1:-1]) < max(2 * max(alone[1:-1]), 0.5)  # but the worst: the machine may be busy otherwise
    for each in held[:8:4]:
        each.sendall(b"Accept: text/plain\r\n")
    assert {held[number].recv(1) for number in (0, 2, 3, 4)} == {b""}  # sent away: their heads did not come in time
    for each in held:
        each.close()
    assert client.get("/api/me").status_code == 200


def answers(client: httpx.Client) -> list[float]:
    """How long each of some quick questions took, in order."""
    found = []
    for _ in range(30):
        began = time.monotonic()
        assert client.get("/api/me").status_code == 200
        found.append(time.monotonic() - began)
    return sorted(found)


def test_readers_do_not_starve_who_writes(either: House) -> None:
    over, reads = threading.Event(), []

    def read(account: str) -> None:
        client = either.be(account).client
        while not over.is_set():
            reads.append(client.get("/api/records/store?limit=50&count=exact").status_code)
            reads.append(client.get("/api/stock?limit=50").status_code)

    accounts = ("clerk1", "clerk1b", "clerk1c", "clerk2", "plan1", "fin1", "aud", "ame", "mgr2", "buyA", "bmgr", "dir1")
    for each in (*accounts, "dck"):
        either.be(each)
    took = []
    with ThreadPoolExecutor(len(accounts)) as pool:
        for each in accounts:
            pool.submit(read, each)
        for _ in range(15):
            began = time.monotonic()
            row = {"row": str(uuid.uuid4()), "item": {"code": "A100"}, "quantity": "1", "damaged": "0"}
            values = {"supplier": {"code": "V1"}, "store": {"code": "DC1"}, "lines": [row]}
            either.be("dck").makes("receipt", values, "post")
            took.append(time.monotonic() - began)
        over.set()
    assert set(reads) == {200}, [each for each in either.server.said().splitlines() if "Traceback" in each][-1:]
    assert statistics.median(took) < 1
    assert max(took) < 5
    assert len(reads) > 2 * len(accounts)  # they did read


# -- what is shown (J03, J06, B06, B09) ------------------------------------------------------------------------------


def test_a_notice_prints_words_as_they_are_and_only_what_its_reader_sees(chain: Any) -> None:
    text = NOTICE.format(words="By {{ record.carrier }} worth {{ record.total }}.")
    sent = {"texts": [{"kind": "template", "name": "transfer_shipped", "text": text}]}
    chain.be("adm").does("definitions/publish", sent)
    own = line("A100", "2")
    record = chain.be("clerk2").makes("transfer", transfer("DC1", "S02", own), "submit")
    chain.be("dckm").decides("transfer")
    words = "{{7*7}} <script>alert(1)</script>"
    chain.be("dck").takes("transfer", record, "ship", {"carrier": words})
    told = [each["text"] for each in chain.be("clerk2").get("notices")["items"] if each["record"]["id"] == record]
    told = [each for each in told if not each.endswith("was approved.")]  # he submitted it
    assert len(told) == 1
    total = str(chain.be("plan1").get(f"records/transfer/{record}")["values"]["total"])
    assert total not in told[0]
    assert words in told[0]
    page = chain.be("clerk2").client.get("/api/docs")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("words", ["css: '</style><script>'", "theme: 'url(//evil.example)'", "html: '<b>'"])
def test_a_definition_has_no_looks_of_its_own(house: House, words: str) -> None:
    text = house.be("adm").get("definitions/form/supplier")["text"]
    body = {
        "texts": [
            {"kind": "form", "name": "supplier", "text": text.replace("kind: master\n", f"kind: master\n{words}\n")}
        ]
    }
    house.refused("adm", "POST", "definitions/publish", body, status=422, seconds=5)
    same = {"texts": [{"kind": "form", "name": "supplier", "text": text}]}
    assert [each for each in house.be("adm").does("definitions/check", same) if each["severity"] == "error"] == []


CIRCLES = {
    "a field from itself": ("item", "  one: {type: integer, compute: record.one + 1}", "one -> one"),
    "a default from itself": ("item", "  one: {type: integer, default: record.one}", "one -> one"),
    "two from each other": (
        "item",
        "  one: {type: integer, compute: record.two}\n  two: {type: integer, compute: record.one}",
        "one -> two -> one",
    ),
    "a column from its sum": (
        "receipt",
        "  heap: {type: decimal, scale: 3, compute: sum(lines.part)}\n"
        "  lines:\n    type: table\n    fields:\n      part: {type: decimal, scale: 3, compute: record.heap}",
        "heap",
    ),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_what_goes_round_in_a_circle_is_refused_and_the_circle_named(house: House, name: str) -> None:
    form, words, circle = CIRCLES[name]
    head, _, tail = house.be("adm").get(f"definitions/form/{form}")["text"].partition("fields:\n")
    rest = tail if form == "item" else "  note: {type: text}\n"
    sent = {"texts": [{"kind": "form", "name": form, "text": f"{head}fields:\n{words}\n{rest}"}]}
    told = house.refused("adm", "POST", "definitions/publish", sent, status=422, seconds=5).json()
    circles = [each for each in told["errors"] if each["code"] == "cycle"]
    assert circles, told["errors"][:3]
    assert any(circle in each["message"] for each in circles)
    plain = {"texts": [{"kind": "form", "name": "item", "text": house.be("adm").get("definitions/form/item")["text"]}]}
    found = house.be("adm").does("definitions/check", plain)
    assert [each for each in found if each["severity"] == "error"] == []


def test_a_table_in_a_table_and_a_form_in_itself_are_no_words_of_the_language(house: House) -> None:
    text = house.be("adm").get("definitions/form/supplier")["text"]
    for words in (
        "  a: {type: table, fields: {b: {type: table, fields: {c: {type: text}}}}}",
        "  a: {type: form, of: supplier}",
        "  a: {type: table, of: supplier}",
        "  a: {include: supplier}",
    ):
        sent = {
            "texts": [{"kind": "form", "name": "supplier", "text": text.replace("fields:\n", f"fields:\n{words}\n", 1)}]
        }
        told = house.refused("adm", "POST", "definitions/publish", sent, status=422, seconds=5).json()
        assert any("fields.a" in each["path"] for each in told["errors"]), told["errors"]
