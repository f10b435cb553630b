"""The package as a wheel installs it: `conformance/tests/wheel` runs this in a fresh environment."""

import json
import os
import subprocess
import sys
from pathlib import Path

import mylib
import numpy
import pytest

import dezero_spec

pytest_plugins = ["pytester"]
HERE = Path(__file__).parent


def test_a_right_function_conforms():
    report = dezero_spec.check(mylib.dropout, seed=1, programs=16)
    assert report["verdict"] == "conforms"
    assert report["implementation"]["name"] == "mylib"
    assert mylib.dropout(numpy.ones(3), 0.5, train=False).tolist() == [1, 1, 1]


def test_a_wrong_function_does_not():
    with pytest.raises(dezero_spec.DoesNotConform) as raised:
        dezero_spec.check(mylib.forgets_scale, rules=["dropout.train.scale"], seed=1)
    told = str(raised.value)
    assert told.startswith("1 MUST broken\n\ndropout.train.scale (MUST)\nFalsifying program:")
    assert "Expected: " in told and "Observed: " in told
    reproduce = told.splitlines()[-1]
    assert reproduce.startswith("Reproduce: dezero-spec verify ") and "mylib.py:forgets_scale" in reproduce
    # What it says to reproduce it with does that.
    again = subprocess.run(reproduce.split(": ", 1)[1].split(), stdout=subprocess.PIPE)
    assert again.returncode == 1 and b"FAIL dropout.train.scale" in again.stdout


def test_a_class_has_modes():
    report = dezero_spec.check(mylib.Framework, seed=1, programs=16)
    passed = {rule["id"] for rule in report["rules"] if rule["verdict"] == "pass"}
    assert {"config.test-mode", "config.restore.error", "dropout.test.identity"} <= passed


def test_what_cannot_be_started_is_said():
    with pytest.raises(ValueError, match="made inside a function"):
        dezero_spec.check(lambda x, ratio, train: x)
    with pytest.raises(dezero_spec.NoVerdict, match="no `nothing`"):
        dezero_spec.check("%s:nothing" % (HERE / "mylib.py"))


def test_importing_takes_nothing():
    said = "import sys, dezero_spec; print('numpy' in sys.modules); print(sys.stdin.read())"
    done = subprocess.run([sys.executable, "-c", said], input=b"asked", stdout=subprocess.PIPE)
    assert done.stdout.split() == [b"False", b"asked"]


def test_a_script_that_checks_itself_says_so(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text("import dezero_spec\ndef dropout(x, ratio, train): return x\ndezero_spec.check(dropout)\n")
    done = subprocess.run([sys.executable, str(script)], stderr=subprocess.PIPE)
    assert b'put the call under `if __name__ == "__main__":`' in done.stderr


def test_an_adapter_is_written_and_judged(tmp_path):
    folder = tmp_path / "judged"
    subprocess.run(["dezero-spec", "init", "python", str(folder)], check=True, stdout=subprocess.DEVNULL)
    adapter = folder / "adapter.py"
    text = adapter.read_text()
    adapter.write_text(text.replace('    raise NotImplementedError("fill in `dropout` in adapter.py")', """\
    if not train:
        return x
    return x * (numpy.random.rand(*x.shape) > ratio) / numpy.array(1.0 - ratio).astype(x.dtype)"""))
    report = dezero_spec.verify(folder / "impl.json", seed=1, programs=16)
    assert report["verdict"] == "conforms"


@pytest.fixture
def judged(pytester):
    """A folder with an impl.json of the wrong function."""
    manifest = {"dezero_spec": 1, "command": ["python3", "-m", "dezero_spec", "mylib.py:forgets_scale"]}
    pytester.path.joinpath("impl.json").write_text(json.dumps(manifest))
    pytester.path.joinpath("mylib.py").write_text((HERE / "mylib.py").read_text())
    return pytester


def test_each_rule_is_a_test(judged):
    result = judged.runpytest_subprocess("impl.json", "-k", "train and scale or identity", "--dezero-spec-seed=1")
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] == 1 and outcomes["passed"] >= 1
    result.stdout.fnmatch_lines(["*Falsifying program:*", "*FAILED impl.json::dropout.train.scale*"])
    one = judged.runpytest_subprocess("impl.json::dropout.test.identity", "--dezero-spec-seed=1")
    assert one.parseoutcomes() == {"passed": 1}
    again = judged.runpytest_subprocess("impl.json", "--lf", "--dezero-spec-seed=1", "--collect-only", "-q")
    assert "dropout.train.scale" in again.stdout.str()


def test_impl_json_is_collected_where_that_is_asked_for(judged):
    assert judged.runpytest_subprocess("--collect-only", "-q").parseoutcomes() == {}
    asked = judged.runpytest_subprocess("--dezero-spec", "--collect-only", "-q", "-m", "dezero_spec").stdout.str()
    assert "impl.json::mask.rate" in asked


def test_a_known_failure_is_expected(judged):
    path = judged.path / "impl.json"
    manifest = json.loads(path.read_text())
    manifest["expectations"] = [{"rule": "dropout.train.scale", "verdict": "fail", "because": "as it always was"}]
    path.write_text(json.dumps(manifest))
    result = judged.runpytest_subprocess("impl.json::dropout.train.scale", "-rx")
    assert result.parseoutcomes() == {"xfailed": 1}
    result.stdout.fnmatch_lines(["*as it always was*"])


def test_workers_judge_once(judged):
    pytest.importorskip("xdist")
    arguments = ["impl.json", "-n", "2", "--dist", "loadgroup", "-k", "mask or scale", "--junit-xml=junit.xml"]
    result = judged.runpytest_subprocess(*arguments)
    assert result.parseoutcomes()["failed"] == 1
    junit = (judged.path / "junit.xml").read_text()
    assert '<property name="level" value="must"' in junit


def test_a_broken_adapter_has_no_verdict(judged):
    (judged.path / "mylib.py").write_text("import nothing_of_this_name\n")
    result = judged.runpytest_subprocess("impl.json::mask.rate", "impl.json::mask.dependence")
    assert result.parseoutcomes() == {"failed": 2}
    result.stdout.fnmatch_lines(["error: the adapter ended without an answer*", "*nothing_of_this_name*"])
    # The reason stands there once.
    assert result.stdout.str().count("ModuleNotFoundError") == 1
