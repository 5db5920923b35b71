"""What type an expression has, and why another has none: each word with its column, both sentences and a hint."""

from __future__ import annotations

import pytest

from engine.expressions import ExpressionFault, Type
from engine.expressions.kinds import named
from tests.expressions.deeds import compiled

TYPES = [
    # numbers: sums keep the finest scale, products add them up, a division has twelve
    ("1", "integer"),
    ("1.5", "decimal(1)"),
    ("1.50", "decimal(2)"),
    ("record.n + record.m", "integer"),
    ("record.n * record.m", "integer"),
    ("record.n + 0.5", "decimal(1)"),
    ("record.rate + 0.25", "decimal(3)"),
    ("record.n / record.m", "decimal(12)"),
    ("record.total + 1", "money(2)"),
    ("record.total + 0.125", "money(3)"),
    ("record.total - record.cost", "money(2)"),
    ("record.total * record.rate", "money(5)"),
    ("record.total * record.q", "money(8)"),
    ("record.q * record.q", "quantity(12)"),
    ("record.q * 2", "quantity(6)"),
    ("2 * record.q", "quantity(6)"),
    ("record.total / record.cost", "decimal(12)"),
    ("record.total / record.q", "money(12)"),
    ("record.total / 3", "money(12)"),
    ("record.q / record.p", "decimal(12)"),
    ("record.q / 3", "quantity(12)"),
    ("-record.total", "money(2)"),
    ("abs(record.q)", "quantity"),
    ("round(record.q)", "quantity(0)"),
    ("round(record.q, 3)", "quantity(3)"),
    ("round(record.rate)", "integer"),
    ("round(record.rate, 6)", "decimal(3)"),
    ("round(record.total * record.q, 2)", "money(2)"),
    ("round(record.n, 2)", "integer"),
    ("floor(record.total)", "money(0)"),
    ("ceil(record.rate)", "integer"),
    ("multiple_up(record.q, 12)", "quantity(6)"),
    ("multiple_up(record.n, 12)", "integer"),
    ("min(record.n, 2.5)", "decimal(1)"),
    ("max(record.total, 0)", "money(2)"),
    ("otherwise(record.e, 0)", "quantity(6)"),
    ("otherwise(empty, 7)", "integer"),
    ("record.n if record.yes else 0.5", "decimal(1)"),
    ("empty if record.yes else record.total", "money(2)"),
    # over rows
    ("sum(lines.a)", "quantity"),
    ("sum(lines, row.a * row.b)", "money(8)"),
    ("sum(lines.n)", "integer"),
    ("count(lines)", "integer"),
    ("count(lines, row.ok)", "integer"),
    ("any(lines, row.a > 1)", "boolean"),
    ("all(lines.ok)", "boolean"),
    ("first(lines.item)", "reference(item)"),
    ("first(lines.item).pack", "integer"),
    ("distinct(lines.item)", "list(reference(item))"),
    ("max(lines.day)", "date"),
    ("min(lines, row.tag)", "text"),
    ("lines.a", "list(quantity)"),
    ("record.tags", "list(choice)"),
    # texts, days, moments
    ("record.note + record.state", "text"),
    ("lower(record.note)", "text"),
    ("len(record.note)", "integer"),
    ("record.state if record.yes else 'draft'", "choice"),
    ("record.state if record.yes else record.note", "text"),
    ("record.state if record.yes else record.level", "choice"),
    ("date(record.at)", "date"),
    ("date('2026-02-28')", "date"),
    ("add_days(record.day, record.n)", "date"),
    ("days_between(record.day, today)", "integer"),
    ("age(record.at)", "integer"),
    ("year(record.day)", "integer"),
    ("now", "moment"),
    ("max(record.at, now)", "moment"),
    # records, places, the outside
    ("record.store", "reference(store)"),
    ("record.store.region.code", "text"),
    ("record.store.damaged", "place"),
    ("chain.loss if record.yes else record.store", "place"),
    ("[record.store, record.other]", "list(reference(store))"),
    ("[1, 2.50]", "list(decimal(2))"),
    ("['a', empty]", "list(text)"),
    ("on_hand(row.item, record.store)", "quantity"),
    ("lookup('price', item=row.item).amount", "money(2)"),
    ("limit('deed', 'first')", "decimal(6)"),
    ("traced(record, 'receipt')", "list(reference(receipt))"),
    ("traced(record, 'receipt.lines')", "table(receipt.lines)"),
    ("agreed(record.total)", "money(2)"),
    ("changed(record.total)", "boolean"),
    ("record.total in [1, 2]", "boolean"),
    ("empty(record.lines)", "boolean"),
]


@pytest.mark.parametrize(("text", "type_"), TYPES)
def test_an_expression_has_the_type_that_its_parts_give(text: str, type_: str) -> None:
    assert named(compiled(text).type) == type_


