"""Workflows that are not as they should be: each fault at its line, by its code, in both languages, with a hint."""

from __future__ import annotations

import pytest

from tests.definitions.faulty import Case, Told, assert_told, case, named
from tests.definitions.sample import FLOW_FILE, REQUEST_FILE

DRAFT, REVIEW, OPEN, SENT = "  draft:\n", "  review: {title", "  open: {", "  sent: {"
SUBMIT, ACCEPT, REFUSE, SEND = "  submit:\n", "  accept:\n", "  refuse: {", "  send:\n"
FIRST, SECOND, LATE = "      first_look:", "      second_look:", "  late:"
APPROVAL = "  review:\n    approved"
STATE, ACTION = ("a state", "状态"), ("an action", "操作")
FIELD = ("a field of this form", "此表单的字段")
ROWS = "It stands only where a table is walked row by row."
STEP, ROLE, DID = ("a step", "审批步骤"), ("a role", "角色"), ("an action or a step", "操作或审批步骤")


def unknown(at: str, path: str, word: str, what: tuple[str, str], hint: str = "", file: str = "") -> Told:
    en, zh = f"'{word}' is not {what[0]}.", f"“{word}”不是{what[1]}。"
    return Told(at, path, "unknown_name", en, zh, f"Did you mean '{hint}'?" if hint else "", file)


def unreachable(at: str, state: str) -> Told:
    return Told(at, f"states.{state}", "unreachable", f"Nothing leads to '{state}'.", f"没有路径通向“{state}”。")


NAMES = [
    case("    to: review\n", "    to: reviw\n",
         unknown(SUBMIT, "transitions.submit", "reviw", STATE, "review"),
         unreachable(REVIEW, "review"), unreachable(OPEN, "open"), unreachable(SENT, "sent"),
         unreachable("  refused: {", "refused"),
         Told(DRAFT, "states.draft", "no_end", "No end can be reached from 'draft'.", "从“draft”无法到达终态。")),
    case("nothing: {state: refused,", "nothing: {state: refusedd,",
         unknown(ACCEPT, "transitions.accept", "refusedd", STATE, "refused")),
    case("expects: [send]", "expects: [sent]",
         unknown(OPEN, "states.open", "sent", ("an action from 'open'", "可从“open”执行的操作"), "send")),
    case("expects: [send]", "expects: [submit]",
         unknown(OPEN, "states.open", "submit", ("an action from 'open'", "可从“open”执行的操作"))),
    case("may_return_to: [submitter, first_look]", "may_return_to: [submiter]",
         unknown(APPROVAL, "approvals.review", "submiter", STEP, "submitter")),
    case("fields: [shop, reason, lines.good, lines.asked]", "fields: [shop, reason, lines.good, lines.asked, totl]",
         unknown(DRAFT, "states.draft", "totl", FIELD, "total")),
    case("scan: asked", "scan: lines.asked", Told(
        "      asker:", "states.draft.edit.asker.scan", "name",
        "'lines.asked' is not a name (small letters, digits and _, beginning with a letter).",
        "“lines.asked”不是名称（小写字母、数字和下划线，以字母开头）。")),
    case("scan: asked", "scan: shop",
         unknown(DRAFT, "states.draft", "shop", ("a field of a table", "表格字段"))),
    case("required: [lines.given]", "required: [lines.gven]",
         unknown(SEND, "transitions.send", "lines.gven", FIELD, "lines.given")),
    case("check: \"open_requests", "field: lines.god, check: \"open_requests",
         unknown("      room:", "transitions.submit.guard.room", "lines.god", FIELD, "lines.good")),
    case("{cut: {fields: [lines.given]}}", "{cut: {fields: [lines.give]}}",
         unknown(FIRST, "approvals.review.steps.first_look", "lines.give", FIELD, "lines.given")),
    case("except: [did(submit)]", "except: [did(submits)]",
         unknown(SECOND, "approvals.review.steps.second_look", "submits", DID, "submit")),
    case("except: [did(submit)]", "except: [wrote(lines.gven)]",
         unknown(SECOND, "approvals.review.steps.second_look", "lines.gven", FIELD, "lines.given")),
    case("not_both: [submit, second_look]", "not_both: [submit, secnd_look]",
         unknown("", "", "secnd_look", DID, "second_look")),
    case("late: {in: open,", "late: {in: opened,", unknown(LATE, "timers.late", "opened", STATE, "open")),
    case("late: {in: open,", "late: {step: first,", unknown(LATE, "timers.late", "first", STEP, "first_look")),
    case("action: send}", "action: sent}",
         unknown(LATE, "timers.late.do.act", "sent", ("an action of 'request'", "“request”的操作"), "send")),
    case("template: told", "template: tould", unknown(
        "      tell:", "transitions.send.do.tell", "tould",
        ("a notice of templates/notices", "templates/notices 中的通知"), "told")),
    case("free: {release: {each: lines}}", "free: {reverse: {transition: sendd}}",
         unknown("      free:", "transitions.send.do.free", "sendd", ACTION, "send")),
    case("free: {release: {each: lines}}", "free: {release: {each: line}}", unknown(
        "      free:", "transitions.send.do.free.release.each", "line",
        ("a table of this form", "此表单的表格"), "lines")),
    case("free: {release: {each: lines}}", "free: {set: {each: lines, values: {gven: \"0\"}}}", unknown(
        "      free:", "transitions.send.do.free.set.values.gven", "gven",
        ("a field of 'lines'", "“lines”的字段"), "given")),
    case("free: {release: {each: lines}}", "free: {create: {form: reqest, values: {shop: record.shop}}}", unknown(
        "      free:", "transitions.send.do.free.create.form", "reqest", ("a form", "表单"), "request")),
    case("free: {release: {each: lines}}", "free: {create: {form: request, rows: {line: {values: {good: row.good}}}}}",
         unknown("      free:", "transitions.send.do.free.create.rows.line", "line",
                 ("a table of 'request'", "“request”的表格"), "lines"),
         Told("      free:", "transitions.send.do.free.create.rows.line.values.good", "unknown_name",
              "There is no 'row' here. (column 1 of 'row.good')", "此处没有 'row'。（“row.good”第 1 列）", ROWS),
         unknown("      free:", "transitions.send.do.free.create.rows.line.values.good", "good",
                 ("a field of 'line'", "“line”的字段"))),
]  # fmt: skip


