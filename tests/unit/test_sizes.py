"""How large a protocol or a class may become."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import db
import reunite

MOST_OF_PROTOCOL, MOST_OF_CLASS = 12, 25


def classes() -> Iterator[type[Any]]:
    for package in (reunite, db):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                if each.__module__ == module.name:
                    yield each


def public(each: type[Any]) -> list[str]:
    """Return the public methods and properties, the inherited ones of this project included."""
    return [
        name
        for name, member in inspect.getmembers(each)
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property))
    ]


@pytest.mark.parametrize("each", list(classes()), ids=lambda each: each.__qualname__)
def test_no_class_does_too_much(each: type[Any]) -> None:
    most = MOST_OF_PROTOCOL if getattr(each, "_is_protocol", False) else MOST_OF_CLASS
    assert len(public(each)) <= most, public(each)