FAULTS = [
    # text, column, code, English, Chinese, hint
    ("", 1, "syntax", "Something is missing at the end.", "表达式不完整。", ""),
    ("   ", 4, "syntax", "Something is missing at the end.", "表达式不完整。", ""),
    ("(1", 2, "syntax", "Something is missing at the end.", "表达式不完整。", ""),
    ("1)", 2, "syntax", "This bracket closes nothing.", "括号不匹配。", ""),
    ("(1]", 3, "syntax", "This bracket closes nothing.", "括号不匹配。", ""),
    ("'a' 'b'", 5, "syntax", "Two texts side by side; join them with +.", "两段文本请用 + 连接。", ""),
    ("1 +", 3, "syntax", "This cannot be read.", "无法识别此表达式。", ""),
    ("'仓库", 1, "text", "This text does not end, or holds a line break or an unknown escape.",
     "文本未结束，或包含换行或未知转义。", ""),
    ("1 + 1_000", 5, "number", "Numbers are plain digits such as 12 or 0.25.", "数字须为普通格式，如 12 或 0.25。", ""),
    (".5", 1, "number", "Numbers are plain digits such as 12 or 0.25.", "数字须为普通格式，如 12 或 0.25。", ""),
    ("1 + ９", 5, "number", "Numbers are plain digits such as 12 or 0.25.", "数字须为普通格式，如 12 或 0.25。", ""),
    ("9223372036854775808", 1, "number", "This number is too large.", "数字过大。", ""),
    ("0.0000001", 1, "number", "A number has at most 6 places and 64 bits.", "数字最多 6 位小数且不超过 64 位。", ""),
    ("_n > 1", 1, "name", "Names begin with a letter from a to z; texts have no prefix.",
     "名称须以字母开头；文本前不能有前缀。", ""),
    ("数量 > 1", 1, "name", "Names begin with a letter from a to z; texts have no prefix.",
     "名称须以字母开头；文本前不能有前缀。", ""),
    ("record.n & 1", 10, "character", "This character is not allowed.", "不允许使用此字符。", ""),
    ("record.n > 5；", 13, "character", "This character is not allowed.", "不允许使用此字符。", ""),
    ("record.n\x00", 9, "character", "This character is not allowed.", "不允许使用此字符。", ""),
    ("'" + "仓" * 3 + "' == recrd.note", 10, "unknown_name", "There is no 'recrd' here.", "此处没有 'recrd'。",
     "Did you mean 'record'?"),
    ("record.nots", 1, "unknown_field", "reference(deed) has no field 'nots'.",
     "reference(deed) 没有字段 'nots'。", "Did you mean 'note'?"),
    ("record.store.kode", 1, "unknown_field", "reference(store) has no field 'kode'.",
     "reference(store) 没有字段 'kode'。", "Did you mean 'code'?"),
    ("record.note.length", 1, "unknown_field", "text has no field 'length'.", "text 没有字段 'length'。", ""),
    ("sum(lines.qty)", 5, "unknown_field", "table(deed.lines) has no field 'qty'.",
     "table(deed.lines) 没有字段 'qty'。", ""),
    ("roundup(record.q)", 1, "unknown_word", "There is no word 'roundup'.", "没有 'roundup' 这个词。",
     "Did you mean 'round'?"),
    ("record.note(1)", 1, "not_allowed", "Only words can be asked, not fields.", "只能调用语言中的词。", ""),
    ("round", 1, "unknown_name", "There is no 'round' here.", "此处没有 'round'。",
     "It is asked with brackets: round(row.a * row.b, 2)"),
    ("record.n + record.note", 12, "type", "This is text; number is needed here.", "此处类型为 text，需要 number。",
     ""),
    ("record.day + 1", 1, "type", "This is date; number is needed here.", "此处类型为 date，需要 number。",
     "Use days_between or add_days."),
    ("record.total * record.cost", 1, "type", "money(2) * money(2) has no meaning.", "money(2) * money(2) 没有意义。",
     ""),
    ("record.total + record.q", 1, "type", "money(2) + quantity has no meaning.", "money(2) + quantity 没有意义。", ""),
    ("1 / record.total", 1, "type", "integer / money(2) has no meaning.", "integer / money(2) 没有意义。", ""),
    ("record.q / record.total", 1, "type", "quantity / money(2) has no meaning.", "quantity / money(2) 没有意义。", ""),
    ("record.q * record.q * record.q", 1, "scale", "This has too many places.", "小数位过多。",
     "Round a part of it first: round(x, 2)."),
    ("record.n % 2", 10, "character", "This character is not allowed.", "不允许使用此字符。", ""),
    ("record.n ** 2", 1, "not_allowed", "This operator is not in the language.", "不支持此运算符。", ""),
    ("+record.n", 1, "not_allowed", "This operator is not in the language.", "不支持此运算符。", ""),
    ("not record.n", 5, "type", "This is integer; boolean is needed here.", "此处类型为 integer，需要 boolean。",
     "Compare it with something."),
    ("record.n and record.yes", 1, "type", "This is integer; boolean is needed here.",
     "此处类型为 integer，需要 boolean。", "Compare it with something."),
    ("record.n == empty", 1, "type", "Comparing with empty gives empty.", "与空值比较结果为空。", "Ask empty(x)."),
    ("record.yes < record.no", 1, "type", "boolean cannot be compared so with boolean.",
     "boolean 与 boolean 不能这样比较。", ""),
    ("record.store == 'S01'", 1, "type", "reference(store) cannot be compared so with text.",
     "reference(store) 与 text 不能这样比较。", "Compare one of its fields, such as its code."),
    ("record.day < record.at", 1, "type", "date cannot be compared so with moment.", "date 与 moment 不能这样比较。",
     "Take the day of the moment: date(x)."),
    ("'He' in record.note", 9, "type", "This is text; list is needed here.", "此处类型为 text，需要 list。",
     "Use contains(x, y) for a part of a text."),
    ("record.n in []", 13, "list", "A list has 1 to 1,000 elements.", "列表须有 1 至 1,000 个元素。", ""),
    ("record.n in ['a']", 1, "type", "This is integer; text is needed here.", "此处类型为 integer，需要 text。", ""),
    ("record.state in ['drafft']", 18, "unknown_option", "There is no option 'drafft'.", "没有选项 'drafft'。",
     "Did you mean 'draft'?"),
    ("record.n if record.yes else 'a'", 29, "type", "This is text; integer is needed here.",
     "此处类型为 text，需要 integer。", ""),
    ("round(record.q, 7)", 17, "arguments", "The places are written out, 0 to 6.", "小数位须直接写出，0 至 6。", ""),
    ("round(record.q, record.n)", 17, "arguments", "The places are written out, 0 to 6.",
     "小数位须直接写出，0 至 6。", ""),
    ("len()", 1, "arguments", "len takes text.", "len 的参数：text。", "Such as len(record.carrier)"),
    ("round(record.q, places=2)", 1, "arguments", "round takes no named arguments.", "round 不接受命名参数。", ""),
    ("date('2026-02-30')", 6, "arguments", "A day is written as '2026-03-31'.", "日期须写作 '2026-03-31'。", ""),
    ("date('26-02-03')", 6, "arguments", "A day is written as '2026-03-31'.", "日期须写作 '2026-03-31'。", ""),
    ("lookup(record.note, item=row.item)", 8, "literal", "A written text is needed here.", "此处需要直接书写的文本。",
     ""),
    ("on_hand(row.item, record.store, when=now)", 1, "arguments", "on_hand does not take 'when' here.",
     "on_hand 此处不接受 'when'。", ""),
    ("on_hand(row.item)", 1, "arguments", "on_hand takes 2 to 3 values.", "on_hand 需要 2 至 3 个值。", ""),
    ("sum(record.n)", 5, "type", "This is integer; table is needed here.", "此处类型为 integer，需要 table。",
     "Such as sum(lines, row.approved * 2)"),
    ("sum(lines.tag)", 5, "type", "This is text; number is needed here.", "此处类型为 text，需要 number。", ""),
    ("agreed(record.total + 1)", 8, "arguments", "A field of record or of row is needed here.",
     "此处需要 record 或 row 的字段。", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "column", "code", "en", "zh", "hint"), FAULTS)
