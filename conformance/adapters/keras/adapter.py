"""Keras 3 on JAX: a layer has a generator and a dtype of its own, a call has a mode."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import call  # before JAX: it takes standard output away
from jax_functions import Jax, Variable
sys.path.pop()  # Keras asks whether there is a tensorflow, and there is a folder of that name.

import jax

os.environ["KERAS_BACKEND"] = "jax"
import keras
from keras import layers


class Keras(Jax):
    implementation = {"name": "keras", "version": keras.__version__, "language": "Python",
                      "platform": "JAX %s" % jax.__version__,
                      "homepage": "https://github.com/keras-team/keras"}
    # No layers: Keras's have no mode of their own, it is an argument of the call.
    capabilities = ("train test seeded identity arithmetic views threads"
                    " gradient.train gradient.test double_backward").split()
    seeding = "entropy"

    def seed(self, value):
        call(keras.utils.set_random_seed, value)
        self.layers = {}  # A layer has its seed from when it was made.

    def layer(self, ratio, dtype):
        """Made once and kept, as in a model, also by threads; without a dtype it would cast to float32."""
        if (ratio, dtype) not in self.layers:
            floating = keras.backend.is_float_dtype(dtype)
            made = call(layers.Dropout, ratio, dtype=dtype if floating else None)
            self.layers.setdefault((ratio, dtype), made)  # of two threads the first keeps its own
        return self.layers[ratio, dtype]

    def dropout(self, x, ratio, mode):
        layer, training = self.layer(ratio, x.array.dtype.name), mode == "train"
        before = [variable.value for variable in layer.non_trainable_variables]

        def again(array):
            return layer.stateless_call([], before, array, training=training)[0]

        return Variable(call(layer, x.array, training=training), again, x)


Keras().serve()
