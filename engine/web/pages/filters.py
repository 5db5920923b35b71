"""What narrows a list, as chips that read like a sentence and as the form to which one adds. Used by `lists`.

The address is the state: every chip is a word of it, and a chip goes by following a plain link. What the words mean and
whether they are right, the API says; a page only tells it in titles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from engine.errors import Kind, Refusal, say, text
from engine.web.pages.cells import grouped
from engine.web.pages.visit import Visit

PREFIX = "f."
WRITTEN = frozenset({"text", "number", "day"})
"""How a list is narrowed by what is typed, as a whole or by its ends."""
KEPT = ("q", "filter", "sort")
"""Words of the address beside those of the fields; where one is, in which order."""
LONGEST_SHOWN = 80
_IS, _HAS = text("is", "为"), text("contains", "包含")
_FROM, _TO, _BETWEEN = text("is at least", "不低于"), text("is at most", "不高于"), text("is", "为")
_SINCE, _UNTIL = text("is from", "不早于"), text("is until", "不晚于")
_THROUGH, _OR = text("to", "至"), text(" or ", "或")
_WORDS, _WRITTEN, _SORT = text("Text", "关键词"), text("Condition", "条件"), text("Order", "排序")
_YES, _NO, _ME = text("yes", "是"), text("no", "否"), text("me", "我")
_TODAY, _AGO = text("today", "今天"), text("{0} days ago", "{0}天前")


def asked_of(query: Mapping[str, str], narrows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The words of the address that narrow and order a list; what is ticked one by one is joined into one word."""
    choices = {each["name"] for each in narrows if each["how"] == "choice"}
    found: dict[str, str] = {}
    for word, value in query.items():
        name, _, option = word.removeprefix(PREFIX).partition(".")
        if not value.strip() or not (word in KEPT or word == "state" or word.startswith(PREFIX)):
            continue
        if word.startswith(PREFIX) and name in choices and option:
            joined = found.get(PREFIX + name)
            found[PREFIX + name] = f"{joined},{option}" if joined else option
        else:
            found["f.state" if word == "state" else word] = value.strip()
    return found


def faults_of(refusal: Refusal) -> dict[str, str]:
    """What is wrong with which word of the address; raised again when it is about something else."""
    if refusal.kind is not Kind.INVALID or not refusal.faults:
        raise refusal
    return {each.path.removeprefix("/"): each.code for each in refusal.faults}


