"""A transfer with a loss, as five people over HTTP, from the draft to the last piece; and what each may not do."""

from __future__ import annotations

import uuid
from pathlib import Path

from tests.serving import Server, command, environment, serving

SIGNED = {"signature": {"typed": "Sun Lei"}}


def rows_of(chain: Server, form: str, record: str) -> list[dict[str, str]]:
    """The lines of a record, as the auditor sees them."""
    found: list[dict[str, str]] = chain.be("aud").get(f"records/{form}/{record}")["values"]["lines"]
    return found


def asked(chain: Server, rice: str, lamps: str) -> tuple[str, dict[str, str]]:
    """The clerk of S02 asks the warehouse; the transfer and the ids of its rows."""
    rows = {"A100": str(uuid.uuid4()), "B200": str(uuid.uuid4())}
    wanted = {"A100": rice, "B200": lamps}
    lines = [{"row": rows[code], "item": {"code": code}, "requested": wanted[code]} for code in rows]
    values = {"from_store": {"code": "DC1"}, "to_store": {"code": "S02"}, "reason": "replenishment", "lines": lines}
    return chain.be("clerk2").makes("transfer", values, "submit"), rows


def received(rows: dict[str, str], **good: str) -> dict[str, object]:
    """What the receiver writes: good pieces by item, nothing damaged."""
    return {
        "lines": [
            {"row": rows[code], "received": good[code], "damaged": "0", "remark": "counted twice"} for code in rows
        ]
    }


def test_a_transfer_with_a_loss_is_settled_to_the_last_piece(chain: Server) -> None:
    transfer, rows = asked(chain, "500", "10")

    assert chain.be("ame").tasks("transfer") == []
    assert chain.be("dckm").decides("transfer") == "approval"
    assert chain.be("dckm").tasks("transfer") == []
    assert chain.be("ame").decides("transfer") == "approved"
    stock = chain.be("dck").get("stock", item="A100", place="DC1")["items"][0]
    assert (stock["on_hand"], stock["reserved"], stock["available"]) == ("500", "500", "0")

    assert chain.be("dck").takes("transfer", transfer, "ship") == "in_transit"
    assert chain.be("dck").on_hand("A100", "DC1") == "0"
    assert chain.be("clerk2").on_hand("A100", "S02") == "15"

    came = received(rows, A100="497", B200="10")
    assert chain.be("clerk2").takes("transfer", transfer, "receive", came, SIGNED) == "different"
    assert chain.be("clerk2").on_hand("A100", "S02") == "512"

    difference = chain.be("dckm").get("records/discrepancy")["items"][0]["id"]
    row = rows_of(chain, "discrepancy", difference)[0]["row"]
    settled = {"lines": [{"row": row, "found": "1", "written_off": "2", "reason": "lost on the road"}]}
    assert chain.be("dckm").takes("discrepancy", difference, "settle", settled) == "closed"
    assert chain.be("aud").get(f"records/transfer/{transfer}")["state"] == "settled"
    assert chain.be("dck").on_hand("A100", "DC1") == "1"

    verified = chain.be("aud").does("verify")
    assert verified["faults"] == []


def test_a_difference_above_the_limit_waits_for_the_area_manager(chain: Server) -> None:
    transfer, rows = asked(chain, "10", "20")
    chain.be("dckm").decides("transfer")
    chain.be("dck").takes("transfer", transfer, "ship")
    chain.be("clerk2").takes("transfer", transfer, "receive", received(rows, A100="10", B200="9"), SIGNED)
    difference = chain.be("dckm").get("records/discrepancy")["items"][0]["id"]
    row = rows_of(chain, "discrepancy", difference)[0]["row"]
    lost = {"lines": [{"row": row, "written_off": "11", "reason": "fell off"}]}
    assert chain.be("dckm").takes("discrepancy", difference, "settle", lost) == "approval"
    assert chain.be("ame").decides("discrepancy") == "closed"


def test_whoever_ships_does_not_receive_and_others_do_not_learn_of_it(chain: Server) -> None:
    transfer, _ = asked(chain, "5", "1")
    stranger = chain.be("clerk1").send("GET", f"records/transfer/{transfer}")
    nothing = chain.be("clerk1").send("GET", f"records/transfer/{uuid.uuid4()}")
    assert stranger.status_code == nothing.status_code == 404
    assert stranger.content == nothing.content
    chain.be("dckm").decides("transfer")
    chain.be("dck").takes("transfer", transfer, "ship")
    refused = chain.be("dck").send("POST", f"records/transfer/{transfer}/actions/receive", {"asks": SIGNED})
    assert (refused.status_code, refused.json()["kind"]) == (403, "right")
    assert chain.be("dck").get(f"records/transfer/{transfer}")["state"] == "in_transit"


def test_cost_is_not_there_for_a_clerk(chain: Server) -> None:
    transfer, _ = asked(chain, "5", "1")
    seen = chain.be("clerk2").get(f"records/transfer/{transfer}")["values"]
    known = chain.be("dckm").get(f"records/transfer/{transfer}")["values"]
    assert "total" not in seen
    assert known["total"] == "100.00"
    assert not {"unit_cost", "value"} & set(seen["lines"][0])
    assert {"unit_cost", "value"} <= set(known["lines"][0])
    hidden = chain.be("clerk2").send("GET", "records/transfer?sort=total")
    unknown = chain.be("clerk2").send("GET", "records/transfer?sort=nothing")
    assert hidden.status_code == unknown.status_code == 422


def test_the_same_key_ships_once(chain: Server) -> None:
    transfer, _ = asked(chain, "5", "1")
    chain.be("dckm").decides("transfer")
    key = {"Idempotency-Key": "ship-once"}
    first = chain.be("dck").does(f"records/transfer/{transfer}/actions/ship", {}, **key)
    again = chain.be("dck").does(f"records/transfer/{transfer}/actions/ship", {}, **key)
    other = chain.be("dck").send("POST", f"records/transfer/{transfer}/actions/ship", {"comment": "x"}, **key)
    assert first == again
    assert other.status_code == 422
    assert chain.be("dck").on_hand("A100", "DC1") == "495"


def test_refusals_speak_the_language_of_the_reader(chain: Server) -> None:
    words = {"values": {"from_store": {"code": "S02"}, "to_store": {"code": "S02"}, "reason": "other"}}
    english = chain.be("clerk2").send("POST", "records/transfer", {**words, "action": "submit"})
    chinese = chain.be("clerk2").send(
        "POST", "records/transfer", {**words, "action": "submit"}, **{"Accept-Language": "zh-CN"}
    )
    assert english.status_code == chinese.status_code == 422
    assert [each["path"] for each in english.json()["errors"]] == [each["path"] for each in chinese.json()["errors"]]
    assert any("一" <= letter <= "鿿" for letter in chinese.json()["title"])
    assert english.json()["title"].isascii()


def test_what_was_acknowledged_is_there_after_a_kill(chain: Server, small_url: str, tmp_path: Path) -> None:
    transfer, _ = asked(chain, "5", "1")
    chain.kill()
    env = environment(small_url, tmp_path / "data")
    done = command("verify", env=env)
    assert done.returncode == 0, done.stdout
    figures = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert int(figures["record"]) > 90
    assert len(figures["root"]) == 64
    with serving(small_url, tmp_path / "data") as again:
        assert again.be("clerk2").get(f"records/transfer/{transfer}")["state"] == "approval"
