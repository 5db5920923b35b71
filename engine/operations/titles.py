"""By what people name records of a form: its code and its title. Used by `presenting`, `knowing`, `stock`."""

from __future__ import annotations

from engine.definitions.models import Form


def code_field(form: Form) -> str | None:
    """The field by which people name a record of this form: its first unique text, else its first code, else none."""
    texts = [each for each in form.fields.values() if each.type in ("text", "barcode")]
    unique = next((each.name for each in texts if each.unique), None)
    return unique or next((each.name for each in texts if each.options.get("code")), None)


def title_field(form: Form) -> str | None:
    """The field that says what the record is: the first text that its form shows beside the code.

    What has a number is called by that: the first text that happens to stand in it (a carrier, a note) is no name.
    """
    code = code_field(form)
    for name in form.show if form.numbering else (*form.show, *form.fields):
        field = form.fields.get(name)
        if field is not None and name != code and field.type == "text" and field.sees is None:
            return name
    return code
