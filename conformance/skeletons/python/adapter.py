"""Your dropout, for the judge. Fill in `dropout`; then `dezero-spec verify impl.json` judges it."""

from wire import Adapter, call  # before any framework: it takes standard output away

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


MyFramework().serve()
