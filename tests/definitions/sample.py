"""A small good library, written for these tests: regions, stores, items, people, and one document with an approval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.definitions import Finding, Loaded, read_library
from engine.definitions.vocabulary import vocabulary
from engine.effects import EFFECTS
from engine.fields import FIELD_TYPES

VOCABULARY = vocabulary(FIELD_TYPES, EFFECTS)

LIBRARY = """\
format: 1
library: base
title: {en: Sample, zh: 样例}
layers: []
currency: CNY
zone: Asia/Shanghai
fiscal_year_starts: 4
founder: {account: adm, name: Administrator, role: boss}
places:
  loss: {title: {en: Losses, zh: 损失}, kind: loss, negative: allowed}
options:
  reason:
    refill: {en: Refill, zh: 补货}
    other: {en: Other, zh: 其他}
facts:
  open_requests:
    for: {shop: shop, good: good}
    sum: row.asked - otherwise(row.given, 0)
    over: request.lines
    where: it.shop == shop and row.good == good and it.state in ['review', 'open']
    except: this_record
"""

SHOP = """\
format: 1
form: shop
title: {en: Shop, zh: 店}
kind: master
org_unit: {parent: region}
ledger: {place: {kind: shop, negative: forbidden}}
places:
  damaged: {title: {en: Damaged, zh: 残损}, kind: damaged}
list: [code, name, state]
fields:
  code: {type: text, required: true, unique: true}
  name: {type: text, required: true}
  region: {type: reference, to: region, required: true}
  open: {type: boolean, default: true}
"""

REGION = """\
format: 1
form: region
title: {en: Region, zh: 区域}
kind: master
org_unit: {}
fields:
  code: {type: text, required: true, unique: true}
"""

GOOD = """\
format: 1
form: good
title: {en: Good, zh: 商品}
kind: master
ledger: {item: {unit: unit, scale: 3}}
fields:
  code: {type: text, required: true, unique: true}
  unit: {type: text, required: true}
  cost: {type: money, sees: {by: [boss at chain]}}
  active: {type: boolean, default: true}
"""

HUMAN = """\
format: 1
form: human
title: {en: Human, zh: 人}
kind: master
account: {account: login, name: name}
fields:
  login: {type: text, required: true, unique: true}
  name: {type: text, required: true}
"""

REQUEST = """\
format: 1
form: request
title: {en: Request, zh: 申请}   # what this form is called
kind: document
org: [shop]
variant: shop
amount: total
number: {text: "RQ-{shop.code}-{period}-{counter:5}", period: month, given_at: submit}
places:
  transit: {title: {en: On its way, zh: 在途}, kind: transit, empty_at_end: true}
search: [number, lines.good]
list: [number, shop, state, total]
fields:
  shop: {type: reference, to: shop, required: true, default: actor.store}
  reason: {type: choice, options: reason, required: true}
  lines:
    type: table
    minimum: 1
    unique: [good]
    fields:
      good: {type: reference, to: good, required: true, only: it.active, show: [code]}
      asked: {type: quantity, of: good, above: 0, required: true}
      given: {type: quantity, of: good, default: row.asked, at_most: row.asked}
      cost: {type: money, live: row.good.cost, fixed_at: submit, sees: {by: [boss at chain]}}
      value: {type: money, compute: "round(row.given * row.cost, 2)", sees: {by: [boss at chain]}}
  total: {type: money, compute: sum(lines.value), index: true, sees: {by: [boss at chain]}}
rules:
  known_shop: {check: record.shop.open, field: shop, says: {en: This shop is closed., zh: 该店未营业。}}
"""

MASTER_FLOW = """\
format: 1
workflow: {name}
form: {name}
start: active
states:
  active:
    title: {{en: Active, zh: 启用}}
    edit:
      keeper: {{by: [boss at chain], fields: [{fields}]}}
  retired: {{title: {{en: Retired, zh: 停用}}, end: true}}
transitions:
  retire:
    from: active
    to: retired
    by: [boss at chain]
"""

REQUEST_FLOW = """\
format: 1
workflow: request
form: request
start: draft
states:
  draft:
    title: {en: Draft, zh: 草稿}
    edit:
      asker: {by: [clerk at shop], fields: [shop, reason, lines.good, lines.asked], rows: free, scan: asked}
  review: {title: {en: In review, zh: 审批中}, steps: review}
  open: {title: {en: Open, zh: 待发}, expects: [send]}
  sent: {title: {en: Sent, zh: 已发}, end: true}
  refused: {title: {en: Refused, zh: 已拒绝}, end: true}
