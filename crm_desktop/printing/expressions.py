"""Expressions of print templates: small, safe, bounded.

The engine is simpleeval with almost everything taken away: an expression sees plain data by name, `a.b` looks up a key and
never an attribute of an object, only the functions of `functions.py` can be called, and text, numbers, powers and the work
done over lists are limited. An expression can therefore be wrong, but it cannot hang the program or reach outside the data.
"""

from __future__ import annotations

import ast
import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any

from simpleeval import InvalidExpression, SimpleEval

from crm_desktop.printing.functions import FUNCTIONS, ExpressionError
from crm_desktop.words import _

LONGEST_TEXT = 20_000
LARGEST_NUMBER = Decimal(10) ** 40
MOST_NODES = 200
MOST_WORK = 5_000_000
"""Evaluated nodes and visited list rows of one document, together."""

ROOTS = {
    "单据": "record",
    "明细": "lines",
    "行": "line",
    "行号": "row",
    "客户": "customer",
    "联系人": "contact",
    "公司": "company",
    "用户": "user",
    "打印": "print",
    "关联": "linked",
    "相关": "related",
    "往来": "account",
    "更多": "more",
    "分组": "group",
    "页码": "page",
    "页数": "pages",
}
"""The Chinese names of what an expression can see."""

_STRING = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"")
_BRACKETS = re.compile(r"\[([^\[\]\n]{1,60})\]")
_FULL_WIDTH = str.maketrans("，（）＋－＊／＝＞＜", ",()+-*/=><")
_SINGLE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


class UnknownField(ExpressionError):
    """A name the data do not have."""


class Budget:
    """How much work the expressions of one document may still do."""

    def __init__(self, work: int = MOST_WORK) -> None:
        self.left = work

    def spend(self, work: int) -> None:
        """Take `work` off; raises ExpressionError when nothing is left."""
        self.left -= work
        if self.left < 0:
            raise ExpressionError(_("the expressions of this document need too much work"))


