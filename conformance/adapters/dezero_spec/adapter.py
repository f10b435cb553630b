"""The Python side of the protocol (spec/protocol.md).

A framework's adapter subclasses `Adapter` and defines a method for each op that it supports, under
the op's name. The fields that the op must have come in the order of `steps.FIELDS`, the others by
name: names as what they stand for, arrays as NumPy arrays. What the method returns is bound to `to`
or observed. Calls of the framework go through `call`, or `framework` where there is nothing else to
do, so that their errors count as its own. Each thread of a program has a shallow copy of the adapter:
what threads share, such as the number of calls so far, belongs to the framework or to an object.
"""

from __future__ import annotations

import copy
import functools
import itertools
import json
import os
import sys
import threading
import traceback
from typing import Any, Callable, Mapping, Sequence

import numpy

from . import arrays
from .steps import FIELDS, Unsupported, check, refuse_others

# What is handed to a method: the fields that it must get, in their order, and those it may get by name.
REQUIRED = {op: [field for field in required.split() if field not in ("to", "body", "bodies")]
            for op, (required, _) in FIELDS.items()}
OPTIONAL = {op: optional.split() for op, (_, optional) in FIELDS.items()}

SCOPES = ("using_config", "test_mode", "no_grad")
OBSERVED = {"value": "array", "grad": "array", "config": "config", "recorded": "recorded",
            "same": "same", "draws": "draws", "device": "device"}


class UserError(Exception):
    """What `raise` raises."""
    blamed = "body"


class Panic(BaseException):
    """What `raise` raises to get past handlers of `Exception`."""
    blamed = "body"


class blaming:
    """An error keeps the first blame: a body's error that a scope lets through stays the body's.

    Each step enters two of them, and a generator as a context manager takes three times as long.
    """

    __slots__ = ("whom", "at")

    def __init__(self, whom, at=None):
        self.whom, self.at = whom, at

    def __enter__(self):
        pass

    def __exit__(self, kind, error, traceback):
        if error is None:
            return
        if not hasattr(error, "blamed"):
            error.blamed = self.whom
        if self.at is not None and not hasattr(error, "raised_at"):
            error.raised_at = self.at


