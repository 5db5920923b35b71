"""Definitions for what the pack does not use: laid over it once, for every test of this room."""

from __future__ import annotations

WISH = """format: 1
form: wish
title: {en: Wish, zh: 愿望}
kind: document
org: [store]
variant: store
number: {text: "WI-{store.code}-{counter:3}", period: none, given_at: grant}
search: [title]
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  title: {type: text}
  lines:
    type: table
    minimum: 1
    unique: [item]
    fields:
      item: {type: reference, to: item, required: true}
      quantity: {type: quantity, of: item, above: 0, required: true}
      already: {type: quantity, of: item, live: "granted_wishes(record.store, row.item)"}
      left: {type: quantity, of: item, signed: true, live: "remaining(row, 'parcel')"}
"""

WISH_FLOW = """format: 1
workflow: wish
form: wish
start: draft
states:
  draft:
    title: {en: Draft}
    edit: {maker: {by: [clerk at store], fields: [store, title, lines.item, lines.quantity], rows: free}}
  granted: {title: {en: Granted}, expects: [pack]}
  packed: {title: {en: Packed}, expects: [pack]}
  dropped: {title: {en: Dropped}, end: true}
  sent: {title: {en: Sent}, end: true}
transitions:
  grant:
    from: draft
    to: granted
    by: [clerk at store]
    guard:
      room: {check: "all(lines, row.quantity + granted_wishes(record.store, row.item) <= 300)", field: lines.quantity,
        says: {en: "Only 300 may be wished for.", zh: "最多 300。"}}
  drop: {from: [granted, packed], to: dropped, by: [clerk at store]}
  pack:
    from: [granted, packed]
    to: packed
    by: [clerk at store]
    asks: {share: {type: decimal, scale: 3, required: true}}
    do:
      parcels:
        create:
          form: parcel
          each: lines
          group_by: {category: row.item.category}
          values: {source: record, store: record.store, category: group.category}
          rows:
            lines:
              merge_by: {item: row.item}
              values: {item: row.item, quantity: share}
              trace: {quantity: share}
  pack_once:
    from: granted
    to: granted
    by: [clerk at store]
    do:
      parcel:
        create:
          form: parcel
          values: {source: record, store: record.store}
          rows: {lines: {each: lines, values: {item: row.item, quantity: row.quantity}}}
          once_by: [store, source]
          action: close
  pack_nothing:
    from: granted
    to: granted
    by: [clerk at store]
    do:
      parcel:
        create:
          form: parcel
          values: {source: record, store: record.store}
          rows: {lines: {each: lines, when: row.quantity > 1000, values: {item: row.item, quantity: row.quantity}}}
          empty: skip
  finish: {from: [granted, packed], to: sent, by: [system]}
"""

PARCEL = """format: 1
form: parcel
title: {en: Parcel, zh: 包裹}
kind: document
org: [store]
number: {text: "PA-{counter:4}", period: none, given_at: create}
fields:
  source: {type: reference, to: wish, required: true}
  store: {type: reference, to: store, required: true}
  category: {type: reference, to: category}
  lines:
    type: table
    minimum: 1
    fields:
      item: {type: reference, to: item, required: true}
      quantity: {type: quantity, of: item, required: true}
      strange: {type: quantity, of: item, signed: true, live: untraced(row)}
"""

PARCEL_FLOW = """format: 1
workflow: parcel
form: parcel
start: open
states:
  open:
    title: {en: Open}
    expects: [send_off]
    edit: {maker: {by: [clerk at store], fields: [lines.quantity], rows: fixed}}
  closed: {title: {en: Closed}, end: true}
transitions:
  close: {from: open, to: closed, by: [system]}
  send_off:
    from: open
    to: closed
    by: [clerk at store]
    do:
      name_it: {update: {on_record: record.source, values: {title: "'sent off'"}}}
      finish: {act: {on_record: record.source, action: finish}}
"""

