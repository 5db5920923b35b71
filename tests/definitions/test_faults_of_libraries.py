"""What surrounds forms and workflows: library file, facts, roles, policy lines, notices. Each fault at its line."""

from __future__ import annotations

import pytest

from engine.definitions.findings import Findings
from engine.definitions.loading import load_documents
from tests.definitions.faulty import Case, Told, assert_told, case, loaded, named, sample
from tests.definitions.sample import FILES, FLOW_FILE, LIBRARY_FILE, POLICY_FILE, ROLES_FILE, VOCABULARY

NOTICE_FILE = "templates/notices/told.yaml"
STOCK = "p, boss, stock, see, chain"
SEND = "p, clerk, request, send, own"
ROLE, FORM = ("a role", "角色"), ("a form", "表单")


def unknown(at: str, path: str, word: str, what: tuple[str, str], hint: str = "", file: str = "") -> Told:
    en, zh = f"'{word}' is not {what[0]}.", f"“{word}”不是{what[1]}。"
    return Told(at, path, "unknown_name", en, zh, f"Did you mean '{hint}'?" if hint else "", file)


# Policy lines


def line(at: str, en: str, zh: str, hint: str = "") -> Told:
    return Told(at, "", "policy_line", en, zh, hint)


CELLS = "A line is 'p, role, object, action, where'.", "每行格式为“p, 角色, 对象, 操作, 范围”。"
PLAIN = "Role, object and action are plain names.", "角色、对象和操作必须是普通名称。"


def nowhere(at: str, word: str, hint: str = "") -> Told:
    listed = "own, below, region, chain"
    en, zh = f"'{word}' is not one of: {listed}.", f"“{word}”不在其中：{listed}。"
    return line(at, en, zh, f"Did you mean '{hint}'?" if hint else "")


LINES = [
    case(STOCK, "p, boss, stock, see", line("p, boss, stock", *CELLS)),
    case(STOCK, STOCK + ", allow", line("p, boss, stock", *CELLS)),
    case(STOCK, "g, boss, stock, see, chain", line("g, boss", *CELLS)),
    case(STOCK, "P, boss, stock, see, chain", line("P, boss", *CELLS)),
    case(STOCK, "nonsense", line("nonsense", *CELLS)),
    case(STOCK, "p, Boss, stock, see, chain", line("p, Boss", *PLAIN)),
    case(STOCK, "p, , stock, see, chain", line("p, , stock", *PLAIN)),
    case(STOCK, "p, boss, *, see, chain", line("p, boss, *", *PLAIN)),
    case(STOCK, "p, boss, a.b.c.d, see, chain", line("p, boss, a.b", *PLAIN)),
    case(STOCK, "p, boss, stock, see|act, chain", line("p, boss, stock", *PLAIN)),
    case(STOCK, "p, boss, stock, see, all", nowhere("p, boss, stock", "all")),
    case(STOCK, "p, boss, stock, see, belo", nowhere("p, boss, stock", "belo", "below")),
    case(STOCK, "p, boss, stock, see, Chain", nowhere("p, boss, stock", "Chain", "chain")),
    case(STOCK, f"{STOCK}\n{STOCK} # again", Told(
        "# again", "", "duplicate", "This line stands here twice.", "此行重复。")),
    case(STOCK, "remove, boss, stock, see, own", Told(
        "remove, boss", "", "nothing_to_remove",
        "No line grants this, so it cannot be removed.", "没有授予此权限的行，无法移除。")),
    case(STOCK, "p, bos, stock, see, chain", unknown("p, bos,", "", "bos", ROLE, "boss")),
    case(STOCK, "p, boss, stocks, see, chain", unknown("p, boss, stocks", "", "stocks", FORM, "stock")),
    case("request.total", "request.totals", unknown(
        "request.totals", "", "totals",
        ("a field of 'request'", "“request”的字段"), "total")),
    case("p, clerk, request, create, own", "p, clerk, request, creat, own", unknown(
        "request, creat,", "", "creat", ("an action of 'request'", "“request”的操作"), "create")),
    case(SEND + "\n", "", Told(
        "  send:\n", "transitions.send", "not_granted",
        "No line of the policy grants 'send' of 'request' to those who may take it.",
        "权限策略没有把“request”的“send”授予可执行它的人。", "p, role, request, send, own", FLOW_FILE)),
    case(SEND, "p, boss, request, send, chain", Told(
        "  send:\n", "transitions.send", "not_granted",
        "No line of the policy grants 'send' of 'request' to those who may take it.",
        "权限策略没有把“request”的“send”授予可执行它的人。", "p, role, request, send, own", FLOW_FILE)),
]  # fmt: skip