class Expression:
    """A parsed expression. `names` are the data roots it looks at, `calls` the functions it calls."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._brackets: dict[str, str] = {}
        self._node = self._parse(text)
        nodes = list(ast.walk(self._node))
        self._cost = len(nodes)
        if self._cost > MOST_NODES:
            raise ExpressionError(_("the expression is too long"))
        for node in nodes:
            if not isinstance(node, _ALLOWED):
                raise ExpressionError(_("this cannot be used here"))
            if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or node.keywords):
                raise ExpressionError(_("only the documented functions can be called"))
        self.names = frozenset(ROOTS.get(node.id, node.id) for node in nodes if isinstance(node, ast.Name))
        self.calls = frozenset(
            node.func.id.lower() for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        )
        self._path = self._plain_path(self._node)

    def evaluate(self, data: Mapping[str, Any], budget: Budget) -> Any:
        """The value for these data. Raises ExpressionError (UnknownField for a name that is not there)."""
        budget.spend(self._cost)
        if self._path is not None:
            return _follow(data, self._path)
        try:
            return _Evaluator(data, self._brackets, budget).eval(self.text, self._node)
        except ExpressionError:
            raise
        except InvalidExpression as fault:
            raise ExpressionError(_("this cannot be used here")) from fault
        except ZeroDivisionError as fault:
            raise ExpressionError(_("division by zero")) from fault
        except (TypeError, AttributeError) as fault:
            raise ExpressionError(_("these values do not go together")) from fault
        except (ArithmeticError, DecimalException, ValueError, LookupError, RecursionError) as fault:
            raise ExpressionError(_("the value cannot be computed")) from fault

    def _parse(self, text: str) -> ast.expr:
        source = self._plain_source(text.strip())
        if not source:
            raise ExpressionError(_("the expression is empty"))
        try:
            parsed = ast.parse(source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
            raise ExpressionError(_("the expression is not complete or not well formed")) from fault
        return parsed

    def _plain_source(self, text: str) -> str:
        """Full-width signs, `=`, `<>` and `[names in brackets]` as Python writes them; quoted text stays as it is."""
        parts: list[str] = []
        position = 0
        for quoted in _STRING.finditer(text):
            parts += [self._plain_signs(text[position : quoted.start()]), quoted.group()]
            position = quoted.end()
        return "".join([*parts, self._plain_signs(text[position:])])

    def _plain_signs(self, text: str) -> str:
        parts: list[str] = []
        position = 0
        for bracket in _BRACKETS.finditer(text):
            name = f"bracket_{len(self._brackets)}"
            self._brackets[name] = bracket.group(1).strip()
            parts += [_plain_operators(text[position : bracket.start()]), name]
            position = bracket.end()
        return "".join([*parts, _plain_operators(text[position:])])

    def _plain_path(self, node: ast.expr) -> tuple[str, ...] | None:
        steps: list[str] = []
        while isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in self._brackets or _constant_name(node.id) is not None:
            return None
        return (ROOTS.get(node.id, node.id), *reversed(steps))


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """The parsed form of an expression; raises ExpressionError when it is not well formed."""
    return Expression(text)


def _plain_operators(text: str) -> str:
    plain = text.translate(_FULL_WIDTH).replace("<>", "!=").replace("“", '"').replace("”", '"')
    return _SINGLE_EQUALS.sub("==", plain)


def _constant_name(name: str) -> bool | None:
    return {"true": True, "false": False, "真": True, "假": False}.get(name.lower())


def _follow(data: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    if path[0] not in data:
        raise UnknownField(_("there is no field “{name}”").format(name=".".join(path)))
    value = data[path[0]]
    for step in path[1:]:
        value = _member(data, path[0], value, step)
    return value


def _member(data: Mapping[str, Any], root: str, value: Any, name: str) -> Any:
    """One step of a path: by key, else by the label people see. An absent record has empty fields only."""
    if value is None or (isinstance(value, Mapping) and not value):
        return None
    if not isinstance(value, Mapping):
        raise UnknownField(_("there is no field “{name}”").format(name=name))
    if name in value:
        return value[name]
    for key, label in data.get("labels", {}).get(root, {}).items():
        if label == name and key in value:
            return value[key]
    raise UnknownField(_("there is no field “{name}”").format(name=f"{root}.{name}"))


_ALLOWED = (
    ast.Constant, ast.Name, ast.Attribute, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Call,
    ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.Load,
)  # fmt: skip


class _Evaluator(SimpleEval):  # type: ignore[misc]
    """simpleeval with the few nodes that are left, over one set of data."""

    def __init__(self, data: Mapping[str, Any], brackets: Mapping[str, str], budget: Budget) -> None:
        self.data, self.brackets, self.budget = data, brackets, budget
        self.operators = _OPERATORS
        self.expr = ""
        self.nodes = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.BinOp: self._eval_binop,
            ast.UnaryOp: self._eval_unaryop,
            ast.BoolOp: self._eval_boolop,
            ast.Compare: self._eval_compare,
            ast.IfExp: self._eval_ifexp,
            ast.Call: self._call,
        }

    def __del__(self) -> None:
        """The base class drops its nodes here, which costs time and frees nothing."""

    def _eval(self, node: ast.AST) -> Any:
        # The base class searches every result for forbidden objects; the data hold none and can be long.
        return self.nodes[type(node)](node)

    def _constant(self, node: ast.Constant) -> Any:
        value = node.value
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, float):
            return _checked(Decimal(repr(value)))
        if isinstance(value, (int, str)):
            return _checked(value)
        raise ExpressionError(_("this cannot be used here"))

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.brackets:
            return self._bracket(self.brackets[node.id])
        constant = _constant_name(node.id)
        return constant if constant is not None else _follow(self.data, (ROOTS.get(node.id, node.id),))

    def _bracket(self, name: str) -> Any:
        """`[unit price (RMB)]`: a field of the row, else of the record, by its name or its label."""
        for root in ("line", "record"):
            if self.data.get(root):
                try:
                    return _member(self.data, root, self.data[root], name)
                except UnknownField:
                    continue
        raise UnknownField(_("there is no field “{name}”").format(name=name))

    def _attribute(self, node: ast.Attribute) -> Any:
        root = node.value
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name):
            raise ExpressionError(_("this cannot be used here"))
        return _member(self.data, ROOTS.get(root.id, root.id), self._eval(node.value), node.attr)

    def _call(self, node: ast.Call) -> Any:
        name = node.func.id.lower() if isinstance(node.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(_("there is no function “{name}”").format(name=name))
        if name in ("iif", "if", "如果"):  # only the branch that is needed may fail
            if len(node.args) not in (2, 3):
                raise ExpressionError(_("{name} needs other values in its brackets").format(name=name))
            if self._eval(node.args[0]):
                return self._eval(node.args[1])
            return self._eval(node.args[2]) if len(node.args) == 3 else None
        values = [self._eval(argument) for argument in node.args]
        for value in values:
            if isinstance(value, tuple):
                self.budget.spend(len(value))
        try:
            return _checked(function(*values))
        except TypeError as fault:
            raise ExpressionError(_("{name} needs other values in its brackets").format(name=name)) from fault


def _checked(value: Any) -> Any:
    """Refuse results that grow without bound."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise ExpressionError(_("the text becomes too long"))
    if isinstance(value, (int, Decimal)) and not -LARGEST_NUMBER < value < LARGEST_NUMBER:
        raise ExpressionError(_("the number becomes too large"))
    return value


