"""The reader at its bounds: the last that is taken and the first that is not, and data that comes back as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.reader import (
    DEEPEST,
    LARGEST,
    LONGEST_LINE,
    MOST_NODES,
    Unreadable,
    dotted,
    normalise,
    read_yaml,
)


def refusal(words: str | bytes) -> tuple[str, int, str, str, str]:
    """Code, line, path and both sentences of a refusal."""
    with pytest.raises(Unreadable) as refused:
        read_yaml(words, "f.yaml")
    found = refused.value.finding
    assert (found.file, found.severity) == ("f.yaml", "error")
    assert str(refused.value).startswith(f"f.yaml:{found.line}: {found.code}: ")
    return found.code, found.line, found.path, found.message["en"], found.message["zh"]


def lined(count: int) -> str:
    """A text of so many bytes, in lines that are short enough."""
    line = "# " + "x" * 997 + "\n"
    return line * (count // 1000) + "#" * (count % 1000)


# The last that is taken, the first that is not


def test_a_file_of_one_mebibyte_is_read_and_one_byte_more_is_not() -> None:
    assert read_yaml(lined(LARGEST), "f.yaml").data is None
    too_large = ("too_large", 1, "", "The file is larger than 1 MiB.", "文件超过 1 MiB。")
    assert refusal(lined(LARGEST + 1)) == too_large
    assert refusal(lined(LARGEST + 1).encode()) == too_large


def test_the_size_is_that_of_the_bytes_not_of_the_letters() -> None:
    line = "# " + "仓" * 9_000 + "\n"
    assert len(line * 39) < LARGEST // 2
    assert len((line * 38).encode()) < LARGEST < len((line * 39).encode())
    assert read_yaml(line * 38, "f.yaml").data is None
    assert refusal(line * 39)[0] == "too_large"


def test_a_line_has_a_longest_length_wherever_it_stands() -> None:
    longest = "a: " + "x" * (LONGEST_LINE - 3)
    assert read_yaml(f"b: 1\n{longest}\n", "f.yaml").data["a"] == "x" * (LONGEST_LINE - 3)
    assert refusal(f"b: 1\n{longest}x\n") == ("too_large", 2, "", "The line is too long.", "该行过长。")
    assert read_yaml(f"a: {'仓' * (LONGEST_LINE - 3)}", "f.yaml").data["a"][0] == "仓"


def test_so_many_entries_and_not_one_more() -> None:
    values = MOST_NODES - 2  # the map and its key are entries as well
    assert len(read_yaml("a:\n" + "- 1\n" * (values - 1), "f.yaml").data["a"]) == values - 1
    code, line, path, en, zh = refusal("a:\n" + "- 1\n" * values)
    assert (code, line, path) == ("too_large", values + 1, "a")
    assert (en, zh) == ("The file has too many entries. (column 3)", "文件条目过多。（第 3 列）")


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ("{a: ", "}")])
def test_so_deep_and_not_one_level_more(opens: str, closes: str) -> None:
    read_yaml(opens * DEEPEST + closes * DEEPEST, "f.yaml")
    code, line, path, en, zh = refusal(opens * (DEEPEST + 1) + closes * (DEEPEST + 1))
    assert (code, line) == ("too_deep", 1)
    assert path.count(".") == DEEPEST - 2
    assert en.startswith(f"Deeper than {DEEPEST} levels. (column ")
    assert zh.startswith(f"嵌套超过 {DEEPEST} 层。（第 ")


WHOLE = [
    ("9" * 18, 10**18 - 1),
    ("-" + "9" * 18, 1 - 10**18),
    ("9" * 19, "9" * 19),
    ("-0", "-0"),
    ("00", "00"),
    ("+1", "+1"),
    ("1 000", "1 000"),
    ("１", "１"),
    ("٣", "٣"),
    ("1,5", "1,5"),
    ("0b1", "0b1"),
    ("1:30:00", "1:30:00"),
    ("TRUE", "TRUE"),
    ("off", "off"),
    ("N", "N"),
    ("nil", "nil"),
]


@pytest.mark.parametrize(("words", "value"), WHOLE)
def test_a_plain_word_is_a_whole_number_only_when_it_can_be_nothing_else(words: str, value: Any) -> None:
    found = read_yaml(f"a: {words}", "f.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


# What cannot be seen is refused, what can be is not

UNSEEN = [
    *("\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x80", "\x85", "\x9f"),
    *("\u200b", "\u200d", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\ufeff", "\ud800"),
]
SEEN = ["é", "中", "\u00a0", "\u3000", "😀", "\u2026", "\u2013", "ﬁ", "\u0301"]


@pytest.mark.parametrize("character", UNSEEN, ids=lambda each: f"{ord(each):04x}")
def test_a_character_that_cannot_be_seen_is_refused_at_its_line(character: str) -> None:
    code, line, path, en, zh = refusal(f"a: 1\n# {character}\nb: 2\n")
    assert (code, line, path) in (("hidden_characters", 2, ""), ("encoding", 1, ""))
    assert (code == "encoding") == (character == "\ud800")
    assert code == "encoding" or (en, zh) == ("Here are characters that cannot be seen.", "此处含有不可见字符。")


@pytest.mark.parametrize("character", [each for each in UNSEEN if each not in ("\ud800", "\ufeff")],
                         ids=lambda each: f"{ord(each):04x}")  # fmt: skip
def test_nor_may_it_be_written_as_an_escape(character: str) -> None:
    code, line, path, en, _ = refusal(f'a: 1\nb:\n  c: "x\\u{ord(character):04x}y"\n')
    assert (code, line, path) == ("hidden_characters", 3, "b")
    assert en == "Here are characters that cannot be seen. (column 6)"


@pytest.mark.parametrize("character", SEEN, ids=lambda each: f"{ord(each):04x}")
def test_a_character_that_can_be_seen_is_read(character: str) -> None:
    assert read_yaml(f"a: x{character}y  # {character}\n", "f.yaml").data == {"a": f"x{character}y"}


# Where things stand


LINES = """\
# 1
a: 1

