"""DeZero as PyPI has it."""

import operator
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework, viewed  # before DeZero: it takes standard output away
from uniforms import Uniforms

import dezero
import numpy
from dezero import Config, Variable, functions


class DeZero(Uniforms, Adapter):
    implementation = {"name": "dezero", "version": dezero.__version__, "language": "Python",
                      "homepage": "https://github.com/oreilly-japan/deep-learning-from-scratch-3"}
    capabilities = ("train test config.train config.enable_backprop default_ratio names injected"
                    " bitwise seeded identity arithmetic gradient.train gradient.test"
                    " double_backward accumulate scopes threads views other_values").split()
    dtypes = ("float16", "float32", "float64", "int32", "int64")
    seeding = "entropy"

    variable = framework(Variable)
    clear_grad = framework(Variable.cleargrad)
    add = framework(operator.add)
    mul = framework(operator.mul)
    config = framework(lambda flag: bool(getattr(Config, flag)))
    set_config = framework(partial(setattr, Config))
    using_config = framework(dezero.using_config)
    no_grad = framework(dezero.no_grad)
    test_mode = framework(dezero.test_mode)

    def dropout(self, x, mode=None, u=None, **ratio):
        scope = nullcontext() if mode is None else dezero.using_config("train", mode == "train")
        with self.giving(u), scope:
            return call(functions.dropout, x, *ratio.values())

    def backward(self, y, gy=None, create_graph=False):
        if gy is not None:
            y.grad = Variable(gy)  # DeZero's backward starts from what is there, or from ones
        call(y.backward, create_graph=create_graph)

    def view(self, x, kind):
        return call(Variable, viewed(x.data, kind))

    def value(self, variable):
        return variable.data

    def grad(self, x):
        return None if x.grad is None else self.value(x.grad)

    def grad_as(self, x):
        return x.grad

    def recorded(self, y):
        return y.creator is not None

    def same(self, a, b):
        return "object" if a is b else "memory" if numpy.shares_memory(a.data, b.data) else "no"


if __name__ == "__main__":
    DeZero().serve()
