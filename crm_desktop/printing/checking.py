"""What is wrong with a template whatever it prints: expressions nobody can read, styles, pictures, fonts and lists that are not there.

Whether a field exists is known only with a record in hand; that is told when the template is printed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from crm_desktop.printing.evaluate import expressions_in
from crm_desktop.printing.expressions import compile_expression
from crm_desktop.printing.format_rules import rules_of
from crm_desktop.printing.functions import FUNCTIONS, ExpressionError
from crm_desktop.printing.grouping import arranged
from crm_desktop.printing.looks import EXPRESSION, MIXED, STYLE_USE
from crm_desktop.printing.marks import Problem, Problems
from crm_desktop.printing.styles import Styles
from crm_desktop.printing.template import Template
from crm_desktop.words import _

_ALSO_EXPRESSIONS = ("over", "field")


def check_template(template: Template) -> tuple[Problem, ...]:
    """Everything that can be told without data, with the element it is about."""
    problems = Problems()
    styles = Styles(template, problems)
    for owner, thing in _things(template):
        shape: Any = type(thing)
        for name, rule in rules_of(shape).items():
            value = getattr(thing, name)
            if rule is STYLE_USE and value is not None:
                styles.of(value, owner)
            elif rule is MIXED and isinstance(value, str):
                for source in expressions_in(value):
                    _check(source, owner, problems)
            elif rule is EXPRESSION or name in _ALSO_EXPRESSIONS:
                _check(str(value), owner, problems)
        picture = getattr(thing, "picture", "") or getattr(thing, "background", "")
        if picture and picture not in template.pictures:
            problems.add("picture", owner, _("there is no picture “{name}”").format(name=picture))
    arranged(template.bands, problems)
    return problems.all()


def _check(source: str, owner: str, problems: Problems) -> None:
    if not source.strip():
        return
    try:
        for name in compile_expression(source).calls:
            if name not in FUNCTIONS:
                raise ExpressionError(_("there is no function “{name}”").format(name=name))
    except ExpressionError as fault:
        problems.add("expression", owner, _("in “{source}”: {reason}").format(source=source[:80], reason=fault))


def _things(thing: Any, owner: str = "page") -> Iterator[tuple[str, Any]]:
    """Every structure of the template, with the id of what it belongs to."""
    owner = getattr(thing, "id", owner)
    yield owner, thing
    for item in dataclasses.fields(thing):
        value = getattr(thing, item.name)
        for each in value if isinstance(value, tuple) else (value,):
            if dataclasses.is_dataclass(each) and not isinstance(each, type) and item.name not in ("style", "title_style"):
                yield from _things(each, owner)
