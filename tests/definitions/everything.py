"""One definition of each kind that uses every word of the language; whether its names exist is not asked here."""

from __future__ import annotations

from collections.abc import Mapping

FORM = """\
format: 1
form: everything
title: {en: Everything, zh: 全部}
kind: document
org: [shop]
variant: shop
amount: total
number: {text: "E-{counter:3}", period: none, given_at: create}
places:
  transit: {title: {en: Way, zh: 途}, kind: transit, negative: forbidden, empty_at_end: true}
search: [number]
list: [number, lines.good]
show: [number]
indexes:
  by_shop: [shop, total]
org_unit: {parent: region, code: code, name: name}
ledger:
  item: {unit: unit, scale: 3, tracking: tracking, units: units}
account: {account: login, name: name, language: language, active: active, manager: manager, mail: mail}
assignment: {person: person, role: role, at: at_unit, from: since, until: until}
limit: {form: of_form, level: level, amount: amount, at: at_unit, from: since, until: until}
webhook: {name: channel, url: url, reader: reader, format: format, active: active}
holds_roles: true
calendar: {unit: unit, hours: lines, weekday: day, from: opens, until: closes, days: lines, date: date}
valid: {from: since, until: until, per: [good], overlap: refuse}
fields:
  words:
    type: text
    longest: 40
    code: true
    title: {en: Words, zh: 文字}
    help: {en: Say it., zh: 请填写。}
    required: record.open
    visible: record.open
    sees: {by: [boss at chain], when: record.open}
    only: it != ''
    default: "'x'"
    compute: "'x'"
    live: "'x'"
    fixed_at: submit
    unique: true
    index: true
    signed: false
    show: [code]
    was: word
    at_most: "'z'"
  story: {type: long_text, longest: 4000}
  whole: {type: integer, above: 0}
  part: {type: decimal, scale: 2, above: "0.5"}
  much: {type: quantity, of: good, scale: 3, above: 0}
  price: {type: money, currency: CNY, scale: 4, above: 0}
  day: {type: date}
  instant: {type: moment}
  yes: {type: boolean}
  one: {type: choice, options: {a: {en: A, zh: 甲}}}
  some: {type: choices, options: reason}
  good: {type: reference, to: good}
  who: {type: person, to: human}
  unit: {type: org_unit, to: shop}
  paper: {type: attachment, types: [application/pdf], largest: 1000}
  photo: {type: image, largest: 1000}
  signed_by: {type: signature, own: true}
  code: {type: barcode, checked: true}
  pieces: {type: serials, most: 50}
  page: {type: url}
  lines:
    type: table
    title: {en: Lines, zh: 行}
    help: {en: Rows., zh: 行。}
    visible: record.open
    sees: {by: [boss at chain]}
    minimum: 1
    maximum: 50
    unique: [good]
    was: rows
    fields:
      good: {type: reference, to: good}
rules:
  sound: {check: record.open, field: words, warns: true, says: {en: Not sound., zh: 不对。}}
"""

PLACE_FORM = """\
format: 1
form: everything
title: {en: Place, zh: 地点}
kind: master
ledger:
  place: {kind: shop, negative: allowed, parent: region}
fields:
  code: {type: text}
"""

LOT_FORM = """\
format: 1
form: everything
title: {en: Lot, zh: 批}
kind: master
ledger:
  lot: {item: good, expires: until}
fields:
  code: {type: text}
"""

