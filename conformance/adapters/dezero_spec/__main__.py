"""Serves what the judge starts: `python -m dezero_spec FILE.py`, `FILE.py:NAME` or `package.module:NAME`.

NAME is an `Adapter`, or a function that `@dezero_spec.dropout` marks, or one that takes x, ratio and train.
Without a name the file has one such thing, or its function is named `dropout`; a file that serves an adapter
itself does so.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType
from typing import Any, List, Tuple

from . import judge, wire  # wire takes standard output away before a framework is imported
from .adapter import traced
from .function import Function


def split(where: str) -> Tuple[str, str]:
    """FILE.py and the name behind it; a file may have a colon in its path."""
    if where.endswith(".py"):
        return where, ""
    before, _, name = where.rpartition(":")
    return (before, name) if before else (where, "")


def load(place: str) -> ModuleType:
    if not place.endswith(".py"):
        return importlib.import_module(place)
    path = os.path.abspath(place)
    folder, names = os.path.dirname(path), [os.path.basename(path)[: -len(".py")]]
    # A file of a package is imported as that, so that it finds what stands beside it.
    while os.path.exists(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        names.insert(0, package)
    sys.path.insert(0, folder)
    if len(names) > 1:
        return importlib.import_module(".".join(names))
    name = names[0] if names[0] not in sys.modules else "judged_" + names[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        sys.exit("%s cannot be imported" % place)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def is_adapter(thing: Any) -> bool:
    return isinstance(thing, type) and issubclass(thing, wire.Adapter)


def only(module: ModuleType, place: str) -> Any:
    """What a file has to be judged, if it has one thing."""
    own = {name: thing for name, thing in vars(module).items()
           if isinstance(thing, Function) or is_adapter(thing) and thing.__module__ == module.__name__}
    marked: List[str] = [name for name, thing in own.items() if not name.startswith("_")]
    if len(marked) == 1:
        return own[marked[0]]
    if marked:
        sys.exit("%s has %s; say which is judged: %s:%s" % (place, ", ".join(marked), place, marked[0]))
    if callable(getattr(module, "dropout", None)):
        return module.dropout
    sys.exit("%s has no function `dropout(x, ratio, train)`, nothing that `@dezero_spec.dropout` marks and no "
             "class of `dezero_spec.Adapter`" % place)


def adapter(where: str) -> Any:
    place, name = split(where)
    judge.loading = place
    try:
        found: Any = load(place)
    except Exception as error:
        sys.exit("%s cannot be loaded\n%s" % (place, traced(error).rstrip()))
    judge.loading = None
    if not name:
        found = only(found, place)
    for part in filter(None, name.split(".")):
        if not hasattr(found, part):
            sys.exit("%s has no `%s`" % (place, name))
        found = getattr(found, part)
    if is_adapter(found):
        return found()
    if isinstance(found, wire.Adapter):
        return found
    if not callable(found):
        sys.exit("%s is neither a function nor an Adapter" % where)
    return (found if isinstance(found, Function) else Function(found)).adapter()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m dezero_spec FILE.py[:NAME]")
    adapter(sys.argv[1]).serve()
