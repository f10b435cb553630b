"""The chapter's own code in plain NumPy."""

import operator
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework, viewed  # before NumPy: it takes standard output away
from uniforms import Uniforms

import numpy

import chapter
from chapter import Config, Variable


class Chapter(Uniforms, Adapter):
    implementation = {"name": "numpy", "version": numpy.__version__, "language": "Python"}
    capabilities = ("train test config.train config.enable_backprop default_ratio names injected"
                    " bitwise seeded identity direct arithmetic gradient.train gradient.test"
                    " double_backward accumulate scopes threads views other_values").split()
    dtypes = ("float16", "float32", "float64", "int32", "int64")
    seeding = "entropy"

    variable = framework(Variable)
    backward = framework(Variable.backward)
    clear_grad = framework(Variable.clear_grad)
    add = framework(operator.add)
    mul = framework(operator.mul)
    config = framework(lambda flag: bool(getattr(Config, flag)))
    set_config = framework(partial(setattr, Config))
    using_config = framework(chapter.using_config)
    no_grad = framework(chapter.no_grad)
    test_mode = framework(chapter.test_mode)

    def dropout(self, x, dropout=chapter.dropout, mode=None, u=None, **ratio):
        scope = nullcontext() if mode is None else chapter.using_config("train", mode == "train")
        with self.giving(u), scope:
            return call(dropout, x, *ratio.values())

    def direct_dropout(self, x, **options):
        return self.dropout(x, chapter.direct_dropout, **options)

    def view(self, x, kind):
        return call(Variable, viewed(x.data, kind))

    def value(self, variable):
        return variable.data

    def grad(self, x):
        return None if x.grad is None else x.grad.data

    def grad_as(self, x):
        return x.grad

    def recorded(self, y):
        return y.creator is not None

    def same(self, a, b):
        return "object" if a is b else "memory" if numpy.shares_memory(a.data, b.data) else "no"


Chapter().serve()
