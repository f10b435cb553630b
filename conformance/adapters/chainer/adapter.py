"""Chainer: a flag of the thread, read by a function without a mode of its own.

The command names the device, NumPy's or CuPy's: @numpy, or @cupy:0.
"""

import operator
import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework, viewed  # before Chainer: it takes standard output away
from dezero_spec.steps import Unsupported
from uniforms import Uniforms

import chainer
from chainer import Variable, functions
from chainer.backends import cuda

USUAL = sys.argv[1] if len(sys.argv) > 1 else "@numpy"
OTHERS = [name for name in ["@numpy", *["@cupy:0"] * cuda.available] if name != USUAL]


def sent(array, device):
    # CuPy 13.6 makes +0 of a single -0.0, in arrays without axes alone.
    return call(device.send, array.reshape(-1)).reshape(array.shape)


class Chainer(Uniforms, Adapter):
    implementation = {"name": "chainer", "version": chainer.__version__, "language": "Python",
                      "homepage": "https://github.com/chainer/chainer"}
    capabilities = ("train test config.train config.enable_backprop default_ratio names injected"
                    " seeded identity arithmetic gradient.train gradient.test double_backward"
                    " accumulate scopes threads views other_values device").split()
    dtypes = ("float16", "float32", "float64", "int32", "int64")
    seeding = "entropy"
    peculiar = {"devices": [USUAL, *OTHERS]}

    if cuda.available:
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

    def variable(self, array, device=USUAL):
        return call(Variable, sent(array, chainer.get_device(device)))

    def dropout(self, x, mode=None, u=None, **ratio):
        scope = nullcontext() if mode is None else chainer.using_config("train", mode == "train")
        with self.giving(u), scope:
            if chainer.config.train and x.ndim == 0:
                raise Unsupported("Chainer's dropout has no single numbers")
            return call(functions.dropout, x, *ratio.values())

    def backward(self, y, gy=None, create_graph=False):
        # Without a gradient Chainer goes back from single numbers alone.
        y.grad = y.xp.ones_like(y.array) if gy is None else sent(gy, y.device)
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
        if a is b:
            return "object"
        # By their bounds: CuPy's shares_memory says that any two single numbers do.
        return "memory" if a.xp is b.xp and a.xp.may_share_memory(a.array, b.array) else "no"


Chainer().serve()
