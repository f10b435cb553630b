"""Your dropout, for the judge. Fill in `dropout`; then `dezero-spec verify impl.json` judges it."""

from dezero_spec.wire import Adapter, call  # before any framework: it takes standard output away

import numpy


def dropout(x, ratio, train):
    """Drops each element of x, a NumPy array, with probability `ratio`, if `train`; gives back a new
    array, or x itself. The chapter does it like this:

    if not train:
        return x
    mask = numpy.random.rand(*x.shape) > ratio
    scale = numpy.array(1.0 - ratio).astype(x.dtype)
    return x * mask / scale
    """
    raise NotImplementedError("fill in `dropout` in adapter.py")


class MyFramework(Adapter):
    """A method for each step that is claimed; the judge's spec/protocol.md tells what there is."""

    implementation = {"name": "my framework", "version": "0.1", "language": "Python"}
    capabilities = ("train", "test")
    dtypes = ("float32",)

    def variable(self, array):
        return array  # in your framework: its own kind of array, made of this one

    def dropout(self, x, ratio, mode):
        return call(dropout, x, ratio, mode == "train")

    def value(self, x):
        return x  # in your framework: x as a NumPy array

    # More, as soon as it is there: claim what is named above each, and fill in what is below.

    # capabilities += ("direct",)
    #
    # def direct_dropout(self, x, ratio, mode):
    #     return call(direct_dropout, x, ratio, mode == "train")

    # capabilities += ("config.train", "config.enable_backprop")
    #
    # def dropout(self, x, ratio, mode=None):  # in place of the one above: without a mode, Config's counts
    #     return call(dropout, x, ratio, Config.train if mode is None else mode == "train")
    #
    # def config(self, flag):  # "train" or "enable_backprop"
    #     return getattr(Config, flag)
    #
    # def set_config(self, flag, value):
    #     call(setattr, Config, flag, value)
    #
    # def using_config(self, flag, value):  # a context manager
    #     return call(using_config, flag, value)
    #
    # def test_mode(self):
    #     return call(test_mode)
    #
    # def no_grad(self):
    #     return call(no_grad)
    #
    # def recorded(self, y):  # whether there is a way back from y
    #     return y.creator is not None

    # capabilities += ("gradient.train", "gradient.test")
    #
    # def backward(self, y, gy=None):  # gy is a NumPy array, or not given: ones
    #     call(y.backward, gy)
    #
    # def grad(self, x):  # as a NumPy array, or None where nothing came back
    #     return None if x.grad is None else x.grad.data

    # capabilities += ("seeded",)
    # seeding = "entropy"
    #
    # def seed(self, value):
    #     call(numpy.random.seed, value)


if __name__ == "__main__":
    MyFramework().serve()
