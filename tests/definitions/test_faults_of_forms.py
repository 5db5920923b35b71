"""Forms that are not as they should be: each fault at its line, by its code, in both languages, with what was meant."""

from __future__ import annotations

import pytest

from tests.definitions.faulty import Case, Told, assert_told, case, named
from tests.definitions.sample import FLOW_FILE, FORMS, REQUEST_FILE

GOOD_FILE = f"{FORMS}/masters/good.yaml"
SHOP_FILE = f"{FORMS}/masters/shop.yaml"
HUMAN_FILE = f"{FORMS}/masters/human.yaml"

# What the schema says


def missing(path: str, word: str, at: str = "") -> Told:
    return Told(at, path, "missing", f"'{word}' is missing.", f"缺少“{word}”。")


def unknown_word(at: str, path: str, word: str, hint: str = "") -> Told:
    en, zh = f"'{word}' is not known here.", f"此处没有“{word}”。"
    return Told(at, path, "unknown_word", en, zh, f"Did you mean '{hint}'?" if hint else "")


def unlike(at: str, path: str, wanted: tuple[str, str], got: str) -> Told:
    return Told(at, path, "type", f"Expected {wanted[0]}, found {got}.", f"应为{wanted[1]}，实为 {got}。")


NAME = (
    "a name (small letters, digits and _, beginning with a letter)",
    "名称（小写字母、数字和下划线，以字母开头）",
)
MAP, LIST, TEXT, WHOLE = ("a map", "映射"), ("a list", "列表"), ("text", "文本"), ("a whole number", "整数")
YES = ("true or false", "true 或 false")


def no_name(at: str, path: str, word: str, of: tuple[str, str] = NAME) -> Told:
    return Told(at, path, "name", f"'{word}' is not {of[0]}.", f"“{word}”不是{of[1]}。")