def test_a_fault_has_a_column_a_code_two_sentences_and_a_hint(
    text: str, column: int, code: str, en: str, zh: str, hint: str
) -> None:
    with pytest.raises(ExpressionFault) as caught:
        compiled(text)
    fault = caught.value
    assert (fault.code, fault.says["en"], fault.says["zh"]) == (code, en, zh)
    assert fault.column == column
    assert (fault.hint["en"] if fault.hint else "") == hint
    assert fault.hint is None or fault.hint["zh"] != fault.hint["en"]
    located = fault.at("/filter")
    assert (located.path, located.code, located.says, located.params["column"]) == ("/filter", code, fault.says, column)
    assert str(fault) == f"{code} at {column}: {en}"


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (Type("reference", form="store"), "reference(store)"),
        (Type("reference"), "reference"),
        (Type("row", form="deed", table="lines"), "row(deed.lines)"),
        (Type("list", of=Type("list", of=Type("money", scale=2))), "list(list(money(2)))"),
        (Type("list"), "list"),
        (Type("quantity"), "quantity"),
        (Type("decimal", scale=0), "decimal(0)"),
        (Type("integer", scale=3), "integer"),
        (Type("choice", options=("a",)), "choice"),
    ],
)
def test_a_type_is_named_as_a_person_reads_it(of: Type, words: str) -> None:
    assert named(of) == words