FLOW = """\
format: 1
workflow: everything
form: everything
start: draft
states:
  draft:
    title: {en: Draft, zh: 草稿}
    edit:
      asker: {by: [submitter], fields: [words], rows: free, scan: much, when: record.open}
    expects: [submit]
    required: [words]
  review: {title: {en: Review, zh: 审批}, steps: review}
  done: {title: {en: Done, zh: 完成}, end: true, means: good}
transitions:
  submit:
    title: {en: Submit, zh: 提交}
    from: [draft, review]
    to:
      one: {state: review, when: record.open, do: {back: {restore: agreed}}}
      other: {state: done}
    by: [submitter]
    asks:
      why: {type: text, longest: 20}
    edit:
      more: {fields: [words], rows: split, scan: much, when: record.open}
    required: [words]
    guard:
      sound: {check: record.open, field: words, says: {en: No., zh: 否。}}
    rows: chosen
    do:
      moved:
        move: {each: lines, item: row.good, lot: empty, quantity: 1, from: a.b, to: c, owner: row.o, value: 5, kind: s}
        when: record.open
      kept:
        reserve: {each: lines, item: row.good, lot: empty, quantity: 1, at: record.shop, owner: row.o}
      freed:
        release: {each: lines}
      held:
        hold: {each: lines, item: row.good, lot: empty, at: record.shop}
      unheld:
        unhold: {each: lines}
      made:
        create:
          form: other
          each: lines
          group_by: {supplier: row.supplier}
          values: {supplier: group.supplier}
          copy: [words]
          rows:
            lines:
              each: lines
              when: row.much > 0
              merge_by: {good: row.good}
              values: {good: row.good}
              trace: {quantity: row.much, share: oldest_first}
          once_by: [shop]
          empty: skip
          action: submit
      filled:
        create:
          form: other
          each: lines
          into: it.words == 'x'
          rows:
            lines:
              merge_by: {good: row.good}
              values: {good: row.good}
              sums: {much: row.much}
      written:
        update: {each: lines, on_record: row.good, values: {price: 5}}
      acted:
        act: {each: lines, on_record: row.good, action: retire, values: {why: "'x'"}}
      put:
        set: {each: lines, values: {much: 5}}
      ruled:
        decide: {verdict: return, part: left, to: first}
      widened:
        ask: {people: [boss at chain], part: left, instead: true}
      back:
        restore: agreed
      undone:
        reverse: {transition: submit}
      asked:
        task: {ask: [boss at chain], title: {en: Look, zh: 请看}}
      told:
        notify: {to: [boss at chain], template: told}
      announced:
        webhook:
          to: goods
          template: told
          values: {words: record.words}
          rows: {lines: {each: lines, when: row.much > 0, values: {much: row.much}}}
approvals:
  review:
    approved: accept
    refused: refuse
    route: fixed_at_submission
    same_person: acts_once
    nobody_found: {ask: [boss at chain], otherwise: refuse, tell: [boss at chain]}
    submitter_may_decide: true
    may_return_to: [submitter, earlier]
    after_return: {resume: returner, all_again_when: record.open, parts: kept, tell: deciders}
    may:
      hand_over: {to: [boss at chain]}
      delegate: {above: [boss at chain]}
      add_signer: {where: [before, after, beside], to: [boss at chain]}
      take_back: {within: 30m}
      nudge: {by: [submitter], every: 4h}
    asks: {reject: {sorry: {type: text}}, return: {reason: {type: long_text, shortest: 10}}}
    cc: {readers: {to: [boss at chain], at: [asked, approved, refused, returned]}}
    steps:
      first:
        title: {en: First, zh: 初审}
        ask: [boss at chain]
        decide: {need: 2, refusal: ends, wait: all, order: listed, base: shrinks, tie: approved}
        when: record.open
        edit:
          cut: {fields: [words], rows: fixed, scan: much, when: record.open}
        required: [words]
        asks:
          why: {type: text}
        except: [did(submit), wrote(lines.good)]
        binds: [words]
        each: lines
        do: {keep: {set: {values: {words: "'a'"}}}}
        on_refusal: {lose: {set: {each: lines, values: {much: 0}}}}
      second:
        parts:
          left:
            title: {en: Left, zh: 左}
            ask: [boss at chain]
            decide: {need: "60%"}
            when: record.open
            edit:
              cut: {fields: [words]}
            required: [words]
            asks:
              why: {type: text}
            except: [did(submit)]
            binds: [words]
duties:
  apart: {not_both: [submit, first], says: {en: Not both., zh: 不可兼任。}}
timers:
  late: {in: review, after: 3d, working: true, when: record.open, do: {back: {restore: agreed}}}
  asked:
    {title: {en: Asked, zh: 已询问}, step: second, part: left, after: 2h, every: 1d, times: 3, deadline: true, do: {}}
  at_day: {at: record.instant, do: {back: {restore: agreed}}}
"""

