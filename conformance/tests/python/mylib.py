"""A function that is right, one that scales wrongly, and a class with more."""

import numpy

import dezero_spec

generator = numpy.random.default_rng()


def reseed(value):
    global generator
    generator = numpy.random.default_rng(value)


@dezero_spec.dropout(name="mylib", version="1.0", dtypes=("float32", "float64"), seed=reseed)
def dropout(x, ratio, train):
    if not 0 <= ratio <= 1:
        raise ValueError("a ratio of %s" % ratio)
    if not train or ratio == 0:
        return x
    if ratio == 1:
        return x * 0
    return x * (generator.random(x.shape) >= ratio) / numpy.array(1 - ratio, x.dtype)


def forgets_scale(x, ratio, train):
    return x * (generator.random(x.shape) >= ratio) if train else x


class Framework(dezero_spec.Adapter):
    """Its mode is a setting of the whole process."""

    implementation = {"name": "framework", "version": "2", "language": "Python"}
    capabilities = ("train", "test", "config.train")
    dtypes = ("float32",)
    train = True

    def variable(self, array):
        return array

    def dropout(self, x, ratio, mode=None):
        train = Framework.train if mode is None else mode == "train"
        return dezero_spec.call(dropout.function, x, ratio, train)

    def value(self, x):
        return x

    def config(self, flag):
        return Framework.train

    def set_config(self, flag, value):
        Framework.train = value

    def using_config(self, flag, value):
        return Scope(value)

    def test_mode(self):
        return Scope(False)


class Scope:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        self.before, Framework.train = Framework.train, self.value

    def __exit__(self, *raised):
        Framework.train = self.before
