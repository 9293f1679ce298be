"""Passes and targets from their specifications, `name{option=value}`, with readable complaints."""

from collections.abc import Sequence
from dataclasses import fields
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from xdsl.utils.arg_spec import ArgSpec, ArgSpecConvertible
from xdsl.utils.hints import isa

from cmixdsl.errors import UsageError

Configured = TypeVar("Configured", bound=ArgSpecConvertible)

DESCRIPTIONS = {int: "an integer", float: "a number", bool: "true or false", str: "a name"}


def build_from_spec(kind: str, class_: type[Configured], spec: ArgSpec) -> Configured:
    """An instance of a pass or target class with the options of `spec`.

    Raises UsageError, naming the option, for one that is unknown, missing or of the wrong type;
    `kind` is what the class is called there.
    """
    subject = f"{kind} '{spec.name}'"
    hints = get_type_hints(class_)
    known = [field.name for field in fields(class_) if field.init and field.name != "name"]
    given = spec.normalize_parameter_names().parameters
    for option, values in given.items():
        shown = option.replace("_", "-")
        if option not in known:
            names = ", ".join(name.replace("_", "-") for name in known)
            options = f"its options are {names}" if known else "it has no options"
            raise UsageError(f"{subject}: unknown option '{shown}', {options}")
        if not _fits(values, hints[option]):
            found = f"'{','.join(map(str, values))}'" if values else "no value"
            expected = describe_type(hints[option])
            raise UsageError(f"{subject}: option '{shown}': expected {expected}, found {found}")
    for option in sorted(class_.required_fields() - given.keys()):
        expected = describe_type(hints[option])
        raise UsageError(f"{subject}: expected option '{option.replace('_', '-')}', {expected}")
    try:
        return class_.from_spec(spec)
    except ValueError as error:
        raise UsageError(f"{subject}: {error}") from error


def _fits(values: Sequence[object], hint: Any) -> bool:
    """Whether the values of an option serve for a field of this type; none stand for None."""
    if not values:
        return NoneType in get_args(hint)
    return (len(values) == 1 and isa(values[0], hint)) or isa(tuple(values), hint)


def describe_type(hint: Any) -> str:
    """What the values of an option are, in words: `an integer`, `one of speed, size`."""
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin is Literal:
            return f"one of {', '.join(map(str, arguments))}"
        case origin if origin in (Union, UnionType):
            parts = [describe_type(part) for part in arguments if part is not NoneType]
            return " or ".join(dict.fromkeys(parts))
        case origin if origin is tuple:
            return f"a list, each {describe_type(arguments[0])}"
        case _:
            return DESCRIPTIONS.get(hint, str(hint))
