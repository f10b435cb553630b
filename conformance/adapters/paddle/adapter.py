"""PaddlePaddle on the processor, its dropout in both modes of scaling."""

import operator
import sys
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.steps import Unsupported
from dezero_spec.wire import Adapter, call, framework  # before Paddle: it takes standard output away

import ml_dtypes
import numpy
import paddle
from paddle import nn
from paddle.nn import functional

SCOPES = {True: paddle.enable_grad, False: paddle.no_grad}


def computed(operation, lacking, a, b):
    """`lacking` has the dtypes that the processor does not compute it in."""
    if a.dtype in lacking:
        raise Unsupported("no %s of %s on the processor" % (operation.__name__, a.dtype))
    return call(operation, a, b)


class Paddle(Adapter):
    implementation = {"name": "paddle", "version": paddle.__version__, "language": "Python",
                      "homepage": "https://github.com/PaddlePaddle/Paddle"}
    # No double_backward: Paddle has no gradient of dropout's gradient, and says so.
    capabilities = ("train test config.enable_backprop default_ratio direct seeded layers identity"
                    " arithmetic views device gradient.train gradient.test accumulate scopes"
                    " threads").split()
    dtypes = ("float16", "bfloat16", "float32", "float64", "int32", "int64")
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}
    peculiar = {"ratio_dtype": "float32"}
    seeding = "entropy"

    seed = framework(paddle.seed)
    add = staticmethod(partial(computed, operator.add, (paddle.float16, paddle.bfloat16)))
    mul = staticmethod(partial(computed, operator.mul, (paddle.float16,)))
    clear_grad = framework(paddle.Tensor.clear_grad)
    layer = framework(nn.Dropout)
    apply = framework(lambda x, layer: layer(x))
    config = framework(lambda flag: paddle.is_grad_enabled())
    set_config = framework(lambda flag, value: paddle.set_grad_enabled(value))
    using_config = framework(lambda flag, value: SCOPES[value]())
    no_grad = framework(paddle.no_grad)

    def variable(self, array, device="cpu"):
        x = call(tensor, array, device)
        x.stop_gradient = not x.is_floating_point()
        return x

    def dropout(self, x, mode, scaling="upscale_in_train", **ratio):
        return call(functional.dropout, x, *ratio.values(), training=mode == "train", mode=scaling)

    def direct_dropout(self, x, **options):
        return self.dropout(x, scaling="downscale_in_infer", **options)

    def model(self, layers):
        return call(nn.Sequential, *layers)

    def layer_mode(self, layer, train):
        call(layer.train if train else layer.eval)

    def backward(self, y, gy=None):
        call(y.backward, None if gy is None else tensor(gy, "cpu"))

    def view(self, x, kind):
        return call({"transpose": lambda: x.transpose([*reversed(range(x.ndim))]),
                     "reverse": lambda: x[::-1],
                     "step": lambda: x[::2],
                     "broadcast": lambda: x.expand([2, *x.shape])}[kind])

    def value(self, variable):
        return in_numpy(variable)

    def grad(self, x):
        return None if x.grad is None else in_numpy(x.grad)

    def recorded(self, y):
        return not y.is_leaf

    def same(self, a, b):
        return "object" if a is b else "memory" if a.data_ptr() == b.data_ptr() else "no"

    def device(self, y):
        return "cpu" if y.place.is_cpu_place() else str(y.place)


def tensor(array, device):
    """Paddle takes a bfloat16 as the 16 bits that it is made of, and gives it so."""
    if array.dtype == ml_dtypes.bfloat16:
        return paddle.to_tensor(array.view(numpy.uint16), dtype="bfloat16", place=device)
    return paddle.to_tensor(array, place=device)


def in_numpy(x):
    array = call(x.numpy)
    return array.view(ml_dtypes.bfloat16) if x.dtype == paddle.bfloat16 else array


Paddle().serve()
