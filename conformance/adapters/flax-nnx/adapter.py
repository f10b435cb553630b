"""Flax nnx: a module has a mode and a generator of its own, and a call may say otherwise."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import call, framework  # before JAX: it takes standard output away
from jax_functions import Jax, Variable

import flax
import jax
from flax import nnx


class Nnx(Jax):
    implementation = {"name": "flax-nnx", "version": flax.__version__, "language": "Python",
                      "platform": "JAX %s" % jax.__version__,
                      "homepage": "https://github.com/google/flax"}
    capabilities = ("train test seeded layers identity arithmetic views threads"
                    " gradient.train gradient.test double_backward").split()
    seeding = "entropy"

    def seed(self, value):
        """One generator for all layers, and for the threads that call them."""
        self.rngs = call(nnx.Rngs, dropout=value)

    def layer(self, ratio):
        return call(nnx.Dropout, ratio, rngs=self.rngs)

    def model(self, layers):
        return call(nnx.Sequential, *layers)

    def layer_mode(self, layer, train):
        call(layer.train if train else layer.eval)

    def apply(self, x, layer, **mode):
        before = call(nnx.clone, layer)  # with a generator that draws what the layer's is going to
        return Variable(call(layer, x.array, **mode),
                        lambda array: nnx.clone(before)(array, **mode), x)

    def dropout(self, x, ratio, mode):
        return self.apply(x, self.layer(ratio), deterministic=mode == "test")


Nnx().serve()