MEMO = """format: 1
form: memo
title: {en: Memo, zh: 备忘}
kind: document
org: [store]
amount: amount
number: {text: "ME-{store.code}-{period}-{counter:3}", period: fiscal_year, given_at: create}
search: [number, note, body]
list: [number, note, amount]
indexes: {by_amount: [amount]}
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  code: {type: text, unique: true}
  note: {type: text, required: true, title: {en: Note, zh: 内容}}
  body: {type: long_text}
  urgent: {type: boolean}
  why: {type: text, visible: record.urgent, required: record.urgent}
  shade: {type: choice, options: transfer_reason}
  shades: {type: choices, options: transfer_reason}
  size: {type: decimal, scale: 2}
  days: {type: integer, index: true}
  most: {type: integer}
  taken: {type: integer, at_most: record.most}
  due: {type: date}
  when: {type: moment}
  amount: {type: money, index: true}
  twice: {type: money, compute: record.amount * 2}
  friend: {type: person}
  unit: {type: org_unit}
  paper: {type: attachment}
  photo: {type: image}
  sign: {type: signature}
  bar: {type: barcode}
  link: {type: url}
  item: {type: reference, to: item}
  price: {type: money, live: "lookup('price', item=record.item, store=nearest(record.store), on=today).price", fixed_at: finish}
  cap: {type: money, live: "round(limit('memo', 'store'), 2)"}
  secret: {type: money, index: true, sees: {by: [manager at store, writer]}}
  lines:
    type: table
    title: {en: Lines}
    unique: [word]
    fields:
      word: {type: text, required: true}
      worth: {type: money, default: record.amount}
      veiled: {type: text, sees: {by: [manager at store]}}
rules:
  not_odd: {check: "record.days != 13", field: days, says: {en: "Not thirteen.", zh: "不能是十三。"}}
"""

MEMO_FLOW = """format: 1
workflow: memo
form: memo
start: draft
states:
  draft:
    title: {en: Draft}
    edit:
      maker: {by: [clerk at store], fields: [store, code, note, body, urgent, why, shade, shades, size, days, most, taken,
        due, when, amount, friend, unit, paper, photo, sign, bar, link, item, secret, lines.word, lines.worth, lines.veiled], rows: free}
      chief: {by: [manager at store], fields: [note, secret, lines.veiled], rows: fixed}
  open:
    title: {en: Open, zh: 处理中}
    expects: [finish]
    edit:
      chief: {by: [manager at store], fields: [note, when, secret, lines.word, lines.veiled], rows: fixed}
  done: {title: {en: Done}, end: true}
  late: {title: {en: Late}, end: true}
transitions:
  hand_in:
    title: {en: Hand in, zh: 提交}
    from: draft
    to: open
    by: [clerk at store]
    do:
      look: {task: {ask: [manager at store], title: {en: Have a look, zh: 请查看}}}
      tell: {notify: {to: [manager at store, clerk at store], template: memo_told}}
  finish:
    from: open
    to: done
    by: [manager at store]
    asks:
      word: {type: text, required: true}
      mark: {type: signature}
      day: {type: date}
    guard:
      limited: {check: "otherwise(record.amount, 0) <= limit('memo', 'store')", field: amount, says: {en: "Above the limit.", zh: "超出限额。"}}
  expire: {from: open, to: late, by: [system]}
timers:
  stale: {in: open, after: 3d, do: {drop: {act: {on_record: record, action: expire}}}}
  nudge: {at: record.when, after: 30m, when: "state == 'open'", do: {tell: {notify: {to: [manager at store], template: memo_late}}}}
"""

TOLD = """format: 1
notice: memo_told
text:
  en: "Memo {{ record.number }} says {{ record.note }} worth {{ record.secret }}."
  zh: "备忘 {{ record.number }}：{{ record.note }} {{ record.secret }}。"
"""

LATE = """format: 1
notice: memo_late
text: {en: "Memo {{ record.number }} waits.", zh: "备忘 {{ record.number }} 待处理。"}
"""

