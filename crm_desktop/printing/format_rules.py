"""The rules a template file is read by: each rule reads one JSON value strictly and describes itself as JSON Schema.

The dataclasses of the template declare one rule per field, so that the loader, the published schema and the writer
can never disagree.
"""

from __future__ import annotations

import dataclasses
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any

from crm_desktop.errors import Told
from crm_desktop.words import _

Schema = dict[str, Any]


class TemplateError(Told):
    """A template file that cannot be used; says where in the file and why."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        where = _("Print template, at {place}: {reason}").format(place=place, reason=reason) if place else reason
        super().__init__(where)


class Rule(ABC):
    """How one value of the file looks."""

    @abstractmethod
    def read(self, value: object, place: str) -> Any:
        """The value as the program uses it; raises TemplateError."""

    @abstractmethod
    def schema(self, shared: dict[str, Schema]) -> Schema:
        """JSON Schema of the value; structures are put into `shared` once, by name."""

    def write(self, value: Any) -> Any:
        """The value as it stands in the file."""
        return value


class Text(Rule):
    """A text of limited length, optionally of a fixed pattern."""

    def __init__(self, longest: int, pattern: str = "", shortest: int = 0) -> None:
        self.longest, self.pattern, self.shortest = longest, pattern, shortest

    def read(self, value: object, place: str) -> str:
        if not isinstance(value, str):
            raise TemplateError(place, _("text expected"))
        if len(value) > self.longest:
            raise TemplateError(place, _("longer than {count} characters").format(count=self.longest))
        if len(value) < self.shortest:
            raise TemplateError(place, _("must not be empty"))
        if self.pattern and not re.fullmatch(self.pattern, value, re.ASCII):
            raise TemplateError(place, _("“{value}” is not written as expected").format(value=value[:40]))
        return value

    def schema(self, shared: dict[str, Schema]) -> Schema:
        described: Schema = {"type": "string", "maxLength": self.longest}
        if self.shortest:
            described["minLength"] = self.shortest
        if self.pattern:
            described["pattern"] = f"^(?:{self.pattern})$"
        return described


class Number(Rule):
    """A number within bounds; `whole` admits integers only."""

    def __init__(self, low: float, high: float, whole: bool = False) -> None:
        self.low, self.high, self.whole = low, high, whole

    def read(self, value: object, place: str) -> float | int:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TemplateError(place, _("number expected"))
        if not self.low <= value <= self.high:
            raise TemplateError(place, _("must be from {low} to {high}").format(low=self.low, high=self.high))
        if not self.whole:
            return float(value)
        if value != int(value):
            raise TemplateError(place, _("whole number expected"))
        return int(value)

    def write(self, value: float | int) -> float | int:
        return int(value) if value == int(value) else round(value, 4)

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {"type": "integer" if self.whole else "number", "minimum": self.low, "maximum": self.high}


class Flag(Rule):
    """True or false."""

    def read(self, value: object, place: str) -> bool:
        if not isinstance(value, bool):
            raise TemplateError(place, _("true or false expected"))
        return value

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {"type": "boolean"}


class Choice(Rule):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        self.words = words

    def read(self, value: object, place: str) -> str:
        if not isinstance(value, str) or value not in self.words:
            raise TemplateError(place, _("must be one of: {words}").format(words=", ".join(self.words)))
        return value

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {"enum": list(self.words)}


class Items(Rule):
    """A list of values of one rule, as a tuple."""

    def __init__(self, rule: Rule, most: int) -> None:
        self.rule, self.most = rule, most

    def read(self, value: object, place: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TemplateError(place, _("list expected"))
        if len(value) > self.most:
            raise TemplateError(place, _("more than {count} entries").format(count=self.most))
        return tuple(self.rule.read(item, f"{place}[{index}]") for index, item in enumerate(value))

    def write(self, value: tuple[Any, ...]) -> list[Any]:
        return [self.rule.write(item) for item in value]

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {"type": "array", "items": self.rule.schema(shared), "maxItems": self.most}


class Names(Rule):
    """A mapping of free names to values of one rule."""

    KEY = r"[\w.-]{1,80}"

    def __init__(self, rule: Rule, most: int) -> None:
        self.rule, self.most = rule, most

    def read(self, value: object, place: str) -> dict[str, Any]:
        entries = _mapping(value, place)
        if len(entries) > self.most:
            raise TemplateError(place, _("more than {count} entries").format(count=self.most))
        for key in entries:
            if not re.fullmatch(self.KEY, key):
                raise TemplateError(place, _("“{value}” is not written as expected").format(value=key[:40]))
        return {key: self.rule.read(item, f"{place}.{key}") for key, item in entries.items()}

    def write(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self.rule.write(item) for key, item in value.items()}

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{self.KEY}$"},
            "additionalProperties": self.rule.schema(shared),
            "maxProperties": self.most,
        }


class Struct(Rule):
    """An object read into a dataclass; unknown keys are refused."""

    def __init__(self, shape: type[Any]) -> None:
        self.shape: Any = shape

    def read(self, value: object, place: str) -> Any:
        entries = _mapping(value, place)
        rules = rules_of(self.shape)
        kind = getattr(self.shape, "kind", None)
        read: dict[str, Any] = {}
        for key, item in entries.items():
            if key == "kind" and kind:
                continue
            rule = rules.get(key)
            if rule is None:
                raise TemplateError(_inside(place, key[:40]), _("unknown entry"))
            read[key] = rule.read(item, _inside(place, key))
        for name in required_of(self.shape):
            if name not in read:
                raise TemplateError(_inside(place, name), _("missing"))
        return self.shape(**read)

    def write(self, value: Any) -> dict[str, Any]:
        written: dict[str, Any] = {}
        if kind := getattr(self.shape, "kind", None):
            written["kind"] = kind
        for entry in dataclasses.fields(self.shape):
            held = getattr(value, entry.name)
            if entry.name in required_of(self.shape) or held != default_of(entry):
                written[entry.name] = rules_of(self.shape)[entry.name].write(held)
        return written

    def schema(self, shared: dict[str, Schema]) -> Schema:
        name = self.shape.__name__
        if name not in shared:
            shared[name] = {}
            properties: dict[str, Schema] = {}
            required = list(required_of(self.shape))
            if kind := getattr(self.shape, "kind", None):
                properties["kind"] = {"const": kind}
                required.insert(0, "kind")
            properties |= {key: rule.schema(shared) for key, rule in rules_of(self.shape).items()}
            shared[name] = {"type": "object", "properties": properties, "additionalProperties": False}
            if required:
                shared[name]["required"] = required
            if self.shape.__doc__:
                shared[name]["description"] = " ".join(self.shape.__doc__.split())
        return {"$ref": f"#/$defs/{name}"}


class OneKind(Rule):
    """An object whose `kind` says which structure it is."""

    def __init__(self, *shapes: type[Any], reserved: tuple[str, ...] = ()) -> None:
        self.structs = {shape.kind: Struct(shape) for shape in shapes}
        self.reserved = reserved

    def read(self, value: object, place: str) -> Any:
        kind = _mapping(value, place).get("kind")
        if isinstance(kind, str) and kind in self.reserved:
            raise TemplateError(f"{place}.kind", _("“{kind}” needs a newer version of the program").format(kind=kind))
        if not isinstance(kind, str) or kind not in self.structs:
            raise TemplateError(f"{place}.kind", _("must be one of: {words}").format(words=", ".join(self.structs)))
        return self.structs[kind].read(value, place)

    def write(self, value: Any) -> dict[str, Any]:
        return self.structs[value.kind].write(value)

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {"oneOf": [struct.schema(shared) for struct in self.structs.values()]}


class NameOr(Rule):
    """Either a name (text) or the thing itself (an object)."""

    def __init__(self, name: Rule, thing: Rule) -> None:
        self.name, self.thing = name, thing

    def read(self, value: object, place: str) -> Any:
        return (self.name if isinstance(value, str) else self.thing).read(value, place)

    def write(self, value: Any) -> Any:
        return (self.name if isinstance(value, str) else self.thing).write(value)

    def schema(self, shared: dict[str, Schema]) -> Schema:
        return {"oneOf": [self.name.schema(shared), self.thing.schema(shared)]}


_REQUIRED: Any = object()


def entry(rule: Rule, default: Any = _REQUIRED) -> Any:
    """A dataclass field read by `rule`; without a default it must stand in the file."""
    metadata = {"rule": rule}
    if default is _REQUIRED:
        return dataclasses.field(metadata=metadata)
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@cache
def rules_of(shape: Any) -> dict[str, Rule]:
    """The rule of every field of a template dataclass."""
    return {item.name: item.metadata["rule"] for item in dataclasses.fields(shape)}


@cache
def required_of(shape: Any) -> tuple[str, ...]:
    """The fields that must stand in the file."""
    missing = dataclasses.MISSING
    return tuple(
        item.name for item in dataclasses.fields(shape) if item.default is missing and item.default_factory is missing
    )


def default_of(item: dataclasses.Field[Any]) -> Any:
    """What an entry is when the file does not have it."""
    if item.default is not dataclasses.MISSING:
        return item.default
    return item.default_factory() if item.default_factory is not dataclasses.MISSING else dataclasses.MISSING


def _mapping(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TemplateError(place, _("object expected"))
    return value


def _inside(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key
