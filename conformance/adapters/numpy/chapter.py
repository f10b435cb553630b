"""Dropout and train/test mode in plain NumPy: chapter 54, with as much of a framework as it needs."""

import contextlib

import numpy as np


class Config:
    enable_backprop = True
    train = True


@contextlib.contextmanager
def using_config(name, value):
    old_value = getattr(Config, name)
    setattr(Config, name, value)
    try:
        yield
    finally:
        setattr(Config, name, old_value)


def no_grad():
    return using_config("enable_backprop", False)


def test_mode():
    return using_config("train", False)


class Variable:
    """An array that knows what it was computed from."""

    def __init__(self, data):
        self.data = data
        self.grad = None
        self.creator = None
        self.generation = 0

    @property
    def shape(self):
        return self.data.shape

    @property
    def dtype(self):
        return self.data.dtype

    def clear_grad(self):
        self.grad = None

    def __add__(self, other):
        return computed(self.data + other.data, (self, lambda gy: gy), (other, lambda gy: gy))

    def __mul__(self, other):
        """An array in place of `other`, such as a mask, is a constant and gets no gradient."""
        if isinstance(other, Variable):
            return computed(self.data * other.data,
                            (self, lambda gy: gy * other), (other, lambda gy: gy * self))
        return computed(self.data * other, (self, lambda gy: gy * other))

    def __truediv__(self, constant):
        return computed(self.data / constant, (self, lambda gy: gy / constant))

    def backward(self, gy=None, create_graph=False):
        """Adds the gradients to those that the inputs at the far end of the graph already have."""
        if self.creator is None:
            raise RuntimeError("nothing was recorded on the way to this variable")
        gradients = {self: Variable(np.ones_like(self.data) if gy is None else gy)}
        with using_config("enable_backprop", create_graph):
            while gradients:
                # The youngest first: by then all that was computed from it has had its say.
                y = max(gradients, key=lambda variable: variable.generation)
                gy = gradients.pop(y)
                for x, gradient in y.creator:
                    gx = gradient(gy)
                    if x.creator is None:
                        x.grad = gx if x.grad is None else x.grad + gx
                    else:
                        gradients[x] = gradients[x] + gx if x in gradients else gx


def computed(data, *inputs):
    """A new variable. `inputs` are pairs: a variable, and what makes its gradient from that of the result.

    NumPy turns single numbers into scalars when it computes with them, so they become arrays again.
    """
    y = Variable(np.asarray(data))
    if Config.enable_backprop:
        y.creator = inputs
        y.generation = 1 + max(x.generation for x, _ in inputs)
    return y


def dropout(x, dropout_ratio=0.5):
    if not Config.train:
        return x
    mask = np.random.rand(*x.shape) > dropout_ratio
    scale = np.array(1.0 - dropout_ratio).astype(x.dtype)
    y = x * mask / scale
    return y


def direct_dropout(x, dropout_ratio=0.5):
    """The first form: the loudness is made up for in test mode."""
    if Config.train:
        mask = np.random.rand(*x.shape) > dropout_ratio
        return x * mask
    scale = np.array(1.0 - dropout_ratio).astype(x.dtype)
    return x * scale