b:
  - x
  - {c: 2, d: [3,
     4]}
  # a remark
  - e:
      f: |
        two
        lines
      g: last
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 2),
        (("b",), 4),
        (("b", 0), 5),
        (("b", 1), 6),
        (("b", 1, "c"), 6),
        (("b", 1, "d", 0), 6),
        (("b", 1, "d", 1), 7),
        (("b", 2), 9),
        (("b", 2, "e", "f"), 10),
        (("b", 2, "e", "g"), 13),
        (("b", 2, "e", "nothing"), 9),
        (("b", 7, "e"), 4),
        (("nothing", "at", "all"), 2),
        ((), 2),
    ],
)
def test_every_value_knows_its_line_and_what_is_not_there_that_of_its_parent(path: Any, line: int) -> None:
    place = read_yaml(LINES, "f.yaml").place(path)
    assert (place.file, place.line, place.path) == ("f.yaml", line, dotted(path))


def test_a_repeated_key_is_told_at_its_second_line_with_its_column() -> None:
    found = refusal("a:\n  仓库: 1\n  b: 2\n  仓库: 3\n")
    assert found == (
        "duplicate_key",
        4,
        "a",
        "'仓库' stands here twice. (column 3)",
        "“仓库”重复出现。（第 3 列）",
    )


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("a: !!int 5", ("tag", 1, "", "Tags are not allowed. (column 4)", "不允许使用标签。（第 4 列）")),
        ("a: 1\nb: &x 1", ("alias", 2, "", "Anchors and aliases are not allowed. (column 4)",
                           "不允许使用锚点和别名。（第 4 列）")),
        ("a: 1\n---\nb: 1", ("documents", 2, "", "One file holds one document. (column 1)",
                             "一个文件只能有一个文档。（第 1 列）")),
        ("%YAML 1.2\n---\na: 1", ("directive", 2, "", "Directives are not allowed. (column 1)",
                                  "不允许使用指令。（第 1 列）")),
        ("a:\n  ? [b]\n  : 1", ("key", 2, "a", "A key must be a plain word. (column 5)",
                                "键必须是单个词。（第 5 列）")),
        ("a: {<<: 1}", ("merge_key", 1, "a", "Merge keys are not allowed. (column 5)",
                        "不允许使用合并键。（第 5 列）")),
        (b"a: \xe4\xbb", ("encoding", 1, "", "The file is not UTF-8.", "文件不是 UTF-8 编码。")),
    ],
)  # fmt: skip
def test_a_refusal_is_worded_in_both_languages_with_its_column(words: str | bytes, found: tuple[Any, ...]) -> None:
    assert refusal(words) == found


