"""For the adapters of frameworks on JAX, which differentiates functions.

A result is kept with the function that computed it: JAX goes back through a function, not through
an array. Each such function must draw the same mask again, by the same key.
"""

import operator

import jax
import jax.numpy as jnp
import ml_dtypes
import numpy

from dezero_spec.wire import Adapter, call, viewed


class Variable:
    def __init__(self, array, function=None, *inputs):
        self.array, self.function, self.inputs, self.grad = array, function, inputs, None

    def leaves(self):
        """The variables that it was computed from, each once, as the keys of a dictionary."""
        return dict.fromkeys(leaf for of in self.inputs for leaf in of.leaves()) or {self: None}

    def again(self, arrays):
        """The same calls as functions of other arrays, those of its leaves; it adds what it computes."""
        if self not in arrays:
            arrays[self] = self.function(*(of.again(arrays) for of in self.inputs))
        return arrays[self]


def computed(function, *variables):
    return Variable(call(function, *(of.array for of in variables)), function, *variables)


class Jax(Adapter):
    # JAX has 64 bits only where it is told so: JAX_ENABLE_X64=1 in the environment.
    dtypes = ("float16", "bfloat16", "float32", "int32",
              *(("float64", "int64") if jax.config.jax_enable_x64 else ()))
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}

    def variable(self, array):
        return Variable(call(jnp.asarray, array))

    def add(self, a, b):
        return computed(operator.add, a, b)

    def mul(self, a, b):
        return computed(operator.mul, a, b)

    def view(self, x, kind):
        if kind == "broadcast":
            return Variable(call(jnp.broadcast_to, x.array, (2, *x.array.shape)))
        return Variable(call(viewed, x.array, kind))

    def backward(self, y, gy=None, create_graph=False):
        """A gradient is a function too: `create_graph` asks for nothing more."""
        leaves = list(y.leaves())
        gy = jnp.ones_like(y.array) if gy is None else self.variable(gy).array

        def gradients(*arrays):
            return jax.vjp(lambda *arrays: y.again(dict(zip(leaves, arrays))), *arrays)[1](gy)

        for place, gradient in enumerate(call(gradients, *(leaf.array for leaf in leaves))):
            leaves[place].grad = Variable(
                gradient, lambda *arrays, place=place: gradients(*arrays)[place], *leaves)

    def clear_grad(self, x):
        x.grad = None

    def grad_as(self, x):
        return x.grad

    def value(self, variable):
        return call(numpy.asarray, variable.array)

    def grad(self, x):
        return None if x.grad is None else self.value(x.grad)

    def same(self, a, b):
        if a.array is b.array:
            return "object"
        return "memory" if numpy.shares_memory(self.value(a), self.value(b)) else "no"
