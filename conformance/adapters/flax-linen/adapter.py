"""Flax linen: a mode is an argument of the call, and so is the key of a mask."""

import sys
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from wire import call  # before JAX: it takes standard output away
from jax_functions import Jax, computed

import flax
import jax
from flax import linen


class Linen(Jax):
    implementation = {"name": "flax-linen", "version": flax.__version__, "language": "Python",
                      "platform": "JAX %s" % jax.__version__,
                      "homepage": "https://github.com/google/flax"}
    capabilities = ("train test seeded identity arithmetic views"
                    " gradient.train gradient.test double_backward").split()
    seeding = "entropy"

    def seed(self, value):
        self.key = call(jax.random.key, value)

    def dropout(self, x, ratio, mode):
        layer = call(linen.Dropout, ratio)
        if mode == "test":
            return computed(partial(layer.apply, {}, deterministic=True), x)
        self.key, key = jax.random.split(self.key)
        return computed(partial(layer.apply, {}, deterministic=False, rngs={"dropout": key}), x)


Linen().serve()
