"""Chainer: a flag of the thread, read by a function without a mode of its own."""

import operator
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from wire import Adapter, call, framework, viewed  # before Chainer: it takes standard output away
from steps import Unsupported
from uniforms import Uniforms

import chainer
from chainer import Variable, functions
from chainer.backends import cuda


class Chainer(Uniforms, Adapter):
    implementation = {"name": "chainer", "version": chainer.__version__, "language": "Python",
                      "homepage": "https://github.com/chainer/chainer"}
    capabilities = ("train test config.train config.enable_backprop default_ratio names injected"
                    " seeded identity arithmetic gradient.train gradient.test double_backward"
                    " accumulate scopes threads views other_values device").split()
    dtypes = ("float16", "float32", "float64", "int32", "int64")
    seeding = "entropy"
    peculiar = {"devices": ["@numpy"]}

    if cuda.available:
        peculiar["devices"].append("@cupy:0")
        capabilities.remove("injected")  # CuPy draws uniforms of its own

    clear_grad = framework(Variable.cleargrad)
    add = framework(operator.add)
    mul = framework(operator.mul)
    config = framework(lambda flag: bool(getattr(chainer.config, flag)))
    set_config = framework(partial(setattr, chainer.config))
    using_config = framework(chainer.using_config)
    no_grad = framework(chainer.no_backprop_mode)
    test_mode = framework(partial(chainer.using_config, "train", False))

    def seed(self, value):
        super().seed(value)
        if cuda.available:
            cuda.cupy.random.seed(value)

    def variable(self, array, device="@numpy"):
        x = call(Variable, array)
        call(x.to_device, device)
        return x

    def dropout(self, x, mode=None, u=None, **ratio):
        scope = nullcontext() if mode is None else chainer.using_config("train", mode == "train")
        with self.giving(u), scope:
            if chainer.config.train and x.ndim == 0:
                raise Unsupported("Chainer's dropout has no single numbers")
            return call(functions.dropout, x, *ratio.values())

    def backward(self, y, gy=None, create_graph=False):
        # Without a gradient Chainer goes back from single numbers alone.
        y.grad = y.xp.ones_like(y.array) if gy is None else y.device.send(gy)
        call(y.backward, enable_double_backprop=create_graph)

    def view(self, x, kind):
        return call(Variable, viewed(x.array, kind))

    def value(self, variable):
        return cuda.to_cpu(variable.array)

    def grad(self, x):
        return None if x.grad is None else cuda.to_cpu(x.grad)

    def grad_as(self, x):
        return x.grad_var

    def recorded(self, y):
        return y.creator is not None

    def device(self, y):
        return y.device.name

    def same(self, a, b):
        return "object" if a is b else "memory" if a.xp.shares_memory(a.array, b.array) else "no"


Chainer().serve()
