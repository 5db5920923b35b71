"""Uploaded files: attachments, images, signatures. A value is the upload's id; a signature may be a typed name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from engine.errors import text
from engine.expressions import Type, Value
from engine.fields.kinds import ALONE, AttachmentFacts, Declared, FieldType, Known, Unfit, id_of, unfit_type
from engine.fields.texts import clean

NAME = 100
IMAGES = ("image/png", "image/jpeg", "image/webp", "image/gif")

_LIMITS: dict[str, Any] = {
    "types": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[a-z]+/[a-z0-9.+-]+$"}},
    "largest": {"type": "integer", "minimum": 1},
}


class Typed(str):
    """A name typed as a signature; to expressions it is the name."""

    __slots__ = ()


def _uploaded(raw: Any, known: Known) -> tuple[str, AttachmentFacts]:
    if not isinstance(raw, str):
        raise unfit_type("This must be the id of an uploaded file.", "必须是已上传文件的编号。")
    found = id_of(raw)
    facts = known.attachment(found) if found is not None else None
    if found is None or facts is None:
        raise Unfit("attachment", text("There is no such file.", "没有这个文件。"))
    return found, facts


def _fits(facts: AttachmentFacts, types: tuple[str, ...] | list[str] | None, largest: int | None) -> None:
    if types is not None and facts.media_type not in types:
        raise Unfit("media_type", text("A file of this kind cannot be used here.", "此处不能使用这种类型的文件。"))
    if largest is not None and facts.size > largest:
        raise Unfit("too_large", text("This file is too large.", "文件过大。"))


class AttachmentField(FieldType):
    """A file of any kind, or of the media `types`."""

    name = "attachment"
    widget = "file"
    options_schema = MappingProxyType(_LIMITS)

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text: the upload's id."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """The id of an upload that the writer may use."""
        found, facts = _uploaded(raw, known)
        _fits(facts, field.options.get("types"), field.options.get("largest"))
        return found


class ImageField(FieldType):
    """A picture."""

    name = "image"
    widget = "image"
    options_schema = MappingProxyType({"largest": _LIMITS["largest"]})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text: the upload's id."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """The id of an uploaded picture; what is a picture was decided from its bytes."""
        found, facts = _uploaded(raw, known)
        _fits(facts, IMAGES, field.options.get("largest"))
        return found


class SignatureField(FieldType):
    """A drawn signature (an uploaded picture) or a typed name."""

    name = "signature"
    widget = "signature"
    options_schema = MappingProxyType({"own": {"type": "boolean"}})

    def value_type(self, options: Mapping[str, Any]) -> Type:
        """Text: the upload's id or the name."""
        return Type("text")

    def read(self, raw: Any, field: Declared, known: Known, beside: Mapping[str, Value] = ALONE) -> Value:
        """An upload's id or `{"typed": "name"}`."""
        if not isinstance(raw, Mapping):
            found, facts = _uploaded(raw, known)
            _fits(facts, IMAGES, None)
            return found
        if set(raw) != {"typed"}:
            raise unfit_type(
                'Write {"typed": "name"}, or the id of a picture.', '请写成 {"typed": "姓名"} 或图片编号。'
            )
        name = clean(raw["typed"], NAME).strip()
        if not name:
            raise Unfit("signature", text("A name is missing.", "缺少姓名。"))
        if field.options.get("own") and _spoken(name) != _spoken(known.own_name()):
            raise Unfit(
                "not_own_name", text("Sign with your own name, or by hand.", "请用您本人的姓名签字，或手写签名。")
            )
        return Typed(name)

    def dump(self, value: Any, field: Declared) -> Any:
        """An id, or `{"typed": name}`."""
        return {"typed": str(value)} if isinstance(value, Typed) else value

    def load(self, stored: Any, field: Declared) -> Value:
        """The same signature."""
        return stored if isinstance(stored, str) else Typed(stored["typed"])


def _spoken(name: str) -> str:
    """A name without what makes no other of it: case, width of letters, spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