def _number(value: Any) -> Any:
    """Empty counts as nought in sums and products, as it does in a spreadsheet."""
    if value is None or value == "":
        return Decimal(0)
    if isinstance(value, (int, Decimal)):
        return value
    raise TypeError(type(value).__name__)


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return _checked(left + right)
    if isinstance(left, dt.date) and isinstance(right, (int, Decimal)):
        return left + dt.timedelta(days=int(right))
    return _checked(_number(left) + _number(right))


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, dt.date) and isinstance(right, dt.date):
        return (left - right).days
    if isinstance(left, dt.date) and isinstance(right, (int, Decimal)):
        return left - dt.timedelta(days=int(right))
    return _checked(_number(left) - _number(right))


def _power(left: Any, right: Any) -> Any:
    base, exponent = Decimal(_number(left)), Decimal(_number(right))
    if abs(exponent) > 100 or abs(base) > 10**9:
        raise ExpressionError(_("the number becomes too large"))
    return _checked(base**exponent)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return test(left, right)
        if isinstance(left, dt.date) and isinstance(right, dt.date):
            return test(left, right)
        return test(_number(left), _number(right))

    return compare


def _same(left: Any, right: Any) -> bool:
    empty = (None, "")
    return bool(left == right) or (left in empty and right in empty)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _add,
    ast.Sub: _subtract,
    ast.Mult: lambda left, right: _checked(_number(left) * _number(right)),
    ast.Div: lambda left, right: _checked(Decimal(_number(left)) / Decimal(_number(right))),
    ast.FloorDiv: lambda left, right: _checked(Decimal(_number(left)) // Decimal(_number(right))),
    ast.Mod: lambda left, right: _checked(Decimal(_number(left)) % Decimal(_number(right))),
    ast.Pow: _power,
    ast.USub: lambda value: -_number(value),
    ast.UAdd: _number,
    ast.Not: operator.not_,
    ast.Eq: _same,
    ast.NotEq: lambda left, right: not _same(left, right),
    ast.Lt: _compare(operator.lt),
    ast.LtE: _compare(operator.le),
    ast.Gt: _compare(operator.gt),
    ast.GtE: _compare(operator.ge),
    ast.In: lambda left, right: isinstance(right, (str, tuple)) and left in right,
    ast.NotIn: lambda left, right: not (isinstance(right, (str, tuple)) and left in right),
}