def chips(
    visit: Visit,
    form: Mapping[str, Any],
    asked: Mapping[str, str],
    named: Mapping[str, Any],
    wrong: Mapping[str, str],
    kept: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Every condition as a sentence, with the address without it and what is wrong with it; `kept` stays in each."""
    fields = {each["name"]: each for each in described(visit, form)}
    shown = []
    for stem, words in _grouped(asked).items():
        known = fields.get(stem.removeprefix(PREFIX), {"title": stem.removeprefix(PREFIX), "how": "", "name": ""})
        title, verb, value = _sentence(visit.language, known, stem, words, named)
        faults = [wrong[each] for each in words if each in wrong]
        rest = {word: each for word, each in asked.items() if word not in words}
        link = {"without": urlencode({**kept, **rest}), "wrong": faults[0] if faults else ""}
        shown.append({"name": stem, "title": title, "verb": verb, "value": value[:LONGEST_SHOWN], **link})
    return shown


def _grouped(asked: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The words by what they are about: both ends of a range are one condition. An order is none."""
    found: dict[str, dict[str, str]] = {}
    for word, value in asked.items():
        if word != "sort":
            name = word.removeprefix(PREFIX).partition(".")[0]
            found.setdefault(PREFIX + name if word.startswith(PREFIX) else word, {})[word] = value
    return found


def _sentence(
    language: str, field: Mapping[str, Any], stem: str, words: Mapping[str, str], named: Mapping[str, Any]
) -> tuple[str, str, str]:
    if stem in ("q", "filter"):
        title, verb = (_WORDS, _HAS) if stem == "q" else (_WRITTEN, _IS)
        return say(title, language), say(verb, language), words[stem]
    whole, has = words.get(stem), words.get(f"{stem}.has")
    low, high = words.get(f"{stem}.from"), words.get(f"{stem}.to")
    days = field["how"] == "day"
    told = {way: _value(language, field, each, named) for way, each in (("=", whole), ("<", low), (">", high)) if each}
    if whole is not None:
        verb, value = _IS, told["="]
    elif has is not None:
        verb, value = _HAS, f"“{has}”"
    elif low is not None and high is not None:
        verb, value = _BETWEEN, f"{told['<']} {say(_THROUGH, language)} {told['>']}"
    elif low is not None:
        verb, value = _SINCE if days else _FROM, told["<"]
    elif high is not None:
        verb, value = _UNTIL if days else _TO, told[">"]
    else:
        verb, value = _IS, ", ".join(words.values())
    return str(field["title"]), say(verb, language), value


def _value(language: str, field: Mapping[str, Any], value: str, named: Mapping[str, Any]) -> str:
    how = field["how"]
    if how == "choice":
        titles = {each["value"]: each["title"] for each in field["options"]}
        return say(_OR, language).join(str(titles.get(each, each)) for each in value.split(","))
    if how == "truth":
        return say({"true": _YES, "false": _NO}[value], language) if value in ("true", "false") else value
    if how == "number":
        return grouped(value)
    if how == "day":
        return _day(language, value)
    found = named.get(field["name"])
    if field.get("to") and value == "me":
        return say(_ME, language)
    return titled(found) if found else value


def _day(language: str, value: str) -> str:
    if value == "today":
        return say(_TODAY, language)
    if value.startswith("-") and value.endswith("d"):
        return say(_AGO, language).format(value[1:-1])
    return value


def titled(found: Mapping[str, Any]) -> str:
    """A record that was named: its code, and its title where that says more."""
    code, title = found.get("code"), found.get("title")
    return f"{code} {title}" if code and title and code != title else str(code or title or found.get("id"))


def described(visit: Visit, form: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The fields by which the list may be narrowed, with title and options."""
    words = visit.said()
    for each in form["narrows"]:
        known = form["fields"].get(each["name"], {})
        title = known.get("title") or words[each["name"]]
        options = known.get("options", ())
        if each["name"] == "state":
            options = [{"value": state["name"], "title": state["title"]} for state in form["states"]]
        yield {**each, "title": title, "options": options}


def offered(
    visit: Visit, form: Mapping[str, Any], asked: Mapping[str, str], named: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The same as a form: what stands in it now, and whether it is open."""
    shown = []
    for each in described(visit, form):
        word, how = PREFIX + each["name"], each["how"]
        value = asked.get(word, "")
        own = value if how in WRITTEN else ""
        ends = {way: asked.get(f"{word}.{way}", own) for way in ("from", "to", "has")}
        ticked = value.split(",") if value else []
        found = named.get(each["name"])
        shown.append(
            {**each, "ends": ends, "word": word, "value": value, "ticked": ticked, "found": found}
            | {"open": bool(value or any(ends.values()))}
        )
    return shown


def mended(asked: Mapping[str, str], wrong: Mapping[str, str]) -> str:
    """The address without the words that are wrong."""
    return urlencode({word: value for word, value in asked.items() if word not in wrong})


def complaints(
    refusal: Refusal, shown: Sequence[Mapping[str, Any]], asked: Mapping[str, str], language: str
) -> list[str]:
    """What is wrong, each with the condition that it is about."""
    said = []
    for fault in refusal.faults:
        word = fault.path.removeprefix("/")
        name = word.removeprefix(PREFIX).partition(".")[0]
        chip = next((each for each in shown if each["name"] in (word, PREFIX + name)), None)
        title = say(_SORT, language) if word == "sort" else chip["title"] if chip else name
        said.append(f"{title} “{asked.get(word, '')[:LONGEST_SHOWN]}”: {say(fault.says, language)}")
    return said