transitions:
  submit:
    title: {en: Submit, zh: 提交}
    from: draft
    to: review
    by: [clerk at shop]
    guard:
      room: {check: "open_requests(record.shop, first(lines.good)) < 100", says: {en: Too many., zh: 过多。}}
  accept:
    from: review
    to:
      nothing: {state: refused, when: sum(lines.given) == 0}
      goods: {state: open}
    by: [system]
    do:
      promise: {reserve: {each: lines, item: row.good, lot: empty, quantity: row.given, at: record.shop}}
  refuse: {from: review, to: refused, by: [system]}
  send:
    from: open
    to: sent
    by: [clerk at shop, system]
    asks: {why: {type: text}}
    required: [lines.given]
    do:
      free: {release: {each: lines}}
      tell: {notify: {to: [boss at chain], template: told}}
approvals:
  review:
    approved: accept
    refused: refuse
    steps:
      first_look: {ask: [boss above shop], edit: {cut: {fields: [lines.given]}}}
      second_look: {ask: [boss at chain], decide: {need: "60%"}, when: record.total > 100, except: [did(submit)]}
    may_return_to: [submitter, first_look]
duties:
  not_alone: {not_both: [submit, second_look]}
timers:
  late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}
"""

NOTICE = "format: 1\nnotice: told\ntext: {en: It is sent., zh: 已发出。}\n"

MODEL = "[request_definition]\nr = role, object, action, where\n"

POLICY = """\
# who may do what
p, clerk, request, see, own
p, clerk, request, create, own
p, clerk, request, submit, own
p, clerk, request, send, own
p, boss, shop, retire, chain
p, boss, region, retire, chain
p, boss, good, retire, chain
p, boss, human, retire, chain
p, boss, request, approve, chain
p, boss, request.total, see, chain
p, boss, stock, see, chain
"""

ROLES = """\
format: 1
roles:
  clerk: {title: {en: Clerk, zh: 店员}, purpose: {en: Asks., zh: 申请。}, excludes: [boss]}
  boss: {title: {en: Boss, zh: 主管}, purpose: {en: Decides., zh: 审批。}}
"""

FORMS = "form_definitions"
FLOWS = "workflow_definitions"
REQUEST_FILE = f"{FORMS}/documents/request.yaml"
FLOW_FILE = f"{FLOWS}/request.yaml"
POLICY_FILE = "permissions/policy.csv"
ROLES_FILE = "permissions/roles.yaml"
LIBRARY_FILE = f"{FORMS}/library.yaml"

FILES: Mapping[str, str] = {
    LIBRARY_FILE: LIBRARY,
    f"{FORMS}/masters/shop.yaml": SHOP,
    f"{FORMS}/masters/region.yaml": REGION,
    f"{FORMS}/masters/good.yaml": GOOD,
    f"{FORMS}/masters/human.yaml": HUMAN,
    REQUEST_FILE: REQUEST,
    f"{FLOWS}/shop.yaml": MASTER_FLOW.format(name="shop", fields="code, name, region, open"),
    f"{FLOWS}/region.yaml": MASTER_FLOW.format(name="region", fields="code"),
    f"{FLOWS}/good.yaml": MASTER_FLOW.format(name="good", fields="code, unit, cost, active"),
    f"{FLOWS}/human.yaml": MASTER_FLOW.format(name="human", fields="login, name"),
    FLOW_FILE: REQUEST_FLOW,
    "templates/notices/told.yaml": NOTICE,
    "permissions/model.conf": MODEL,
    POLICY_FILE: POLICY,
    ROLES_FILE: ROLES,
}


def lay(folder: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write the files of a library."""
    for path, words in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(words.encode())
    return folder


def read(folder: Path, files: Mapping[str, str] = FILES) -> Loaded:
    """Write and read the files of a library."""
    return read_library([lay(folder, files)], VOCABULARY)


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """The sample with one small change; the old words must be there, once."""
    assert FILES[file].count(old) == 1, (file, old)
    return {**FILES, file: FILES[file].replace(old, new)}


def errors(loaded: Loaded) -> list[Finding]:
    """What must not be published."""
    return [each for each in loaded.findings if each.severity == "error"]
