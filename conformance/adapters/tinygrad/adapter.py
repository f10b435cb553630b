"""tinygrad: the mode is the flag TRAINING of its Context. The flag is 0 until it is set."""

import operator
import sys
from contextlib import nullcontext
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework  # before tinygrad: it takes standard output away

from importlib.metadata import version

import ml_dtypes
from tinygrad import Context, Device, Tensor, dtypes
from tinygrad.helpers import TRAINING


def using_config(flag, value):
    return Context(**{"TRAINING" if flag == "train" else flag: value})


class Tinygrad(Adapter):
    implementation = {"name": "tinygrad", "version": version("tinygrad"), "language": "Python",
                      "homepage": "https://github.com/tinygrad/tinygrad", "platform": Device.DEFAULT}
    # No threads: a second thread that compiles raises, for the cache of kernels is the first one's.
    capabilities = ("train test config.train default_ratio names other_values scopes seeded identity"
                    " views device arithmetic gradient.train gradient.test double_backward"
                    " accumulate").split()
    dtypes = ("float16", "bfloat16", "float32", "float64", "int32", "int64")
    seeding = "entropy"
    peculiar = {"devices": [Device.DEFAULT, Device.DEFAULT + ":1"]}
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}

    add = framework(operator.add)
    mul = framework(operator.mul)
    seed = framework(Tensor.manual_seed)
    using_config = framework(using_config)

    def variable(self, array, device=None):
        # NumPy has no bfloat16: tinygrad takes and gives float32, which holds each of them exactly.
        taken = array.astype("float32") if array.dtype == ml_dtypes.bfloat16 else array
        x = call(Tensor, taken, device, array.dtype.name)
        # A single number is a constant, without a device and a gradient, until it is cloned.
        return call(x.clone, device or Device.DEFAULT) if x.device is None else x

    def set_config(self, flag, value):
        TRAINING.value = value

    def config(self, flag):
        return bool(TRAINING)

    def test_mode(self):
        return Context(TRAINING=0)

    def dropout(self, x, mode=None, **ratio):
        with nullcontext() if mode is None else Context(TRAINING=int(mode == "train")):
            return call(x.dropout, *ratio.values())

    def backward(self, y, gy=None, create_graph=False):
        # Without a gradient tinygrad goes back from single numbers alone; its graphs are kept always.
        call(y.backward, y.ones_like() if gy is None else self.variable(gy, y.device))

    def clear_grad(self, x):
        x.grad = None

    def grad_as(self, x):
        return x.grad

    def view(self, x, kind):
        return call({"transpose": lambda: x.permute(tuple(reversed(range(x.ndim)))),
                     "reverse": lambda: x.flip(0), "step": lambda: x[::2],
                     "broadcast": lambda: x.expand(2, *x.shape)}[kind])

    def value(self, x):
        array = call(x.numpy)
        return array.astype(ml_dtypes.bfloat16) if x.dtype == dtypes.bfloat16 else array

    def grad(self, x):
        return None if x.grad is None else self.value(x.grad)

    def device(self, x):
        return x.device

    def same(self, a, b):
        return "object" if a is b else "memory" if a.uop.base is b.uop.base else "no"


Tinygrad().serve()
