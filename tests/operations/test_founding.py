"""What a chain begins with."""

from __future__ import annotations

import time

from tests.operations.house import House


def test_x(house: House) -> None:
    adm = house.be("adm")
    print([(e["kind"], e["name"]) for e in adm.get("definitions")["items"]])
    begun = time.time()
    house.publish("""format: 1
form: memo
title: {en: Memo, zh: 备忘}
kind: document
fields:
  text: {type: text}
""", """format: 1
workflow: memo
form: memo
start: draft
states:
  draft: {title: {en: Draft}, edit: {all: {by: [clerk at chain, clerk below chain], fields: [text]}}}
  done: {title: {en: Done}, end: true}
transitions:
  finish: {from: draft, to: done, by: [clerk below chain]}
""", policy=["p, clerk, memo, see, chain", "p, clerk, memo, create, chain", "p, clerk, memo, edit, chain", "p, clerk, memo, finish, chain"])
    print("publish", time.time() - begun)
    begun = time.time()
    house.be("clerk1").makes("memo", {"text": "a"}, "finish")
    print("make", time.time() - begun)
