"""Flax linen: a mode is an argument of the call, and so is the key of a mask."""

import sys
from functools import partial
from itertools import count
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import call  # before JAX: it takes standard output away
from jax_functions import Jax, computed

import flax
import jax
from flax import linen


class Linen(Jax):
    implementation = {"name": "flax-linen", "version": flax.__version__, "language": "Python",
                      "platform": "JAX %s" % jax.__version__,
                      "homepage": "https://github.com/google/flax"}
    # No layers: the mode is an argument of the call.
    capabilities = ("train test seeded identity arithmetic views threads"
                    " gradient.train gradient.test double_backward").split()
    seeding = "entropy"

    def seed(self, value):
        self.key, self.calls = call(jax.random.key, value), count()

    def dropout(self, x, ratio, mode):
        layer = call(linen.Dropout, ratio)
        if mode == "test":
            return computed(partial(layer.apply, {}, deterministic=True), x)
        # Linen keeps no state for threads to share. A key for each call is the user's to make.
        key = jax.random.fold_in(self.key, next(self.calls))
        return computed(partial(layer.apply, {}, deterministic=False, rngs={"dropout": key}), x)


Linen().serve()
