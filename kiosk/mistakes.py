"""How a mistake in the configuration is told: where it stands, and what mends it."""

import difflib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def explain(
    path: Path, error: ValidationError, model: type[BaseModel], where: tuple[str | int, ...]
) -> Iterator[str]:
    """Say each problem as file, key and mend; never the value, which may be a secret.

    ``where`` is the place of the model's table in the file, () for the whole of it.
    """
    problems = error.errors(include_url=False, include_input=False)
    wrong = {problem["loc"][:-1] for problem in problems}
    for problem in problems:
        if problem["type"] == "too_short" and problem["loc"] in wrong:
            continue  # it was filled, but with what is told by itself
        mend = _mend(problem, model, is_whole=not where)
        yield f"{path}: {key_of((*where, *problem['loc']))}: {mend}"


def key_of(where: tuple[str | int, ...]) -> str:
    """Return the key as people count: the first scanner is ``scanner[1]``."""
    key = ""
    for part in where:
        key += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if key else part
    return key


def _mend(problem: ErrorDetails, model: type[BaseModel], *, is_whole: bool) -> str:
    match problem["type"]:
        case "missing":
            return "is missing; add it"
        case "extra_forbidden":
            name = str(problem["loc"][-1])
            near = difflib.get_close_matches(name, _keys(model, problem["loc"][:-1]), 1)
            return "is not a setting" + (f"; did you mean {near[0]}?" if near else "; remove it")
        case "list_type" if is_whole:
            return f"write [[{problem['loc'][0]}]], for there may be several"
        case "dict_type" | "model_type" if is_whole and len(problem["loc"]) == 1:
            return f"write [{problem['loc'][0]}], for there is one"
        case "value_error":
            return problem["msg"].removeprefix("Value error, ")
        case kind:
            words = _WORDS.get(kind, "is not what can stand here; see the page on the kiosk")
            return words.format(**problem.get("ctx", {}))


_WORDS = {
    "string_type": "needs words in quotes",
    "path_type": "needs a path in quotes",
    "bool_type": "needs true or false, without quotes",
    "int_type": "needs a whole number, without quotes",
    "int_from_float": "needs a whole number, without quotes",
    "float_type": "needs a number, without quotes",
    "finite_number": "needs a number that has an end",
    "tuple_type": "needs a list in brackets",
    "list_type": "needs a list in brackets",
    "dict_type": "needs a table",
    "model_type": "needs a table",
    "greater_than": "must be more than {gt:.9g}",
    "greater_than_equal": "must be {ge:.9g} or more",
    "less_than": "must be less than {lt:.9g}",
    "less_than_equal": "must be {le:.9g} or less",
    "string_too_short": "must not be empty",
    "string_too_long": "must have {max_length} characters or fewer",
    "too_short": "must name at least one",
    "enum": "must be {expected}",
    "literal_error": "must be {expected}",
}
"""What mends each kind of mistake."""


def _keys(model: type[BaseModel], within: tuple[str | int, ...]) -> list[str]:
    """Return the settings that the table holds in which an unknown key stands."""
    for part in within:
        field = model.model_fields.get(str(part))
        inner = None if field is None else field.annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        model = inner
    return list(model.model_fields)