DUEL = """format: 1
form: duel
title: {en: Duel, zh: 议案}
kind: document
org: [store]
variant: store
amount: amount
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  title: {type: text}
  amount: {type: money}
  price: {type: money}
  remark: {type: text}
  boss: {type: person}
  threshold: {type: money}
  lines:
    type: table
    fields:
      item: {type: reference, to: item, required: true}
      quantity: {type: quantity, of: item, default: 1}
      owner: {type: person, live: row.item.category.owner}
"""

DUEL_FLOW = """format: 1
workflow: duel
form: duel
start: draft
states:
  draft:
    title: {en: Draft}
    edit: {maker: {by: [clerk at store], fields: [store, title, amount, price, boss, threshold, lines.item, lines.quantity], rows: free}}
  approval:
    title: {en: In approval}
    steps: vote
    edit: {maker: {by: [submitter], fields: [title]}}
  accepted:
    title: {en: Accepted}
    edit: {maker: {by: [clerk at store], fields: [amount, title, lines.quantity], rows: fixed}}
  refused: {title: {en: Refused}, end: true}
  gone: {title: {en: Gone}, end: true}
transitions:
  hand_in: {from: draft, to: approval, by: [clerk at store, manager at store]}
  accept: {from: approval, to: accepted, by: [system]}
  refuse: {from: approval, to: refused, by: [system]}
  withdraw:
    from: approval
    to: gone
    by: [submitter]
    guard: {early: {check: not decided, says: {en: "Somebody has decided.", zh: "已有人审批。"}}}
  put_back:
    from: accepted
    to: accepted
    by: [clerk at store]
    guard: {differs: {check: changed(record.amount), says: {en: "Nothing changed.", zh: "没有变化。"}}}
    do: {back: {restore: agreed}}
  route_it:
    from: accepted
    to:
      big: {state: refused, when: record.amount > record.threshold}
      small: {state: gone}
    by: [clerk at store]
approvals:
  vote:
    approved: accept
    refused: refuse
    steps:
      peers: {ask: [clerk at store], decide: {need: 2, refusal: counts}, when: record.amount > 10}
      pair:
        when: record.amount > 100
        parts:
          left: {ask: [manager at store], edit: {price: {fields: [price]}}, asks: {reason: {type: text, required: true}}}
          right: {ask: [area_manager above store], edit: {remark: {fields: [remark]}}, binds: [price]}
      owners: {ask: [lines.owner], decide: {need: all}, when: record.amount > 1000}
      boss: {ask: [boss], when: not empty(record.boss), except: [did(peers)]}
    same_person: refused
    nobody_found: {ask: [director at chain], otherwise: refuse}
    submitter_may_decide: false
    may_return_to: [submitter, peers]
    after_return: {resume: returner, all_again_when: changed(record.amount)}
duties:
  not_alone: {not_both: [hand_in, put_back], says: {en: "Who handed it in does not put it back.", zh: "提交人不能恢复。"}}
timers:
  slow: {step: peers, after: 1d, do: {tell: {notify: {to: [manager at store], template: memo_late}}}}
"""

CRATE = """format: 1
form: crate
title: {en: Crate, zh: 货箱}
kind: document
org: [store]
places:
  inside: {title: {en: Inside, zh: 箱内}, kind: transit, negative: forbidden, empty_at_end: true}
fields:
  store: {type: reference, to: store, required: true, default: actor.store}
  lines:
    type: table
    minimum: 1
    fields:
      item: {type: reference, to: item, required: true}
      lot: {type: reference, to: lot, only: it.item == row.item}
      quantity: {type: quantity, of: item, above: 0, required: true}
      agreed: {type: quantity, of: item, default: row.quantity}
      free: {type: quantity, of: item, signed: true, live: "available(row.item, record.store, row.lot)"}
      seen: {type: quantity, of: item, live: "on_hand(row.item, record.store, row.lot)", fixed_at: promise}
"""

