"""An implementation that is one function of arrays."""

from __future__ import annotations

import functools
from typing import Any, Callable, Optional, Sequence


class Function:
    """What `@dropout` leaves in place of a function; it is called as the function was."""

    def __init__(self, function: Callable[..., Any], name: Optional[str] = None, version: str = "0",
                 dtypes: Sequence[str] = ("float32",), seed: Optional[Callable[[int], Any]] = None,
                 to: Optional[Callable[[Any], Any]] = None, back: Optional[Callable[[Any], Any]] = None) -> None:
        functools.update_wrapper(self, function)
        if isinstance(dtypes, str):
            dtypes = (dtypes,)  # ("float32") is no tuple
        self.function, self.name, self.version, self.dtypes = function, name, version, tuple(dtypes)
        self.seed, self.to, self.back = seed, to, back

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self.function(*arguments, **keywords)

    def adapter(self) -> Any:
        """The adapter that calls the function."""
        from .adapter import Adapter, call

        judged = self

        class OneFunction(Adapter):
            implementation = {"name": judged.name or judged.function.__name__, "version": judged.version,
                              "language": "Python"}
            capabilities = ("train", "test") if judged.seed is None else ("train", "test", "seeded")
            dtypes = judged.dtypes
            seeding = "self" if judged.seed is None else "entropy"

            def seed(self, value: int) -> None:
                if judged.seed is not None:
                    call(judged.seed, value)

            def variable(self, array: Any) -> Any:
                return array if judged.to is None else call(judged.to, array)

            def dropout(self, x: Any, ratio: float, mode: str) -> Any:
                return call(judged.function, x, ratio, mode == "train")

            def value(self, x: Any) -> Any:
                return x if judged.back is None else call(judged.back, x)

        return OneFunction()


def dropout(function: Optional[Callable[..., Any]] = None, *, name: Optional[str] = None, version: str = "0",
            dtypes: Sequence[str] = ("float32",), seed: Optional[Callable[[int], Any]] = None,
            to: Optional[Callable[[Any], Any]] = None, back: Optional[Callable[[Any], Any]] = None) -> Any:
    """Marks `function(x, ratio, train)` as what is judged; it can be called as before.

    x is a NumPy array of any shape and of one of `dtypes`, ratio a float from 0 to 1, train a bool; the
    function returns an array of x's shape and dtype. `to` makes the framework's array of a NumPy array, `back`
    makes a NumPy array of the framework's. `seed(value)`, where it is given, seeds what the masks are drawn
    from: then runs can be repeated, and equal seeds are held to equal masks.
    """
    def marked(function: Callable[..., Any]) -> Function:
        return Function(function, name, version, dtypes, seed, to, back)

    return marked if function is None else marked(function)