@pytest.mark.parametrize("wrong", LINES, ids=named)
def test_a_line_of_the_policy_that_grants_nothing_sound_is_told(wrong: Case) -> None:
    assert_told(POLICY_FILE, wrong)


GOOD_LINES = [
    (f"  {STOCK}  ", ("boss", "stock", "see", "chain")),
    ("p,boss,stock,see,chain", ("boss", "stock", "see", "chain")),
    (f"{STOCK} # for stock-taking, twice a year", ("boss", "stock", "see", "chain")),
    (f"# before\n\n\t\n{STOCK}", ("boss", "stock", "see", "chain")),
    ("p, boss, request.lines.cost, see, below", ("boss", "request.lines.cost", "see", "below")),
    ("p, clerk, request, bulk, region", ("clerk", "request", "bulk", "region")),
    ("p, boss, definitions, edit, chain", ("boss", "definitions", "edit", "chain")),
]


@pytest.mark.parametrize(("words", "read"), GOOD_LINES)
def test_a_sound_line_of_the_policy_is_read_however_it_is_spaced(words: str, read: tuple[str, ...]) -> None:
    found = loaded((POLICY_FILE, STOCK, words))
    assert found.findings == ()
    assert found.library is not None
    assert read in found.library.rights.lines
    place = found.library.rights.places[read]  # type: ignore[index]
    assert (place.file, place.line) == (
        POLICY_FILE,
        FILES[POLICY_FILE][: FILES[POLICY_FILE].index(STOCK)].count("\n") + words.count("\n") + 1,
    )


def test_a_line_may_be_taken_away_and_given_again_in_the_same_file() -> None:
    found = loaded((POLICY_FILE, STOCK, f"{STOCK}\nremove, boss, stock, see, chain"))
    assert found.library is not None, found.findings
    assert ("boss", "stock", "see", "chain") not in found.library.rights.lines
    again = loaded((POLICY_FILE, STOCK, f"{STOCK}\nremove, boss, stock, see, chain\n{STOCK}"))
    assert again.library is not None, again.findings
    assert again.library.rights.lines[-1] == ("boss", "stock", "see", "chain")


# Roles