# What is written is what is read

KEYS = st.text("abcXYZ019_ -中文.é", min_size=1, max_size=6)
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(1 - 10**18, 10**18 - 1),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), max_size=12),
    st.sampled_from(["true", "no", "007", "12:30", "- x", "a: b", "#", "{x}", "'", '"', "\\", " x ", "null", "<<"]),
)
DATA = st.recursive(
    PLAIN, lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)), max_leaves=12
)


def written(value: Any) -> str:
    """As flow YAML that can be read in one way only: texts and keys in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(str(key))}: {written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value) if type(value) is int else {None: "null", True: "true", False: "false"}[value]


@settings(max_examples=50)
@given(st.dictionaries(KEYS, DATA, min_size=1, max_size=5))
def test_data_is_read_as_it_was_written_and_its_normal_form_says_the_same(data: dict[str, Any]) -> None:
    words = "\n".join(f"{written(key)}: {written(value)}" for key, value in data.items()) + "\n"
    assert read_yaml(words, "f.yaml").data == data
    normal = normalise(words)
    assert read_yaml(normal, "f.yaml").data == data
    assert normalise(normal) == normal
    assert normal.endswith("\n")
    assert not any(line.endswith((" ", "\t")) for line in normal.splitlines())


@pytest.mark.parametrize(
    ("words", "normal"),
    [
        ("a:   1\n", "a: 1\n"),
        ("a: 'x'\n", "a: x\n"),
        ('a: "x"\n', "a: x\n"),
        ("a: 'true'\n", 'a: "true"\n'),
        ("a: yes\n", "a: yes\n"),
        ("a: 0x1f\n", 'a: "0x1f"\n'),
        ("a: 1.50\n", 'a: "1.50"\n'),
        ("a: 5\n", "a: 5\n"),
        ("a: '5'\n", 'a: "5"\n'),
        ("a: record.total > 5\n", "a: record.total > 5\n"),
        ("a: 'x: y'\n", 'a: "x: y"\n'),
        ("a: ''\n", 'a: ""\n'),
        ("a:\n- 1\n- 2\n", "a:\n  - 1\n  - 2\n"),
        ("a:\n    b:\n        c: 1\n", "a:\n  b:\n    c: 1\n"),
        ("a: {b: 1,c: [x,y]}\n", "a: {b: 1, c: [x, y]}\n"),
        ("a: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
        ("a: 1", "a: 1\n"),
        ("a: 1\n\n\n", "a: 1\n"),
        ("a: |\n  one\n  two\n", "a: |\n  one\n  two\n"),
        ("# 注释\na: 中文 # 为什么\n", "# 注释\na: 中文 # 为什么\n"),
    ],
)
def test_the_normal_form_is_one_way_to_write_a_thing(words: str, normal: str) -> None:
    assert normalise(words) == normal


@pytest.mark.parametrize("words", ["", "\n", "# only a remark\n"])
def test_a_text_that_says_nothing_is_read_as_nothing_and_left_as_it_is(words: str) -> None:
    assert read_yaml(words, "f.yaml").data is None
    assert normalise(words) == words
