"""TensorFlow with its own Keras: `tf.nn.dropout` has no test mode, so the layer is what is judged."""

import operator
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework, viewed  # before TensorFlow: it takes standard output away

import ml_dtypes
import numpy
import tensorflow as tf


class TensorFlow(Adapter):
    implementation = {"name": "tensorflow", "version": tf.__version__, "language": "Python",
                      "platform": "Keras %s" % tf.keras.__version__,
                      "homepage": "https://github.com/tensorflow/tensorflow"}
    # No device: TensorFlow computes where tf.device says, not where x lives. No config.enable_backprop:
    # stop_recording belongs to a tape, and there is no flag to read or to set.
    capabilities = ("train test seeded identity arithmetic views threads"
                    " gradient.train gradient.test double_backward").split()
    dtypes = ("float16", "bfloat16", "float32", "float64", "int32", "int64")
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}
    seeding = "entropy"

    value = framework(lambda tensor: tensor.numpy())
    add = framework(operator.add)
    mul = framework(operator.mul)

    def run(self, request):
        with self.recording():
            return super().run(request)

    def work(self, body, barrier):
        with self.recording():
            super().work(body, barrier)

    @contextmanager
    def recording(self):
        """A tape records while it is open, and its own thread alone: one for each program and body."""
        self.watched, self.gradients = [], {}
        with tf.GradientTape(persistent=True) as self.tape:
            yield

    def seed(self, value):
        call(tf.keras.utils.set_random_seed, value)
        self.layers = {}  # A layer has its seed from when it was made.

    def variable(self, array):
        x = call(tf.constant, array)
        call(self.tape.watch, x)
        self.watched.append(x)
        return x

    def layer(self, ratio, dtype):
        """Made once and kept, as in a model, also by threads; without a dtype it would cast to float32."""
        if (ratio, dtype) not in self.layers:
            made = call(tf.keras.layers.Dropout, ratio, dtype=dtype.name if dtype.is_floating else None)
            self.layers.setdefault((ratio, dtype), made)  # of two threads the first keeps its own
        return self.layers[ratio, dtype]

    def dropout(self, x, ratio, mode):
        return call(self.layer(ratio, x.dtype), x, training=mode == "train")

    def backward(self, y, gy=None, create_graph=False):
        with nullcontext() if create_graph else self.tape.stop_recording():
            gradients = call(self.tape.gradient, y, self.watched, gy)
        self.gradients.update((x.ref(), gradient) for x, gradient in zip(self.watched, gradients)
                              if gradient is not None)

    def clear_grad(self, x):
        self.gradients.pop(x.ref(), None)

    def grad_as(self, x):
        return self.gradients[x.ref()]

    def grad(self, x):
        gradient = self.gradients.get(x.ref())
        return None if gradient is None else self.value(gradient)

    def view(self, x, kind):
        if kind == "transpose":
            return call(tf.transpose, x)
        if kind == "broadcast":
            return call(tf.broadcast_to, x, (2, *x.shape))
        return call(viewed, x, kind)

    def same(self, a, b):
        if a is b:
            return "object"
        # NumPy reads TensorFlow's memory, but a single bfloat16 only as one of a row.
        a, b = (call(numpy.asarray, call(tf.reshape, tensor, [-1])) for tensor in (a, b))
        return "memory" if numpy.shares_memory(a, b) else "no"


TensorFlow().serve()