@pytest.mark.parametrize("wrong", NAMES, ids=named)
def test_a_name_of_nothing_is_told_with_what_was_meant(wrong: Case) -> None:
    assert_told(FLOW_FILE, wrong)


PEOPLE = [
    case("ask: [boss above shop]", "ask: [bos above shop]",
         unknown(FIRST, "approvals.review.steps.first_look.ask.0", "bos", ROLE, "boss")),
    case("ask: [boss above shop]", "ask: [boss above shp]",
         unknown(FIRST, "approvals.review.steps.first_look.ask.0", "shp", FIELD, "shop")),
    case("ask: [boss above shop]", "ask: [boss over shop]", Told(
        FIRST, "approvals.review.steps.first_look.ask.0", "people",
        "'boss over shop' does not say who: 'role at|above|below|nearest unit', '2 above', 'owner of', "
        "'submitter', a user field ...",
        "“boss over shop”没有说明是谁：可写“角色 at|above|below|nearest 单位”、“2 above”、“owner of”、"
        "“manager of”、“submitter”"
        "或人员字段。")),
    case("ask: [boss above shop]", "ask: [boss above reason]", Told(
        FIRST, "approvals.review.steps.first_look.ask.0", "type",
        "This is choice; reference is needed here.", "此处类型为 choice，需要 reference。")),
    case("ask: [boss above shop]", "ask: [shop]", Told(
        FIRST, "approvals.review.steps.first_look.ask.0", "type",
        "This is reference(shop); reference(human) is needed here.",
        "此处类型为 reference(shop)，需要 reference(human)。")),
    case("ask: [boss above shop]", "ask: [decider of secnd_look]",
         unknown(FIRST, "approvals.review.steps.first_look.ask.0", "secnd_look", STEP, "second_look")),
    case("asker: {by: [clerk at shop],", "asker: {by: [clerc at shop],",
         unknown("      asker:", "states.draft.edit.asker.by.0", "clerc", ROLE, "clerk")),
    case("to: [boss at chain]", "to: [boss at chain, manager of shop]", Told(
        "      tell:", "transitions.send.do.tell.notify.to.1", "type",
        "This is reference(shop); reference(human) is needed here.",
        "此处类型为 reference(shop)，需要 reference(human)。")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", PEOPLE, ids=named)
def test_who_cannot_be_meant_is_told_entry_by_entry(wrong: Case) -> None:
    assert_told(FLOW_FILE, wrong)


def not_system(at: str, name: str) -> Told:
    says = f"'{name}' is fired by an approval: 'by: [system]'.", f"“{name}”由审批触发，应为 by: [system]。"
    return Told(at, f"transitions.{name}", "not_system", *says)


WAYS = [
    case("to: refused, by: [system]}", "to: refused, by: [submitter]}",
         not_system(REFUSE, "refuse"),
         Told(REFUSE, "transitions.refuse", "not_granted",
              "No line of the policy grants 'refuse' of 'request' to those who may take it.",
              "权限策略没有把“request”的“refuse”授予可执行它的人。", "p, role, request, refuse, own")),
    case("  refuse: {from: review,", "  refuse: {from: open,", Told(
        REFUSE, "transitions.refuse", "approval_state",
        "'refuse' does not start from 'review', where the approval is.", "“refuse”不从审批所在状态“review”出发。")),
    case(", steps: review}", "}", Told(
        APPROVAL, "approvals.review", "unused_approval",
        "No state has 'steps: review'.", "没有状态使用审批“review”。")),
    case("steps: review}", "steps: revue}",
         unknown(REVIEW, "states.review", "revue", ("an approval", "审批"), "review"),
         Told(APPROVAL, "approvals.review", "unused_approval",
              "No state has 'steps: review'.", "没有状态使用审批“review”。")),
    case("    refused: refuse\n", "    refused: refse\n",
         unknown(APPROVAL, "approvals.review", "refse", ACTION, "refuse"),
         Told(REFUSE, "transitions.refuse", "never_fired",
              "Nothing ever takes 'refuse'.", "没有任何途径触发“refuse”。")),
    case("  sent: {title: {en: Sent, zh: 已发}, end: true}", "  sent: {title: {en: Sent, zh: 已发}}", Told(
        OPEN, "states.open", "no_end", "No end can be reached from 'open'.", "从“open”无法到达终态。"), Told(
        SENT, "states.sent", "dead_end", "Nothing leaves 'sent', and it is no end.", "“sent”不是终态，却没有出路。")),
    case("    from: open\n", "    from: [open, sent]\n", Told(
        SENT, "states.sent", "end_leaves",
        "'sent' is an end, yet something leaves it.", "“sent”是终态，却有操作离开。")),
    case("  refused: {title", "  lost: {title: {en: Lost, zh: 遗失}, end: true}\n  refused: {title",
         unreachable("  lost:", "lost")),
    case("goods: {state: open}", "goods: {state: open, when: record.total > 0}", Told(
        ACCEPT, "transitions.accept", "no_last_resort",
        "'goods' is the last alternative, yet it has a condition.", "“goods”是最后的分支，不能有条件。")),
    case("nothing: {state: refused, when: sum(lines.given) == 0}", "nothing: {state: refused}", Told(
        ACCEPT, "transitions.accept", "unreachable_alternative",
        "Nothing after 'nothing' is ever asked.", "“nothing”之后的分支永远不会执行。")),
    case("reason, lines.good, lines.asked], rows: free", "reason, lines.good], rows: free", Told(
        "      asked:", "fields.lines.fields.asked", "never_writable",
        "'lines.asked' is required, but nobody may write it before.", "“lines.asked”必填，但此前无人可填。",
        file=REQUEST_FILE)),
    case("fields: [shop, reason, lines.good, lines.asked]", "fields: [shop, reason, lines.good, lines.asked, total]",
         Told(DRAFT, "states.draft", "worked_out",
              "'total' is worked out, so nobody writes it.", "“total”由系统计算，不能填写。")),
    case("{cut: {fields: [lines.given]}}", "{cut: {fields: [lines.given, lines.cost]}}", Told(
        FIRST, "approvals.review.steps.first_look", "worked_out",
        "'lines.cost' is worked out, so nobody writes it.", "“lines.cost”由系统计算，不能填写。")),
    case("      first_look: {ask", "      submit: {ask",
         unknown(APPROVAL, "approvals.review", "first_look", STEP),
         Told("      submit: {ask", "approvals.review.steps.submit", "ambiguous",
              "'submit' names something else already.", "名称“submit”已被使用。")),
    case("goods: {state: open}", "goods: {state: open, do: {promise: {release: {}}}}", Told(
        "      goods:", "transitions.accept.to.goods.do.promise", "ambiguous",
        "Two effects of 'accept' are called 'promise'.", "“accept”有两个同名效果“promise”。")),
    case("first_look: {ask: [boss above shop],", "first_look: {ask: [boss above shop], parts: {a: {ask: [submitter]}},",
         Told(FIRST, "approvals.review.steps.first_look", "step",
              "Step 'first_look' asks people or has parts, one of the two.",
              "步骤“first_look”应写 ask 或 parts 之一。")),
    case("first_look: {ask: [boss above shop],", "first_look: {", Told(
        FIRST, "approvals.review.steps.first_look", "step",
        "Step 'first_look' asks people or has parts, one of the two.", "步骤“first_look”应写 ask 或 parts 之一。")),
    case("late: {in: open, after", "late: {after", Told(
        LATE, "timers.late", "timer", "A timer says 'in', 'step' or 'at'.", "定时器须写 in、step 或 at。")),
    case("by: [clerk at shop, system]", "by: [clerk at shop]", Told(
        LATE, "timers.late.do.act", "not_system",
        "'send' of 'request' is not open to system.", "“request”的“send”未对 system 开放。")),
    case("free: {release: {each: lines}}", "free: {release: {}, unhold: {}}", Told(
        "      free:", "transitions.send.do.free", "effect",
        "'free' must say exactly one effect.", "“free”必须且只能写一个效果。")),
    case("free: {release: {each: lines}}", "free: {when: \"true\"}", Told(
        "      free:", "transitions.send.do.free", "effect",
        "'free' must say exactly one effect.", "“free”必须且只能写一个效果。")),
    case(SEND, "  save: {from: open, to: sent, by: [submitter]}\n  send:\n",
         Told("  save:", "transitions.save", "reserved", "'save' is a word of the engine.", "“save”是系统保留字。"),
         Told("  save:", "transitions.save", "not_granted",
              "No line of the policy grants 'save' of 'request' to those who may take it.",
              "权限策略没有把“request”的“save”授予可执行它的人。", "p, role, request, save, own")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", WAYS, ids=named)
def test_a_way_that_leads_nowhere_is_told(wrong: Case) -> None:
    assert_told(FLOW_FILE, wrong)


def test_only_an_action_on_chosen_rows_has_any() -> None:
    wrong = case("free: {release: {each: lines}}", "free: {release: {each: chosen}}", Told(
        "      free:", "transitions.send.do.free", "chosen", "No rows are chosen here ('rows: chosen').",
        "此处没有选定行（“rows: chosen”）。"))  # fmt: skip
    assert_told(FLOW_FILE, wrong)


def expressed(at: str, path: str, code: str, words: tuple[str, str], text: str, column: int, hint: str = "") -> Told:
    en = f"{words[0]} (column {column} of '{text}')"
    return Told(at, path, code, en, f"{words[1]}（“{text}”第 {column} 列）", hint)


BOOLEAN = "boolean is needed here.", "需要 boolean。"
LONG = "record.totall > " + "1 + " * 30 + "1"
EXPRESSIONS = [
    case("when: record.total > 100", "when: record.totl > 100", expressed(
        SECOND, "approvals.review.steps.second_look.when", "unknown_field",
        ("reference(request) has no field 'totl'.", "reference(request) 没有字段 'totl'。"),
        "record.totl > 100", 1, "Did you mean 'total'?")),
    case("when: record.total > 100", "when: record.total", expressed(
        SECOND, "approvals.review.steps.second_look.when", "type",
        ("This is money(2); " + BOOLEAN[0], "此处类型为 money(2)，" + BOOLEAN[1]), "record.total", 1)),
    case("when: sum(lines.given) == 0}", "when: row.given == 0}", expressed(
        "      nothing:", "transitions.accept.to.nothing.when", "unknown_name",
        ("There is no 'row' here.", "此处没有 'row'。"), "row.given == 0", 1, ROWS)),
    case("quantity: row.given, at", "quantity: row.reason, at", expressed(
        "      promise:", "transitions.accept.do.promise.reserve.quantity", "unknown_field",
        ("row(request.lines) has no field 'reason'.", "row(request.lines) 没有字段 'reason'。"), "row.reason", 1)),
    case("quantity: row.given, at", "quantity: row.good, at", expressed(
        "      promise:", "transitions.accept.do.promise.reserve.quantity", "type",
        ("This is reference(good); quantity(6) is needed here.", "此处类型为 reference(good)，需要 quantity(6)。"),
        "row.good", 1)),
    case("at: record.shop}", "at: record.reason}", expressed(
        "      promise:", "transitions.accept.do.promise.reserve.at", "type",
        ("This is choice; place is needed here.", "此处类型为 choice，需要 place。"), "record.reason", 1)),
    case("item: row.good, lot", "item: row.given, lot", expressed(
        "      promise:", "transitions.accept.do.promise.reserve.item", "type",
        ("This is quantity(6); reference is needed here.", "此处类型为 quantity(6)，需要 reference。"),
        "row.given", 1)),
    case("on_record: record,", "on_record: record.total,", expressed(
        LATE, "timers.late.do.act.act.on_record", "type",
        ("This is money(2); reference is needed here.", "此处类型为 money(2)，需要 reference。"), "record.total", 1)),
    case("free: {release: {each: lines}}", "free: {set: {values: {reason: \"'gift'\"}}}", expressed(
        "      free:", "transitions.send.do.free.set.values.reason", "unknown_option",
        ("There is no option 'gift'.", "没有选项 'gift'。"), "'gift'", 1, "One of: refill, other.")),
    case("when: record.total > 100", f"when: {LONG}", expressed(
        SECOND, "approvals.review.steps.second_look.when", "unknown_field",
        ("reference(request) has no field 'totall'.", "reference(request) 没有字段 'totall'。"),
        f"{LONG[:77]}...", 1, "Did you mean 'total'?")),
    case("check: \"open_requests(record.shop,", "check: \"open_request(record.shop,", expressed(
        "      room:", "transitions.submit.guard.room.check", "unknown_word",
        ("There is no word 'open_request'.", "没有 'open_request' 这个词。"),
        "open_request(record.shop, first(lines.good)) < 100", 1)),
    case("check: \"open_requests(record.shop,", "check: \"open_requests(record.reason,", expressed(
        "      room:", "transitions.submit.guard.room.check", "type",
        ("This is choice; reference(shop) is needed here.", "此处类型为 choice，需要 reference(shop)。"),
        "open_requests(record.reason, first(lines.good)) < 100", 15)),
]  # fmt: skip


@pytest.mark.parametrize("wrong", EXPRESSIONS, ids=named)
def test_an_expression_is_told_with_its_column_and_its_text(wrong: Case) -> None:
    assert_told(FLOW_FILE, wrong)


def test_a_timer_goes_by_a_moment_or_a_day_and_by_nothing_else() -> None:
    wrong = case("late: {in: open, after: 3d", "late: {at: record.total, after: 3d", Told(
        LATE, "timers.late.at", "type", "This is money; a moment or a date is needed here.",
        "此处需要时刻或日期，而这是 money。", ""))  # fmt: skip
    assert_told(FLOW_FILE, wrong)


# What the schema says


def shape(at: str, path: str, rule: str) -> Told:
    return Told(at, path, "shape", f"Not allowed: {rule}.", f"不允许：{rule}。")


def choice(at: str, path: str, word: str, options: str, hint: str = "") -> Told:
    en, zh = f"'{word}' is not one of: {options}.", f"“{word}”不在其中：{options}。"
    return Told(at, path, "not_an_option", en, zh, f"Did you mean '{hint}'?" if hint else "")


def unlike(at: str, path: str, wanted: tuple[str, str], got: str) -> Told:
    return Told(at, path, "type", f"Expected {wanted[0]}, found {got}.", f"应为{wanted[1]}，实为 {got}。")


def missing(at: str, path: str, word: str) -> Told:
    return Told(at, path, "missing", f"'{word}' is missing.", f"缺少“{word}”。")


def unknown_word(at: str, path: str, word: str, hint: str = "") -> Told:
    en, zh = f"'{word}' is not known here.", f"此处没有“{word}”。"
    return Told(at, path, "unknown_word", en, zh, f"Did you mean '{hint}'?" if hint else "")


ASKER = "      asker:"
SHAPES = [
    case("rows: free", "rows: fre", choice(ASKER, "states.draft.edit.asker.rows", "fre", "free, split, fixed", "free")),
    case("rows: free", "row: free", unknown_word(ASKER, "states.draft.edit.asker.row", "row", "rows")),
    case("asker: {by: [clerk at shop], fields", "asker: {fields", missing(ASKER, "states.draft.edit.asker", "by")),
    case("    by: [clerk at shop, system]\n", "", missing(SEND, "transitions.send", "by")),
    case("by: [clerk at shop, system]", "by: clerk at shop", unlike(
        "by: clerk", "transitions.send.by", ("a list", "列表"), "'clerk at shop'")),
    case("    from: open\n", "    from: []\n", shape("from: []", "transitions.send.from", "minItems 1")),
    case("    to: sent\n", "    to: {}\n", shape("    to: {}", "transitions.send.to", "minProperties 1")),
    case("    to: sent\n", "    to: {go: {when: \"true\"}}\n",
         missing("    to: {go", "transitions.send.to.go", "state")),
    case("start: draft", "start: 5", unlike("start: 5", "start", ("text", "文本"), "'5'")),
    case("late: {in: open, after: 3d, do: {act: {act: {on_record: record, action: send}}}}", "late: {in: open}",
         missing(LATE, "timers.late", "do")),
    case("may_return_to: [submitter, first_look]", "may_return: [submitter]",
         unknown_word("may_return:", "approvals.review.may_return", "may_return", "may_return_to")),
    case("    approved: accept\n", "", missing("  review:\n    refused", "approvals.review", "approved")),
    case("not_both: [submit, second_look]", "not_both: [submit]",
         shape("not_alone", "duties.not_alone.not_both", "minItems 2")),
    case("not_both: [submit, second_look]", "not_both: [submit, submit]",
         shape("not_alone", "duties.not_alone.not_both", "uniqueItems True")),
    case("lot: empty, quantity", "quantity", missing(
        "      promise:", "transitions.accept.do.promise.reserve", "lot")),
    case("lot: empty, quantity", "lot: empty, lots: empty, quantity", unknown_word(
        "      promise:", "transitions.accept.do.promise.reserve.lots", "lots", "lot")),
    case("{notify: {to: [boss at chain], template: told}}", "{notify: {to: [], template: told}}", shape(
        "      tell:", "transitions.send.do.tell.notify.to", "minItems 1")),
    case("asks: {why: {type: text}}", "asks: {why: {type: table, fields: {a: {type: text}}}}", choice(
        "    asks:", "transitions.send.asks.why.type", "table",
        "attachment, barcode, boolean, choice, choices, date, decimal, image, integer, long_text, moment, money,"
        " org_unit, person, quantity, reference, serials, signature, text, url")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", SHAPES, ids=named)
def test_what_is_not_of_the_languages_shape_is_told_at_its_line(wrong: Case) -> None:
    assert_told(FLOW_FILE, wrong)
