"""What an adapter that is a program imports first: its framework's output cannot get between answers then.

Importing this takes standard input and output away from everything else in the process.
"""

import os

if "DEZERO_SPEC_CONNECT" in os.environ:
    # A person has started this, under a debugger perhaps, and keeps the terminal.
    import socket

    host, port = os.environ["DEZERO_SPEC_CONNECT"].rsplit(":", 1)
    judge = socket.create_connection((host, int(port)))
    requests, answers = judge.makefile("rb"), judge.makefile("w", encoding="utf-8", newline="\n")
else:
    # Frameworks print, and some read: the judge's channels are taken away before any is imported.
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)

from .adapter import Adapter, call, framework, viewed

__all__ = ["Adapter", "answers", "call", "framework", "requests", "viewed"]