def call(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
    """Calls the framework."""
    with blaming("library"):
        return function(*arguments, **keywords)


def framework(function: Callable[..., Any]) -> Any:
    """A method that is nothing but a call of the framework."""
    return staticmethod(functools.partial(call, function))


def viewed(array: Any, kind: str) -> Any:
    """A view of a NumPy array, or of one that is indexed alike."""
    if kind == "broadcast":
        return numpy.broadcast_to(array, (2, *array.shape))
    return {"transpose": lambda: array.T, "reverse": lambda: array[::-1],
            "step": lambda: array[::2]}[kind]()


class Barrier:
    """Threads that have ended are not waited for."""

    def __init__(self, parties):
        self.condition = threading.Condition()
        self.parties, self.waiting, self.turn = parties, 0, 0

    def wait(self):
        with self.condition:
            turn = self.turn
            self.waiting += 1
            self.go_on()
            self.condition.wait_for(lambda: turn != self.turn)

    def leave(self):
        with self.condition:
            self.parties -= 1
            self.go_on()

    def go_on(self):
        if self.waiting >= self.parties:
            self.turn, self.waiting = self.turn + 1, 0
            self.condition.notify_all()


class Adapter:
    """A framework, with a method for each op that it supports."""

    implementation: Mapping[str, str] = {}  # name, version
    capabilities: Sequence[str] = ()
    dtypes: Sequence[str] = ()
    seeding = "self"  # with "entropy", `seed` is called once, at the start
    peculiar: Mapping[str, Any] = {}  # ratio_dtype and max_elements, where they are not the usual ones
    numpy_dtypes: Mapping[str, Any] = {}  # NumPy dtypes by names that NumPy does not know, such as bfloat16

    def serve(self) -> None:
        """Answers the judge until it says stop."""
        from .wire import answers, requests

        for line in requests:
            # A bare NaN becomes None, which is no number: the step that holds it will fail.
            request = json.loads(line, parse_constant=lambda _: None)
            if request["op"] == "stop":
                return
            answer = {"start": self.start, "run": self.run}[request["op"]](request)
            answers.write(json.dumps(answer, allow_nan=False) + "\n")
            answers.flush()

    def start(self, request):
        if 1 not in request["protocols"]:
            sys.exit("this adapter speaks protocol 1, the judge speaks %s" % request["protocols"])
        if self.seeding == "entropy":
            self.seed(request["entropy"])
        return {"protocol": 1, "implementation": self.implementation, "seeding": self.seeding,
                "capabilities": list(self.capabilities), "dtypes": list(self.dtypes), **self.peculiar}

    def run(self, request):
        self.names, self.scopes, self.observations = {}, {}, []
        answer = {"id": request["id"], "observations": self.observations}
        try:
            with blaming("adapter", at=0):
                refuse_others(request, "op id program")
                self.drawn_before = self.draws() if "bitwise" in self.capabilities else 0
                self.run_steps(self.read_steps(request["program"], itertools.count()))
        except Unsupported as error:
            return {"id": request["id"], "unsupported": {"at": error.raised_at, "why": str(error)}}
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            answer["error"] = {"at": error.raised_at, "from": error.blamed, **named(error),
                               "traceback": printable(traced(error))}
        return answer

    def read_steps(self, program, numbers):
        """Numbers the steps, and refuses what is not claimed before the first of them runs."""
        steps = []
        for step in program:
            at = next(numbers)
            with blaming("adapter", at):
                check(step, self.capabilities)
                bodies = [self.read_steps(body, numbers) for body in step.get("bodies", [])]
                body = self.read_steps(step.get("body", []), numbers)
            steps.append({**step, "at": at, "body": body, "bodies": bodies,
                          "has_body": "body" in step})
        return steps

    def run_steps(self, steps):
        for step in steps:
            with blaming("adapter", step["at"]):
                self.run_step(step)

    def run_step(self, step):
        op, body = step["op"], step["body"]
        if op == "raise":
            raise (Panic if "kind" in step else UserError)("raised by the program")
        elif op == "repeat":
            for _ in range(step["times"]):
                self.run_steps(body)
        elif op == "catch":
            self.observations.append({"at": step["at"], **self.caught(body)})
        elif op in SCOPES:
            scope = getattr(self, op)
            with blaming("library"), scope(*self.required(step)):
                self.run_steps(body)
        elif op == "scope":
            self.scopes[step["to"]] = self.using_config(*self.required(step))
        elif op in ("enter", "exit"):
            self.enter_or_exit(step, self.scopes[step["of"]])
        elif op == "threads":
            self.run_threads(step["bodies"])
        elif op == "barrier":
            self.barrier.wait()
        else:
            result = getattr(self, op)(*self.required(step), **self.optional(step))
            if "to" in step:
                self.names[step["to"]] = result
            elif op in OBSERVED:
                self.observe(step, OBSERVED[op], result)

    def enter_or_exit(self, step, scope):
        if step["op"] == "exit":
            call(scope.__exit__, None, None, None)
        elif not step["has_body"]:
            call(scope.__enter__)
        else:
            with blaming("library"), scope:
                self.run_steps(step["body"])

    def run_threads(self, bodies):
        """Each body has names and observations of its own; of several errors the first goes on."""
        barrier = Barrier(len(bodies))
        workers = [copy.copy(self) for _ in bodies]
        threads = [threading.Thread(target=worker.work, args=(body, barrier))
                   for worker, body in zip(workers, bodies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for worker in workers:
            self.observations.extend(worker.observations)
        for error in (worker.error for worker in workers if worker.error is not None):
            raise error

    def work(self, body, barrier):
        self.names, self.scopes, self.observations = {}, {}, []
        self.barrier, self.error = barrier, None
        try:
            self.run_steps(body)
        except BaseException as error:
            self.error = error
        finally:
            barrier.leave()

    def observe(self, step, kind, result):
        if kind == "array" and result is not None:
            result = arrays.encode(result)
        if kind == "draws":
            result -= self.drawn_before
        self.observations.append({"at": step["at"], kind: result})

    def caught(self, body):
        try:
            self.run_steps(body)
        except BaseException as error:
            if error.blamed not in ("library", "body") or isinstance(error, KeyboardInterrupt):
                raise
            return {"raised": error.blamed, **named(error)}
        return {"raised": None}

    def required(self, step):
        return [self.read(field, step[field]) for field in REQUIRED[step["op"]]]

    def optional(self, step):
        return {field: self.read(field, step[field]) for field in OPTIONAL[step["op"]] if field in step}

    def read(self, field, value):
        if field in ("of", "a", "b", "layer"):
            return self.names[value]
        if field == "layers":
            return [self.names[layer] for layer in value]
        if field in ("array", "gy"):
            return self.decode(value, self.dtypes)
        if field == "u":
            return self.decode(value, ("float64",))
        return arrays.number(value) if field == "ratio" else value

    def decode(self, array, dtypes):
        refuse_others(array, "dtype shape data base64 fill")
        name = array["dtype"]
        if name not in dtypes:
            raise Unsupported("no %s" % name)
        return arrays.decode(array, numpy.dtype(self.numpy_dtypes.get(name, name)))


def traced(error: BaseException) -> str:
    """The traceback without what this package does between the judge and the framework."""
    told = traceback.TracebackException.from_exception(error)
    here = os.path.dirname(__file__)
    told.stack = traceback.StackSummary.from_list(
        frame for frame in told.stack
        if os.path.dirname(frame.filename) != here and not frame.filename.startswith("<frozen "))
    return "".join(told.format())


def named(error):
    return {"type": type(error).__name__, "message": printable(str(error))}


def printable(text):
    """Half a surrogate pair is no UTF-8."""
    return text.encode("utf-8", "replace").decode()