LIBRARY = """\
format: 1
library: everything
title: {en: Everything, zh: 全部}
layers: [everything]
currency: CNY
zone: Asia/Shanghai
fiscal_year_starts: 4
founder: {account: adm, name: Administrator, language: zh, role: boss}
publishing: {second_person: true}
places:
  loss: {title: {en: Loss, zh: 损失}, kind: loss, negative: allowed, empty_at_end: false}
options:
  reason:
    refill: {en: Refill, zh: 补货}
facts:
  open_requests:
    for: {shop: shop}
    sum: row.asked
    over: request.lines
    where: it.shop == shop
    except: this_record
schedules:
  nightly:
    title: {en: Nightly, zh: 每夜}
    every: "0 22 * * *"
    zone: store
    missed: once
    for: {over: shop, where: it.open}
    do: {back: {restore: agreed}}
alerts:
  low:
    title: {en: Low, zh: 低}
    watch: {available: {item: good, place: shop}}
    about: place
    when: watched < 1
    do: {back: {restore: agreed}}
  lying: {watch: {on_hand: {item: good, place: shop}}, when: watched < 1, do: {back: {restore: agreed}}}
  kept: {watch: {reserved: {item: good, place: shop}}, when: watched > 1, do: {back: {restore: agreed}}}
  many: {watch: {fact: open_requests}, when: watched > 1, do: {back: {restore: agreed}}}
"""

MAPPING = """\
format: 1
mapping: everything
from: 2
states: {everything: {old: open}}
steps: {everything: {second: first}}
fields: {everything: {gone: archive, lines.once: lines.good}}
options: {everything: {kind: {a: b}}}
roles: {deputy: boss}
missing: {everything: {words: x, count: 1}}
"""

OVERLAY = """\
format: 1
overlay: everything
title: {en: West, zh: 西}
over: base
applies_to: it.code == 'W'
change:
  form request:
    title: {en: Other}
  workflow request:
    start: other
"""

ROLES = """\
format: 1
roles:
  clerk: {title: {en: Clerk, zh: 店员}, purpose: {en: Asks., zh: 申请。}, excludes: [boss]}
"""

NOTICE = "format: 1\nnotice: everything\ntext: {en: Done., zh: 完成。}\n"

REPORT = """format: 1
report: everything_told
title: {en: Everything told, zh: 全部报表}
over: everything.lines
where: record.open
columns:
  shop: {value: it.shop, title: {en: Shop, zh: 店}}
  week: {value: it.day, per: week}
  lines: {count: true}
  much: {sum: row.much, of: shop}
  least: {min: row.much}
  most: {max: row.much}
  mean: {formula: "round(much / lines, 2)"}
sort: [-week, shop]
transitions:
  order:
    title: {en: Order, zh: 下单}
    by: [boss at chain]
    rows: chosen
    asks: {why: {type: text}}
    guard:
      whole: {check: record.open, field: lines.much, says: {en: Not now., zh: 现在不行。}}
    do:
      orders: {create: {form: other, each: chosen, values: {words: "'x'"}}}
"""

TESTS = """format: 1
tests: everything
after: chain
at: "2026-03-02 09:00"
chain: {east: {make: shop, values: {code: W}, action: open, asks: {why: so}}}
people: {ann: {clerk: [W]}}
given: {wish: {by: ann, make: request, values: {shop: {of: east}}}}
cases:
  all:
    title: {en: All of it, zh: 全部}
    steps:
      asked: {by: ann, make: request, values: {words: x}, action: hand_in, asks: {why: so}}
      changed: {by: ann, of: asked, edit: {words: y}}
      refused: {of: asked, act: order, refused: {kind: rule, code: whole, path: /values/words, rule: whole}}
      decided: {by: ann, of: asked, decide: approve, comment: Good., to: second}
      later:
        wait: 49h
        expect:
          state: review
          values: {words: y}
          hidden: [lines.much]
          offered: [order]
          tasks: {ann: [second/left]}
          made: {other: request}
          stock: {shelf: {item: RICE, place: W, lot: L1, on_hand: 90, reserved: "0", available: 90}}
          movements: {out: {item: RICE, lot: L1, quantity: 10, from: W, to: loss}}
"""

WORDS: Mapping[str, tuple[str, str]] = {
    "form": ("form", FORM),
    "form of a place": ("form", PLACE_FORM),
    "form of a lot": ("form", LOT_FORM),
    "workflow": ("workflow", FLOW),
    "library": ("library", LIBRARY),
    "overlay": ("overlay", OVERLAY),
    "mapping": ("mapping", MAPPING),
    "roles": ("roles", ROLES),
    "notice": ("notice", NOTICE),
    "report": ("report", REPORT),
    "process tests": ("tests", TESTS),
}
"""Kind and text, by what it is."""
