"""Starts the judge, and reads its report."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

Report = Dict[str, Any]

GOOD = ("conforms", "known-failures", "selected-rules-pass")
BAD = ("does-not-conform", "expectations-do-not-hold")

# The file that is being loaded to be judged, in the process that the judge has started for it.
loading: Optional[str] = None


class NoVerdict(Exception):
    """The adapter did not start, crashed, hung, or broke the protocol."""


class DoesNotConform(AssertionError):
    """At least one MUST is broken; `report` is all that the judge found."""

    def __init__(self, report: Report) -> None:
        self.report = report
        broken = [rule for rule in report["rules"] if is_broken(rule)]
        shown = "\n\n".join(described(rule) for rule in broken)
        super().__init__("%s\n\n%s" % (counted(len(broken)), shown or report["verdict"]))


def counted(broken: int) -> str:
    return "%d MUST broken" % broken if broken else "expectations do not hold"


def is_broken(rule: Report) -> bool:
    return bool(rule["verdict"] == "fail" and rule["level"] == "must" and not rule.get("known_failure"))


def binary() -> str:
    """The judge: what DEZERO_SPEC names, else beside this Python, where a wheel puts it, else on the PATH."""
    named = os.environ.get("DEZERO_SPEC")
    if named:
        return named
    beside = Path(sysconfig.get_path("scripts"), "dezero-spec" + (sysconfig.get_config_var("EXE") or ""))
    found = str(beside) if beside.exists() else shutil.which("dezero-spec")
    if found is None:
        raise FileNotFoundError("there is no dezero-spec beside %s, nor on the PATH; `pip install dezero-spec` "
                                "or `cargo install dezero-spec` puts it there" % sys.executable)
    return found


def subject(judged: Any) -> str:
    """What the command line of the judge calls it: a file, or FILE.py:NAME."""
    if isinstance(judged, (str, os.PathLike)):
        return os.fspath(judged)
    name = getattr(judged, "__qualname__", type(judged).__qualname__)
    if "<locals>" in name or "<lambda>" in name:
        raise ValueError("%s is made inside a function; the judge starts it in processes of its own, where it "
                         "is found at the top of a file" % name)
    module = sys.modules[getattr(judged, "__module__", "") or type(judged).__module__]
    path = getattr(module, "__file__", None)
    if path is None:
        raise ValueError("%s is in no file, so that the judge cannot start it" % name)
    beneath = os.path.relpath(path)
    return "%s:%s" % (path if beneath.startswith(os.pardir) else beneath, name)


def verify(judged: Any, *, rules: Sequence[str] = (), effort: str = "quick", seed: Optional[int] = None,
           programs: Optional[int] = None, capture: bool = True) -> Report:
    """The report on `judged`, as `dezero-spec verify --format json` writes it.

    `judged` is a function, marked by `@dropout` or as it is, an `Adapter`, the path of an impl.json, of recorded
    answers, or of a Python file. `rules` are ids or patterns; all without. With `capture=False` the judge shows on
    standard error how far it is. Raises `NoVerdict` if there is no report.
    """
    if loading is not None:
        raise RuntimeError("%s judges itself as soon as it is loaded, and it is loaded to be judged: put the "
                           'call under `if __name__ == "__main__":` or into a test' % loading)
    if isinstance(rules, str):
        rules = (rules,)
    line: List[str] = [binary(), "verify", "--format", "json", "--effort", effort]
    for rule in rules:
        line += ["--rule", rule]
    for option, value in (("--seed", seed), ("--programs", programs)):
        if value is not None:
            line += [option, str(value)]
    # The Python that asks is the one that is judged, with what it can import, and `python3` of an impl.json too.
    folder = os.path.dirname(sys.executable)
    paths = [os.path.abspath(path) for path in sys.path if os.path.isdir(path or ".")]
    environment = {**os.environ, "DEZERO_SPEC_PYTHON": sys.executable,
                   "PATH": os.pathsep.join([folder, os.environ.get("PATH", "")]),
                   "PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run([*line, "--", subject(judged)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE if capture else None, env=environment)
    said = (done.stderr or b"").decode("utf-8", "replace").strip()
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise NoVerdict(said or "the judge ended with exit code %d" % done.returncode) from None
    if "rules" not in report:
        raise NoVerdict(said or report.get("because", "there is no report"))
    return report  # type: ignore[no-any-return]


def check(judged: Any, *, rules: Sequence[str] = (), effort: str = "quick", seed: Optional[int] = None,
          programs: Optional[int] = None) -> Report:
    """As `verify`, for a test: raises `DoesNotConform`, with the smallest program for each MUST that is broken."""
    report = verify(judged, rules=rules, effort=effort, seed=seed, programs=programs)
    if report["verdict"] in BAD:
        raise DoesNotConform(report)
    if report["verdict"] not in GOOD:
        raise NoVerdict(without_verdict(report))
    return report


def without_verdict(report: Report) -> str:
    undecided = [rule for rule in report["rules"] if rule["verdict"] in ("error", "inconclusive")]
    shown = ["%s: %s" % (rule["id"], rule.get("evidence") or rule["verdict"]) for rule in undecided]
    return "\n".join(["no verdict"] + shown)


def described(rule: Report) -> str:
    """A failing rule as Hypothesis tells it: the program, what was expected, what was seen, how to see it again."""
    lines = ["%s (%s)" % (rule["id"], rule["level"].upper())]
    found = rule.get("counterexample")
    if found:
        place = " at %s" % found["place"] if found["place"] else ""
        lines += ["Falsifying program:"] + ["    " + line for line in found["pseudocode"]]
        lines += ["Expected: %s%s" % (found["expected"], place), "Observed: %s" % found["observed"]]
    elif rule.get("evidence"):
        lines.append(rule["evidence"])
    lines += rule.get("traceback") or []
    if rule.get("replay"):
        lines.append("Reproduce: %s" % rule["replay"])
    return "\n".join(lines)
