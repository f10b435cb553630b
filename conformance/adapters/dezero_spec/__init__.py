"""Judges dropout and train/test mode: `check(dropout)` in a test, `dezero-spec verify` in a shell.

Importing this imports no framework, not even NumPy, and leaves standard output alone; `Adapter` and what
belongs to it need NumPy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .function import dropout
from .judge import DoesNotConform, NoVerdict, check, verify

if TYPE_CHECKING:
    from .adapter import Adapter, call, framework, viewed

__all__ = ["Adapter", "DoesNotConform", "NoVerdict", "call", "check", "dropout", "framework", "verify", "viewed"]


def __getattr__(name: str) -> Any:
    if name in ("Adapter", "call", "framework", "viewed"):
        from . import adapter

        return getattr(adapter, name)
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
