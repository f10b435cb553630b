"""MLX on the processor, its dropout as a layer."""

import operator
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework, viewed  # before MLX: it takes standard output away

import ml_dtypes
import mlx.core as mx
import numpy
from mlx import nn


class Variable:
    """MLX differentiates functions, so that a result is kept with the call that computes it."""

    def __init__(self, array, function=None, *inputs):
        self.array, self.function, self.inputs, self.grad = array, function, inputs, None

    def leaves(self):
        """Each once, in the order of the keys of a dictionary."""
        return dict.fromkeys(leaf for of in self.inputs for leaf in of.leaves()) or {self: None}

    def again(self, arrays):
        """The same calls on other arrays, those of its leaves; it adds what it computes."""
        if self not in arrays:
            arrays[self] = self.function(*(of.again(arrays) for of in self.inputs))
        return arrays[self]


class MLX(Adapter):
    implementation = {"name": "mlx", "version": mx.__version__, "language": "Python",
                      "homepage": "https://github.com/ml-explore/mlx"}
    # No device: MLX's arrays lie in memory that all devices share.
    capabilities = ("train test default_ratio seeded layers identity arithmetic views threads"
                    " gradient.train gradient.test double_backward").split()
    dtypes = ("float16", "bfloat16", "float32", "float64", "int32", "int64")
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}
    seeding = "entropy"

    seed = framework(mx.random.seed)
    layer = framework(nn.Dropout)
    layer_mode = framework(nn.Module.train)

    def variable(self, array):
        return Variable(call(mx.array, array, dtype=getattr(mx, array.dtype.name)))

    def dropout(self, x, mode, **ratio):
        layer = call(nn.Dropout, *ratio.values())
        call(layer.train, mode == "train")
        return self.apply(x, layer)

    def model(self, layers):
        return call(nn.Sequential, *layers)

    def apply(self, x, layer):
        state, mode = mx.array(mx.random.state[0]), layer.training

        def again(array):
            """MLX has no way back but through a call: it is the same one from the same state."""
            state_now, mode_now = mx.array(mx.random.state[0]), layer.training
            mx.random.state[0][:] = state
            y = layer.train(mode)(array)
            mx.random.state[0][:] = state_now
            layer.train(mode_now)
            return y

        return Variable(call(layer, x.array), again, x)

    def add(self, a, b):
        return Variable(call(operator.add, a.array, b.array), operator.add, a, b)

    def mul(self, a, b):
        return Variable(call(operator.mul, a.array, b.array), operator.mul, a, b)

    def backward(self, y, gy=None, create_graph=False):
        """A gradient is a function too: `create_graph` asks for nothing more."""
        leaves = list(y.leaves())
        gy = mx.ones_like(y.array) if gy is None else self.variable(gy).array

        def gradients(*arrays):
            return mx.vjp(lambda *arrays: y.again(dict(zip(leaves, arrays))), arrays, [gy])[1]

        for place, gradient in enumerate(call(gradients, *(leaf.array for leaf in leaves))):
            leaves[place].grad = Variable(
                gradient, lambda *arrays, place=place: gradients(*arrays)[place], *leaves)

    def clear_grad(self, x):
        x.grad = None

    def grad_as(self, x):
        return x.grad

    def view(self, x, kind):
        if kind == "broadcast":
            return Variable(call(mx.broadcast_to, x.array, (2, *x.array.shape)))
        return Variable(call(viewed, x.array, kind))

    def value(self, variable):
        return in_numpy(variable.array)

    def grad(self, x):
        return None if x.grad is None else self.value(x.grad)

    def same(self, a, b):
        if a.array is b.array:
            return "object"
        return "memory" if numpy.shares_memory(in_numpy(a.array), in_numpy(b.array)) else "no"

    def work(self, body, barrier):
        super().work(body, barrier)
        mx.clear_streams()  # which MLX asks of every thread that ends


def in_numpy(array):
    """NumPy reads MLX's memory; it has no bfloat16 of its own, but that of ml_dtypes."""
    if array.dtype == mx.bfloat16:
        return call(numpy.asarray, array.view(mx.uint16)).view(ml_dtypes.bfloat16)
    return call(numpy.asarray, array)


MLX().serve()