CRATE_FLOW = """format: 1
workflow: crate
form: crate
start: draft
states:
  draft:
    title: {en: Draft}
    edit: {maker: {by: [clerk at store], fields: [store, lines.item, lines.lot, lines.quantity], rows: free}}
  frozen: {title: {en: Frozen}}
  promised:
    title: {en: Promised}
    edit: {maker: {by: [clerk at store], fields: [lines.quantity, lines.lot], rows: split}}
  packed: {title: {en: Packed}}
  out: {title: {en: Out}}
  undone: {title: {en: Undone}}
  ended: {title: {en: Ended}, end: true}
transitions:
  freeze: {from: draft, to: frozen, by: [clerk at store], do: {ice: {hold: {each: lines, item: row.item, at: record.store}}}}
  thaw: {from: frozen, to: undone, by: [clerk at store], do: {melt: {unhold: {each: lines}}}}
  promise:
    from: [draft, promised]
    to: promised
    by: [clerk at store]
    do: {keep: {reserve: {each: lines, item: row.item, lot: row.lot, quantity: row.agreed, at: record.store}}}
  free_one: {from: promised, to: promised, by: [clerk at store], do: {free: {release: {each: lines}}}}
  fill:
    from: promised
    to: packed
    by: [clerk at store]
    do:
      free: {release: {each: lines}}
      fill: {move: {each: lines, item: row.item, lot: row.lot, quantity: row.quantity, from: record.store, to: record.inside}}
  send:
    from: [draft, frozen]
    to: out
    by: [clerk at store]
    do: {away: {move: {each: lines, item: row.item, lot: row.lot, quantity: row.quantity, from: record.store, to: chain.loss, kind: thrown}}}
  undo: {from: [out, undone], to: undone, by: [clerk at store], do: {back: {reverse: {transition: send}}}}
  again: {from: undone, to: out, by: [clerk at store], do: {away_again: {move: {each: lines, item: row.item, lot: row.lot, quantity: row.quantity, from: record.store, to: chain.loss}}}}
  end_it: {from: [packed, out, undone], to: ended, by: [clerk at store]}
  empty_it:
    from: packed
    to: ended
    by: [clerk at store]
    do: {unfill: {move: {each: lines, item: row.item, lot: row.lot, quantity: row.quantity, from: record.inside, to: record.store}}}
"""

TEXTS = (WISH, WISH_FLOW, PARCEL, PARCEL_FLOW, MEMO, MEMO_FLOW, TOLD, LATE, DUEL, DUEL_FLOW, CRATE, CRATE_FLOW)

FACTS = """  granted_wishes:
    for: {store: store, item: item}
    sum: row.quantity
    over: wish.lines
    where: it.store == store and row.item == item and it.state in ['granted', 'packed']
    except: this_record
"""

ACTIONS = {
    "wish": ("grant", "drop", "pack", "pack_once", "pack_nothing"),
    "parcel": ("send_off",),
    "memo": ("hand_in",),
    "duel": ("hand_in", "withdraw", "put_back", "route_it", "approve", "reject", "return"),
    "crate": ("freeze", "thaw", "promise", "free_one", "fill", "send", "undo", "again", "end_it", "empty_it"),
}


def policy() -> list[str]:
    """Who may do what: clerks their store's, managers too, others only see and decide."""
    lines = []
    for form, actions in ACTIONS.items():
        lines += [f"p, clerk, {form}, {action}, own" for action in ("see", "create", "edit", "export", *actions)]
        lines += [f"p, auditor, {form}, see, chain"]
    lines += [f"p, manager, memo, {action}, own" for action in ("see", "edit", "finish", "import")]
    lines += ["p, clerk, memo, import, own"]
    verdicts = ("see", "edit", "approve", "reject", "return")
    lines += [f"p, manager, duel, {action}, own" for action in (*verdicts, "hand_in", "create")]
    lines += [f"p, area_manager, duel, {action}, below" for action in verdicts]
    lines += [f"p, {role}, duel, {action}, chain" for role in ("buyer", "director", "finance") for action in verdicts]
    return lines