ROLES = [
    case("excludes: [boss]", "excludes: [bss]", unknown("", "roles.clerk.excludes", "bss", ROLE, "boss")),
    case("  boss: {title", "  admin: {title: {en: A}, purpose: {en: A}}\n  boss: {title", Told(
        "", "roles.admin", "reserved", "'admin' is a word of the engine.", "“admin”是系统保留字。")),
    case("  boss: {title", "  Boss: {title", Told(
        "  Boss", "roles.Boss", "name",
        "'Boss' is not a name (small letters, digits and _, beginning with a letter).",
        "“Boss”不是名称（小写字母、数字和下划线，以字母开头）。")),
    case("excludes: [boss]", "exclude: [boss]", Told(
        "  clerk: {", "roles.clerk.exclude", "unknown_word",
        "'exclude' is not known here.", "此处没有“exclude”。", "Did you mean 'excludes'?")),
    case("excludes: [boss]", "excludes: boss", Told(
        "  clerk: {", "roles.clerk.excludes", "type",
        "Expected a list, found 'boss'.", "应为列表，实为 'boss'。")),
    case("title: {en: Boss, zh: 主管}, ", "", Told(
        "  boss: {", "roles.boss", "missing", "'title' is missing.", "缺少“title”。")),
    case("title: {en: Boss, zh: 主管}", "title: {en: Boss, fr: Chef}", Told(
        "  boss: {", "roles.boss.title.fr", "unknown_word", "'fr' is not known here.", "此处没有“fr”。")),
    case("title: {en: Boss, zh: 主管}", "title: {}", Told(
        "  boss: {", "roles.boss.title", "shape", "Not allowed: minProperties 1.", "不允许：minProperties 1。")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", ROLES, ids=named)
def test_a_role_that_is_not_one_is_told(wrong: Case) -> None:
    assert_told(ROLES_FILE, wrong)


# The library file and its facts

FOR, WHERE, OVER, SUM = "    for: {", "    where:", "    over:", "    sum:"
KEY = "facts.open_requests.where"


def fact_key(name: str) -> Told:
    en = f"The condition must say what '{name}' equals, such as 'row.{name} == {name}'."
    return Told(WHERE, KEY, "fact_key", en, f"条件必须写明“{name}”等于什么，例如“row.{name} == {name}”。")


def loose(words: str) -> Told:
    en, zh = f"A parameter may only stand in 'x == parameter': {words}", f"参数只能写成“x == 参数”：{words}"
    return Told(WHERE, KEY, "fact_key", en, zh)


def gone(column: int) -> Told:
    """The guard that asks the fact misses it as well."""
    words = "open_requests(record.shop, first(lines.good)) < 100"
    return Told(
        "      room:",
        "transitions.submit.guard.room.check",
        "unknown_word",
        f"There is no word 'open_requests'. (column {column} of '{words}')",
        f"没有 'open_requests' 这个词。（“{words}”第 {column} 列）",
        file=FLOW_FILE,
    )


FACTS = [
    case("it.shop == shop and ", "", fact_key("shop"), gone(1)),
    case("it.shop == shop and row.good == good", "it.shop == row.good and row.good == good", Told(
        WHERE, KEY, "type", "reference(shop) cannot be compared so with reference(good). (column 1 of 'it.shop =="
        " row.good and row.good == good and it.state in ['review', 'open']')",
        "reference(shop) 与 reference(good) 不能这样比较。（“it.shop == row.good and row.good == good and it.state in"
        " ['review', 'open']”第 1 列）"), gone(1)),
    case("row.good == good", "row.good != good", fact_key("good"), loose("row.good != good"), gone(1)),
    case("row.good == good", "(row.good == good or it.shop == shop)",
         fact_key("good"), loose("row.good == good or it.shop == shop"), gone(1)),
    case("row.good == good", "row.good == good and good == row.good", loose("good == row.good"), gone(1)),
    case("over: request.lines", "over: requests.lines", unknown(
        OVER, "facts.open_requests.over", "requests", FORM, "request"), gone(1)),
    case("over: request.lines", "over: request.line", unknown(
        OVER, "facts.open_requests.over", "line", ("a table of 'request'", "“request”的表格"), "lines"), gone(1)),
    case("good: good}\n    sum", "good: god}\n    sum", unknown(
        FOR, "facts.open_requests.for.good", "god", ("a form or a type", "表单或类型"), "good"),
         Told(WHERE, KEY, "type", "reference(good) cannot be compared so with text. (column 21 of 'it.shop == shop and"
              " row.good == good and it.state in ['review', 'open']')",
              "reference(good) 与 text 不能这样比较。（“it.shop == shop and row.good == good and it.state in"
              " ['review', 'open']”第 21 列）", "Compare one of its fields, such as its code."),
         gone(1)),
    case("sum: row.asked - otherwise(row.given, 0)", "sum: row.askd", Told(
        SUM, "facts.open_requests.sum", "unknown_field",
        "row(request.lines) has no field 'askd'. (column 1 of 'row.askd')",
        "row(request.lines) 没有字段 'askd'。（“row.askd”第 1 列）", "Did you mean 'asked'?"), gone(1)),
    case("except: this_record", "except: others", Told(
        "    except:", "facts.open_requests.except", "not_an_option",
        "'others' is not one of: this_record.", "“others”不在其中：this_record。")),
    case("role: boss}", "role: bossy}", unknown("", "founder.role", "bossy", ROLE, "boss")),
    case("currency: CNY", "currency: Yuan", Told(
        "currency", "currency", "name", "'Yuan' is not of the form ^[A-Z]{3}$.", "“Yuan”不是^[A-Z]{3}$ 形式。")),
    case("fiscal_year_starts: 4", "fiscal_year_starts: 13", Told(
        "fiscal_year", "fiscal_year_starts", "shape", "Not allowed: maximum 12.", "不允许：maximum 12。")),
    case("    other: {en: Other, zh: 其他}", "    oth er: {en: Other, zh: 其他}", Told(
        "    oth er", "options.reason.oth er", "name",
        "'oth er' is not the value of an option (letters, digits and _ . -).",
        "“oth er”不是选项值（字母、数字和 _ . -）。")),
]  # fmt: skip


@pytest.mark.parametrize("wrong", FACTS, ids=named)
def test_what_the_library_says_of_itself_is_checked(wrong: Case) -> None:
    assert_told(LIBRARY_FILE, wrong)


GOOD_FACTS = [
    ("row.good == good", "good == row.good", {"shop": "it.shop", "good": "row.good"}),
    ("it.shop == shop and row.good == good", "row.good == good and shop == it.shop",
     {"shop": "it.shop", "good": "row.good"}),
    ("it.shop == shop", "(it.shop == shop and it.total > 5)", {"shop": "it.shop", "good": "row.good"}),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "keys"), GOOD_FACTS)
def test_a_fact_is_kept_by_its_keys_whichever_side_they_stand_on(old: str, new: str, keys: dict[str, str]) -> None:
    found = loaded((LIBRARY_FILE, old, new))
    assert found.library is not None, found.findings
    fact = found.library.facts["open_requests"]
    (source,) = fact.sources
    assert {name: each.text for name, each in source.keys.items()} == keys
    assert list(source.keys) == ["shop", "good"]
    assert source.where is not None
    assert "shop" not in {words[0] for words in source.where.names}


# Notices

SAYS = (
    "A notice is words and values such as {{ record.number }}, nothing else in braces.",
    "通知只能包含文字与取值（如 {{ record.number }}），大括号中不能有其他内容。",
)
BAD_NOTICES = [
    "{{ record }}", "{{ record.number.upper() }}", "{{ record.a.b.c.d.e }}", "{{ 7 * 7 }}", "{{ config }}",
    "{{ record.__class__ }}", "{{ record['number'] }}", "{{ record.number | safe }}", "{{ record.number",
    "{% if record.number %}x{% endif %}", "{# hidden #}", "{{ record.Number }}",
    "{{ record.number | default(record) }}",
    "{{ record.number | default('{{ x }}') }}", "{{{{ record.number }}}}", "{{\nrecord.number }}",
]  # fmt: skip
GOOD_NOTICES = [
    "It is sent.", "{{ record.number }}", "{{record.number}}", "{{ title }}: {{ record.shop.region.code }}",
    "{{ record.total | default('-') }}", "{{ record.a.b.c.d }}", "50 % { off }", "a } b { c", "{ % }",
]  # fmt: skip


def notice(words: str, language: str) -> tuple[str, str, str]:
    """The sample's notice with these words in one language."""
    said = {"en": "It is sent.", "zh": "已发出。"} | {language: words}
    quoted = ", ".join(f"{name}: '{each.replace(chr(39), chr(39) * 2)}'" for name, each in said.items())
    return NOTICE_FILE, "text: {en: It is sent., zh: 已发出。}", f"text: {{{quoted}}}".replace("\n", "\n\n  ")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("words", BAD_NOTICES)
def test_a_notice_runs_nothing(words: str, language: str) -> None:
    found = loaded(notice(words, language))
    assert [(each.file, each.path, each.code) for each in found.findings] == [
        (NOTICE_FILE, f"text.{language}", "notice")
    ]
    assert (found.findings[0].message["en"], found.findings[0].message["zh"]) == SAYS


@pytest.mark.parametrize("words", GOOD_NOTICES)
def test_a_notice_is_words_and_values(words: str) -> None:
    found = loaded(notice(words, "en"))
    assert found.findings == ()
    assert found.library is not None
    assert found.library.templates["told"]["en"] == words


# Files that define one thing


def test_a_definition_stands_in_one_file_only() -> None:
    again = next(each for each in sample() if each.name == "good" and each.kind == "form")
    twice = type(again)("form", "good", 0, "form_definitions/other/good.yaml", again.text)
    found = load_documents([*sample(), twice], VOCABULARY, findings=Findings())
    assert [(each.file, each.line, each.code) for each in found.findings] == [(twice.path, 1, "duplicate")]
    assert found.findings[0].message["en"] == (
        "'good' is defined in form_definitions/masters/good.yaml already; change it by an overlay."
    )
    assert found.findings[0].message["zh"] == "“good”已在 form_definitions/masters/good.yaml 中定义；请用覆盖层修改。"


def test_a_workflow_for_a_form_that_has_one_already_is_told() -> None:
    words = next(each for each in sample() if each.name == "good" and each.kind == "workflow").text
    other = type(sample()[0])("workflow", "goods", 0, "workflow_definitions/goods.yaml",
                              words.replace("workflow: good", "workflow: goods"))  # fmt: skip
    found = load_documents([*sample(), other], VOCABULARY, findings=Findings())
    assert [(each.file, each.path) for each in found.findings] == [(other.path, "form")]
    assert found.library is None


def test_a_library_without_its_file_is_told_and_nothing_else_is() -> None:
    rest = [each for each in sample() if each.kind != "library"]
    found = load_documents(rest, VOCABULARY, findings=Findings())
    assert [(each.code, each.message["en"], each.message["zh"]) for each in found.findings] == [
        ("no_library", "There is no form_definitions/library.yaml.", "缺少 form_definitions/library.yaml。")
    ]