SHAPES = [
    case("title: {en: Request, zh: 申请}   # what this form is called\n", "", missing("", "title")),
    case("kind: document\n", "", missing("", "kind")),
    case("{text: \"RQ-{shop.code}-{period}-{counter:5}\", period", "{period", missing("number", "text", "number: {")),
    case("given_at: submit}", "given: submit}",
         missing("number", "given_at", "number: {"), unknown_word("number: {", "number.given", "given", "given_at")),
    case("kind: transit, ", "", missing("places.transit", "kind", "transit: {")),
    case("says: {en: This shop is closed., zh: 该店未营业。}", "field2: x",
         missing("rules.known_shop", "says", "known_shop:"),
         unknown_word("known_shop:", "rules.known_shop.field2", "field2", "field")),
    case("variant: shop", "varient: shop", unknown_word("varient", "varient", "varient", "variant")),
    case("search: [", "serach: [", unknown_word("serach", "serach", "serach", "search")),
    case("rules:\n", "zzz: 1\nrules:\n", unknown_word("zzz", "zzz", "zzz")),
    case("index: true, sees", "indexed: true, sees",
         unknown_word("  total:", "fields.total.indexed", "indexed", "index")),
    case("org: [shop]", "org: shop", unlike("org:", "org", LIST, "'shop'")),
    case("org: [shop]", "org:", unlike("org:", "org", LIST, "nothing")),
    case("variant: shop", "variant: [shop]", unlike("variant:", "variant", TEXT, "'['shop']'")),
    case("minimum: 1", "minimum: 1.5", unlike("minimum:", "fields.lines.minimum", WHOLE, "'1.5'")),
    case("minimum: 1", "minimum: \"1\"", unlike("minimum:", "fields.lines.minimum", WHOLE, "'1'")),
    case("minimum: 1", "minimum:", unlike("minimum:", "fields.lines.minimum", WHOLE, "nothing")),
    case("index: true", "index: yes", unlike("  total:", "fields.total.index", YES, "'yes'")),
    case("empty_at_end: true", "empty_at_end: 1", unlike("transit: {", "places.transit.empty_at_end", YES, "'1'")),
    case("  total: {type: money, compute: sum(lines.value), index: true, sees: {by: [boss at chain]}}",
         "  total: money", unlike("  total:", "fields.total", MAP, "'money'")),
    case("list: [number, shop,", "list: [Number, shop,",
         no_name("list:", "list.0", "Number", ("the name of a field, or table.field", "字段名，或“表.字段”"))),
    case("  reason: {type", "  rea-son: {type", no_name("rea-son", "fields.rea-son", "rea-son")),
    case("      good: {type", "      商品: {type", no_name("商品", "fields.lines.fields.商品", "商品")),
    case("  transit: {title", "  Transit: {title", no_name("Transit", "places.Transit", "Transit")),
    case("form: request", "form: " + "r" * 64, no_name("form: r", "form", "r" * 64)),
    case("form: request", "form: " + "R" * 90, no_name("form: R", "form", "R" * 77 + "...")),
    case("kind: document", "kind: dokument", Told(
        "kind: dok", "kind", "not_an_option",
        "'dokument' is not one of: master, document.", "“dokument”不在其中：master, document。",
        "Did you mean 'document'?")),
    case("period: month", "period: quarter", Told(
        "number: {", "number.period", "not_an_option",
        "'quarter' is not one of: none, day, month, year, fiscal_year.",
        "“quarter”不在其中：none, day, month, year, fiscal_year。")),
    case("format: 1", "format: 7", Told(
        "format", "format", "not_an_option", "'7' is not one of: 1.", "“7”不在其中：1。")),
    case("minimum: 1", "minimum: 1001", Told(
        "minimum", "fields.lines.minimum", "shape", "Not allowed: maximum 1000.", "不允许：maximum 1000。")),
    case("search: [number, lines.good]", "search: [number, number]", Told(
        "search", "search", "shape", "Not allowed: uniqueItems True.", "不允许：uniqueItems True。")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", SHAPES, ids=named)
def test_what_is_not_of_the_languages_shape_is_told_at_its_line(wrong: Case) -> None:
    assert_told(REQUEST_FILE, wrong)


# What the words lead to


def unknown(at: str, path: str, word: str, what: tuple[str, str], hint: str = "", file: str = "") -> Told:
    en, zh = f"'{word}' is not {what[0]}.", f"“{word}”不是{what[1]}。"
    return Told(at, path, "unknown_name", en, zh, f"Did you mean '{hint}'?" if hint else "", file)


FIELD = ("a field of this form", "此表单的字段")
ACTION = ("an action of this form", "此表单的操作")
FORM = ("a form", "表单")
OPTIONS = ("a list of options of the library", "库中的选项列表")
BESIDE = ("a reference beside this field", "同级的引用字段")

NAMES = [
    case("list: [number, shop,", "list: [number, shops,", unknown("", "", "shops", FIELD, "shop")),
    case("search: [number,", "search: [numbre,", unknown("", "", "numbre", FIELD, "number")),
    case("search: [number, lines.good]", "search: [lines.gud]", unknown("", "", "lines.gud", FIELD, "lines.good")),
    case("search: [number,", "indexes: {by_it: [shop, qqqq]}\nsearch: [number,", unknown("", "", "qqqq", FIELD)),
    case("search: [number,", "show: [shop, tottal]\nsearch: [number,", unknown("", "", "tottal", FIELD, "total")),
    case("unique: [good]", "unique: [goods]", unknown("  lines:", "fields.lines", "goods", FIELD, "good")),
    case("field: shop", "field: shoop", unknown("known_shop", "rules.known_shop", "shoop", FIELD, "shop")),
    case("show: [code]", "show: [cod]", unknown(
        "      good:", "fields.lines.fields.good", "cod", ("a field of 'good'", "“good”的字段"), "code")),
    case("{shop.code}", "{shap.code}", unknown("", "", "shap", FIELD, "shop")),
    case("{shop.code}", "{shop.kode}", unknown("", "", "kode", ("a field of 'shop'", "“shop”的字段"), "code")),
    case("{shop.code}", "{reason.code}", unknown("", "", "code", ("a field of 'reason'", "“reason”的字段"))),
    case("{shop.code}", "{lines.good}", unknown("", "", "lines", FIELD)),
    case("given_at: submit}", "given_at: submitted}", unknown("", "", "submitted", ACTION, "submit")),
    case("options: reason", "options: reasons", unknown("  reason:", "fields.reason.options", "reasons", OPTIONS,
                                                        "reason")),
    case("to: good, required", "to: goods, required",
         unknown("      good:", "fields.lines.fields.good.to", "goods", FORM, "good")),
    case("of: good, above", "of: god, above", unknown(
        "      asked:", "fields.lines.fields.asked", "god", BESIDE, "good")),
    case("of: good, above", "of: cost, above", unknown(
        "      asked:", "fields.lines.fields.asked", "cost", BESIDE)),
    case("of: good, above", "of: shop, above", unknown("      asked:", "fields.lines.fields.asked", "shop", BESIDE)),
    case("fixed_at: submit,", "fixed_at: submits,",
         unknown("      cost:", "fields.lines.fields.cost", "submits", ACTION, "submit")),
    case("variant: shop", "variant: store", unknown("", "", "store", FIELD)),
    case("org: [shop]", "org: [shop, regoin]", unknown("", "", "regoin", FIELD, "reason")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", NAMES, ids=named)
def test_a_name_of_nothing_is_told_with_what_was_meant(wrong: Case) -> None:
    assert_told(REQUEST_FILE, wrong)


MEANINGS = [
    case("org: [shop]", "org: [reason]", Told(
        "  reason:", "fields.reason", "not_an_org_unit",
        "'reason' is no reference to an org unit.", "“reason”不是指向组织单位的引用。")),
    case("amount: total", "amount: shop", Told(
        "", "", "not_money", "'shop' is no field of money.", "“shop”不是金额字段。")),
    case("amount: total", "amount: totl", Told(
        "", "", "not_money", "'totl' is no field of money.", "“totl”不是金额字段。")),
    case("compute: sum(lines.value)", "compute: sum(lines.value), default: \"0\"", Told(
        "  total:", "fields.total", "two_sources",
        "'total' has more than one source.", "“total”有多个取值来源。")),
    case("required: true, default: actor.store", "required: true, default: actor.store, fixed_at: submit", Told(
        "  shop:", "fields.shop", "nothing_to_fix",
        "'shop' is not live, so nothing fixes it.", "“shop”不是 live 字段，无需 fixed_at。")),
    case("live: row.good.cost, fixed_at: submit,", "live: row.good.cost, unique: true,", Told(
        "      cost:", "fields.lines.fields.cost", "not_stored",
        "'cost' is live and never stored.", "“cost”是 live 字段，不存储。")),
    case(", sees: {by: [boss at chain]}}\nrules", "}\nrules", Told(
        "  total:", "fields.total", "leak",
        "'total' is worked out from 'lines.value', which fewer people may see.",
        "“total”取自“lines.value”，而后者的可见范围更小。", "Give it the same 'sees:'.")),
    case("fixed_at: submit, sees: {by: [boss at chain]}", "fixed_at: submit", Told(
        "      cost:", "fields.lines.fields.cost", "leak",
        "'lines.cost' is worked out from 'row.good.cost', which fewer people may see.",
        "“lines.cost”取自“row.good.cost”，而后者的可见范围更小。", "Give it the same 'sees:'.")),
    case("above: 0,", "default: row.given,", Told(
        "      asked:", "fields.lines.fields.asked", "cycle",
        "These fields are worked out in a circle: lines.asked -> lines.given -> lines.asked.",
        "这些字段循环依赖：lines.asked -> lines.given -> lines.asked。")),
    case("compute: sum(lines.value), ", "compute: record.total + 1, ", Told(
        "  total:", "fields.total", "cycle",
        "These fields are worked out in a circle: total -> total.", "这些字段循环依赖：total -> total。")),
    case("  reason: {type", "  today: {type: date}\n  reason: {type", Told(
        "  today:", "fields.today", "reserved", "'today' is a word of the engine.", "“today”是系统保留字。")),
    case("  transit: {title: {en: On its way, zh: 在途}", "  system: {title: {en: On its way, zh: 在途}", Told(
        "", "", "reserved", "'system' is a word of the engine.", "“system”是系统保留字。")),
    case("  transit: {title: {en: On its way, zh: 在途}", "  total: {title: {en: On its way, zh: 在途}", Told(
        "", "", "reserved", "'total' is a word of the engine.", "“total”是系统保留字。")),
    case("  reason: {type", "  from: {type: date}\n  reason: {type", Told(
        "  from:", "fields.from", "unspeakable",
        "'from' cannot be named in expressions; choose another word if one ever needs it.",
        "表达式中无法引用“from”，如有需要请改名。")),
    case("-{counter:5}", "", Told(
        "number: {", "number", "numbering",
        "A number has exactly one counter, such as {counter:5}.", "编号必须且只能有一个计数器，如 {counter:5}。")),
    case("period: month, ", "", Told(
        "number: {", "number", "numbering",
        "{period} and 'period:' go together.", "{period} 必须与 period 一起使用。")),
    case("RQ-{shop.code}", "RQ<{shop.code}", Told(
        "number: {", "number", "numbering", "'RQ<' cannot stand in a number.", "编号中不能使用“RQ<”。")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", MEANINGS, ids=named)
def test_what_cannot_be_meant_is_told_where_it_stands(wrong: Case) -> None:
    assert_told(REQUEST_FILE, wrong)


# Expressions where they stand


def expressed(at: str, path: str, code: str, words: tuple[str, str], text: str, column: int, hint: str = "") -> Told:
    en = f"{words[0]} (column {column} of '{text}')"
    return Told(at, path, code, en, f"{words[1]}（“{text}”第 {column} 列）", hint)


EXPRESSIONS = [
    case("compute: sum(lines.value)", "compute: sum(lines.valu)", expressed(
        "  total:", "fields.total.compute", "unknown_field",
        ("table(request.lines) has no field 'valu'.", "table(request.lines) 没有字段 'valu'。"),
        "sum(lines.valu)", 5, "Did you mean 'value'?")),
    case("compute: sum(lines.value)", "compute: total(lines.value)", expressed(
        "  total:", "fields.total.compute", "unknown_word",
        ("There is no word 'total'.", "没有 'total' 这个词。"), "total(lines.value)", 1)),
    case("compute: sum(lines.value)", "compute: record.shop.code", expressed(
        "  total:", "fields.total.compute", "type",
        ("This is text; money(2) is needed here.", "此处类型为 text，需要 money(2)。"), "record.shop.code", 1)),
    case("only: it.active", "only: it.code", expressed(
        "      good:", "fields.lines.fields.good.only", "type",
        ("This is text; boolean is needed here.", "此处类型为 text，需要 boolean。"), "it.code", 1)),
    case("only: it.active", "only: row.actve", expressed(
        "      good:", "fields.lines.fields.good.only", "unknown_field",
        ("row(request.lines) has no field 'actve'.", "row(request.lines) 没有字段 'actve'。"), "row.actve", 1)),
    case("at_most: row.asked", "at_most: row.good", expressed(
        "      given:", "fields.lines.fields.given.at_most", "type",
        ("This is reference(good); quantity(6) is needed here.", "此处类型为 reference(good)，需要 quantity(6)。"),
        "row.good", 1)),
    case('compute: "round(row.given * row.cost, 2)"', 'compute: "row.given * row.cost"', expressed(
        "      value:", "fields.lines.fields.value.compute", "scale",
        ("This has up to 8 places; money(2) keeps 2.", "结果最多 8 位小数，money(2) 只保留 2 位。"),
        "row.given * row.cost", 1, "round(..., 2)")),
    case("check: record.shop.open", "check: record.shop", expressed(
        "known_shop", "rules.known_shop.check", "type",
        ("This is reference(shop); boolean is needed here.", "此处类型为 reference(shop)，需要 boolean。"),
        "record.shop", 1)),
    case("default: actor.store", "default: actor.shop", expressed(
        "  shop:", "fields.shop.default", "unknown_field",
        ("reference(human) has no field 'shop'.", "reference(human) 没有字段 'shop'。"), "actor.shop", 1)),
    case("default: actor.store", "default: \"'S1'\"", expressed(
        "  shop:", "fields.shop.default", "type",
        ("This is text; reference(shop) is needed here.", "此处类型为 text，需要 reference(shop)。"), "'S1'", 1)),
    case("  reason: {type: choice, options: reason, required: true}",
         "  reason: {type: choice, options: reason, required: \"record.reason == 'gift'\"}", expressed(
        "  reason:", "fields.reason.required", "unknown_option",
        ("There is no option 'gift'.", "没有选项 'gift'。"), "record.reason == 'gift'", 18,
        "One of: refill, other.")),
    case("  reason: {type", "  note: {type: text, visible: \"today\"}\n  reason: {type", expressed(
        "  note:", "fields.note.visible", "type",
        ("This is date; boolean is needed here.", "此处类型为 date，需要 boolean。"), "today", 1)),
    case("check: record.shop.open", "check: \"record.shop.open and\"", expressed(
        "known_shop", "rules.known_shop.check", "syntax",
        ("This cannot be read.", "无法识别此表达式。"), "record.shop.open and", 20)),
]  # fmt: skip


@pytest.mark.parametrize("wrong", EXPRESSIONS, ids=named)
def test_an_expression_is_told_with_its_column_and_its_text(wrong: Case) -> None:
    assert_told(REQUEST_FILE, wrong)


# What the engine is told of masters

TOLD = [
    (SHOP_FILE, case("parent: region", "parent: regon", unknown(
        "", "", "regon", ("a field of this form (org_unit.parent)", "此表单的字段（org_unit.parent）"), "region"))),
    (GOOD_FILE, case("unit: unit,", "unit: units,", unknown(
        "", "", "units", ("a field of this form (ledger.unit)", "此表单的字段（ledger.unit）"), "unit"))),
    (HUMAN_FILE, case("account: login,", "account: logins,", unknown(
        "", "", "logins", ("a field of this form (account.account)", "此表单的字段（account.account）"), "login"))),
    (SHOP_FILE, case("list: [code,", "list: [kode,", unknown("", "", "kode", FIELD, "code"))),
    (SHOP_FILE, case("ledger: {place: {kind: shop, negative: forbidden}}", "ledger: {}", Told(
        "ledger", "ledger", "shape", "Not allowed: minProperties 1.", "不允许：minProperties 1。"))),
    (SHOP_FILE, case("ledger: {place: {kind: shop,", "ledger: {place: {", missing(
        "ledger.place", "kind", "ledger:"))),
    (GOOD_FILE, case("  active: {type: boolean,", "  active: {type: bool,", Told(
        "  active:", "fields.active.type", "not_an_option",
        "'bool' is not one of: attachment, barcode, boolean, choice, choices, date, decimal, image, integer, long_text,"
        " moment, money, org_unit, person, quantity, reference, serials, signature, text, url, table.",
        "“bool”不在其中：attachment, barcode, boolean, choice, choices, date, decimal, image, integer, long_text,"
        " moment, money, org_unit, person, quantity, reference, serials, signature, text, url, table。",
        "Did you mean 'boolean'?"))),
    (HUMAN_FILE, case("form: human", "form: humans", Told(
        "form:", "form", "file_name",
        "The file 'human.yaml' defines 'humans'.", "文件“human.yaml”定义了“humans”。"))),
]  # fmt: skip


@pytest.mark.parametrize(("file", "wrong"), TOLD, ids=named)
def test_what_the_engine_is_told_of_a_master_must_be_there(file: str, wrong: Case) -> None:
    assert_told(file, wrong)


def test_every_field_that_is_missing_in_a_workflow_is_told_in_the_workflow() -> None:
    """A field that is taken away is missed wherever it was named, each time at its own line."""
    gone = case(
        "  reason: {type: choice, options: reason, required: true}\n",
        "",
        unknown("  draft:", "states.draft", "reason", FIELD, file=FLOW_FILE),
    )
    assert_told(REQUEST_FILE, gone)
