"""`pytest tests/impl.json`: each rule of the specification is a test.

With `--dezero-spec`, or `dezero_spec = true` in the ini file, each impl.json that pytest comes across is
collected. A test's id is `tests/impl.json::dropout.test.identity`, so that `-k`, `-m`, `--lf`, `--deselect` and
`::` choose among rules; the judge is asked for those alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Union

import pytest

from .judge import NoVerdict, Report, binary, check, described, verify


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("dezero-spec", "dropout and train/test mode")
    group.addoption("--dezero-spec", action="store_true", help="collect every impl.json: each rule is a test")
    group.addoption("--dezero-spec-effort", choices=("quick", "default", "deep"), help="how many masks are drawn")
    group.addoption("--dezero-spec-seed", metavar="SEED", type=int, help="the seed of the judge; fresh without it")
    parser.addini("dezero_spec", "collect every impl.json: each rule is a test", type="bool", default=False)
    parser.addini("dezero_spec_effort", "quick, default or deep", default="quick")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "dezero_spec: a rule about dropout and train/test mode")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Optional[pytest.Collector]:
    named = file_path.suffix in (".json", ".jsonl") and parent.session.isinitpath(file_path)
    wanted = parent.config.getoption("--dezero-spec") or parent.config.getini("dezero_spec")
    if named or wanted and file_path.name == "impl.json":
        return Implementation.from_parent(parent, path=file_path)
    return None


def pytest_collection_finish(session: pytest.Session) -> None:
    for item in session.items:
        if isinstance(item, Rule):
            item.implementation.chosen.append(item.name)


@pytest.fixture
def dezero_spec_check(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """`dezero_spec_check(dropout)`: `dezero_spec.check` with the effort and seed of the command line."""
    return lambda judged, **keywords: check(judged, **{**options(request.config), **keywords})


def options(config: pytest.Config) -> Dict[str, Any]:
    return {"effort": config.getoption("--dezero-spec-effort") or config.getini("dezero_spec_effort"),
            "seed": config.getoption("--dezero-spec-seed")}


class Implementation(pytest.File):
    """An impl.json; the judge runs once, when the first of its rules is asked for."""

    all: List[str]
    chosen: List[str]
    outcome: Union[None, Report, NoVerdict]

    def __init__(self, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.chosen, self.all, self.outcome = [], [], None

    def collect(self) -> Iterator[Rule]:
        told = subprocess.run([binary(), "rules", "--json"], stdout=subprocess.PIPE, check=True).stdout
        self.all = [known["id"] for known in json.loads(told)]
        for rule in self.all:
            item = Rule.from_parent(self, name=rule)
            item.add_marker("dezero_spec")
            # With `--dist loadgroup` one worker judges. Without pytest-xdist the marker is unknown.
            if self.config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group(str(self.path)))
            yield item

    def report(self) -> Report:
        if self.outcome is None:
            rules = [] if len(self.chosen) == len(self.all) else self.chosen
            try:
                self.outcome = self.judged(rules)
            except NoVerdict as error:
                self.outcome = error
        if isinstance(self.outcome, NoVerdict):
            why, self.outcome = self.outcome, NoVerdict("not judged, as the rule before it")
            raise why
        return self.outcome

    def judged(self, rules: List[str]) -> Report:
        """On a terminal the judge shows how far it is, since the first test takes as long as all of them."""
        capture = self.config.pluginmanager.getplugin("capturemanager")
        if capture is None or not sys.__stderr__ or not sys.__stderr__.isatty():
            return verify(self.path, rules=rules, **options(self.config))
        with capture.global_and_fixture_disabled():
            return verify(self.path, rules=rules, capture=False, **options(self.config))

    def ruling(self, rule: str) -> Report:
        rulings = [ruling for ruling in self.report()["rules"] if ruling["id"] == rule]
        if not rulings:
            raise NoVerdict("the judge's report does not have %s" % rule)
        return rulings[0]  # type: ignore[no-any-return]


class Broken(Exception):
    """A rule that is broken, told without a traceback."""


class Rule(pytest.Item):
    """A rule of the specification."""

    @property
    def implementation(self) -> Implementation:
        assert isinstance(self.parent, Implementation)
        return self.parent

    def runtest(self) -> None:
        ruling = self.implementation.ruling(self.name)
        verdict, why = ruling["verdict"], ruling.get("evidence") or ""
        seed = self.implementation.report()["seed"]
        self.user_properties += [("verdict", verdict), ("level", ruling["level"]), ("seed", seed)]
        known = ruling.get("known_failure")
        if known:
            pytest.xfail(known["because"])
        if verdict in ("unsupported", "not-run"):
            pytest.skip("%s: %s" % (verdict, why))
        if verdict == "fail" and ruling["level"] != "must":
            pytest.xfail("%s: %s" % (ruling["level"].upper(), why))
        if verdict != "pass":
            raise Broken(described(ruling))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, (Broken, NoVerdict)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> Any:
        return self.path, None, self.name
