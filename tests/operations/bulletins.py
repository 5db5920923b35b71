"""A form whose actions tell people and endpoints, over the pack; and a house that sends. Used by tests of telling."""

from __future__ import annotations

import uuid
from typing import Any

from engine import bootstrap
from engine.delivery.sending import Office
from tests.operations.house import House

FORM = """format: 1
form: bulletin
title: {en: Bulletin, zh: 公告}
kind: document
number: {text: "BU-{counter:6}", given_at: create}
org: [store]
show: [what]
fields:
  store: {type: reference, to: store, required: true, title: {en: Store, zh: 门店}}
  what: {type: text, title: {en: What, zh: 内容}}
  cost: {type: money, title: {en: Cost, zh: 成本}, sees: {by: [administrator at chain]}}
  twice: {type: money, compute: record.cost * 2, title: {en: Twice, zh: 双倍}, sees: {by: [administrator at chain]}}
  lines:
    type: table
    title: {en: Lines, zh: 明细}
    fields:
      item: {type: reference, to: item, title: {en: Item, zh: 商品}}
      lot: {type: reference, to: lot, title: {en: Lot, zh: 批次}}
      secret: {type: text, title: {en: Secret, zh: 机密}, sees: {by: [administrator at chain]}}
"""
FLOW = """format: 1
workflow: bulletin
form: bulletin
start: open
states:
  open:
    title: {en: Open, zh: 打开}
    edit:
      all:
        by: [administrator at chain]
        fields: [store, what, cost, lines.item, lines.lot, lines.secret]
        rows: free
  closed: {title: {en: Closed, zh: 关闭}, end: true}
transitions:
  publish:
    title: {en: Say, zh: 发布}
    from: open
    to: open
    by: [administrator at chain]
    do:
      out:
        webhook:
          to: transfers
          values:
            {what: record.what, cost: record.cost, twice: record.twice, store: record.store, of: record.store.name}
          rows: {lines: {each: lines, values: {item: row.item.code, secret: row.secret}}}
      tell: {notify: {to: [administrator at chain, manager at store], template: bulletin}}
  refuse_late:
    title: {en: Refuse, zh: 拒绝}
    from: open
    to: closed
    by: [administrator at chain]
    do:
      out: {webhook: {to: transfers, values: {what: record.what}}}
      undo: {reverse: {transition: publish}}
      leave: {move: {each: lines, item: row.item, lot: row.lot, quantity: 1, from: record.store, to: chain.loss}}
  end: {title: {en: End, zh: 结束}, from: open, to: closed, by: [administrator at chain]}
"""
NOTICE = """format: 1
notice: bulletin
text:
  en: "Bulletin: {{ record.what }} costs {{ record.cost | default('something') }} <b>"
  zh: "公告：{{ record.what }}"
"""
POLICY = (
    *(f"p, administrator, bulletin, {action}, chain" for action in ("see", "create", "edit", "publish", "refuse_late")),
    "p, administrator, bulletin, end, chain",
    "p, manager, bulletin, see, own",
    "p, administrator, metrics, see, chain",
)


def publish(house: House) -> None:
    """Lay the form over what is published."""
    house.publish(FORM, FLOW, NOTICE, policy=POLICY)


def listens(house: House, url: str, reader: str = "adm", format: str = "standard", **secret: str) -> tuple[str, str]:
    """An endpoint with the eyes of an account; its id and its secret."""
    adm = house.be("adm")
    values: dict[str, Any] = {
        "code": f"E{uuid.uuid4().hex[:8].upper()}", "name": "Other house", "channel": "transfers", "url": url,
        "reader": {"code": reader}, "format": format,
    }  # fmt: skip
    made = adm.makes("subscriber", values)
    return made, adm.does("POST", f"endpoints/{made}/secrets", secret)["secret"]


def bulletin(house: House, what: str = "first", **more: Any) -> str:
    """A bulletin, not yet said; its id."""
    return house.be("adm").makes("bulletin", {"store": {"code": "S01"}, "what": what, **more})


def says(house: House, record: str, what: str | None = None) -> None:
    """Say it (something else than before)."""
    house.be("adm").takes("bulletin", record, "publish", {"what": what} if what else None)


def office(house: House) -> Office:
    """What sends for this house; a second one is as a second process."""
    return bootstrap.office(house.services)


def sent(house: House, state: str = "waiting") -> list[dict[str, Any]]:
    """What is in the outbox, newest first."""
    items: list[dict[str, Any]] = house.be("adm").get("deliveries", state=state)["items"]
    return items


def address(house: House, account: str, mail: str) -> None:
    """Write somebody's mail address."""
    adm = house.be("adm")
    person = house.be(account).actor.person
    assert adm.edits("person", person, {"mail": mail}).status == 200
