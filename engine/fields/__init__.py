"""Field types: how the JSON of a request becomes a value, and a value JSON again. Used by records, operations, web, and
by the loader of definitions (handed in by bootstrap).

Map: `kinds` (what a type is, what reading may ask) · `texts` · `numbers` · `times` · `choices` · `references` ·
`files` · `codes` · `tables` · `widgets` (how values are typed and shown; a type names one). To add a type: one file,
and its line in `FIELD_TYPES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.fields.choices import BooleanField, ChoiceField, ChoicesField
from engine.fields.codes import BarcodeField, SerialsField
from engine.fields.files import AttachmentField, ImageField, SignatureField, Typed
from engine.fields.kinds import AttachmentFacts, Declared, FieldType, Known, Unfit
from engine.fields.numbers import DecimalField, IntegerField, MoneyField, QuantityField, fits, scale_for
from engine.fields.references import OrgUnitField, PersonField, ReferenceField
from engine.fields.tables import TableField
from engine.fields.texts import LongTextField, TextField, UrlField
from engine.fields.times import DateField, MomentField
from engine.fields.widgets import WIDGETS, Widget, shape, widget_of

FIELD_TYPES: tuple[FieldType, ...] = (
    TextField(),
    LongTextField(),
    IntegerField(),
    DecimalField(),
    QuantityField(),
    MoneyField(),
    DateField(),
    MomentField(),
    BooleanField(),
    ChoiceField(),
    ChoicesField(),
    ReferenceField(),
    PersonField(),
    OrgUnitField(),
    TableField(),
    AttachmentField(),
    ImageField(),
    SignatureField(),
    BarcodeField(),
    SerialsField(),
    UrlField(),
)

BY_NAME: Mapping[str, FieldType] = MappingProxyType({each.name: each for each in FIELD_TYPES})

__all__ = [
    "BY_NAME",
    "FIELD_TYPES",
    "WIDGETS",
    "AttachmentFacts",
    "Declared",
    "FieldType",
    "Known",
    "Typed",
    "Unfit",
    "Widget",
    "fits",
    "scale_for",
    "shape",
    "widget_of",
]
