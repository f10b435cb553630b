"""For the adapters of frameworks that draw from `numpy.random.rand`.

The framework is left as it is: it calls `numpy.random.rand` and finds a stand-in there, which counts
and, for one call, hands out the judge's uniforms.
"""

import contextlib
import math
import threading

import numpy


class Uniforms:
    def __init__(self):
        self.drawn = 0
        # Of the thread that asks; the adapter of a thread is a copy that shares it.
        self.of_thread = threading.local()
        self.generator = numpy.random.rand
        numpy.random.rand = self.rand

    def seed(self, value):
        numpy.random.seed(value)

    def draws(self):
        return self.drawn

    def rand(self, *shape):
        count = math.prod(shape)
        self.drawn += count
        given = getattr(self.of_thread, "given", None)
        if given is None:
            return self.generator(*shape)
        if count > given.size:
            error = ValueError("%d uniforms wanted, %d left" % (count, given.size))
            error.blamed = "adapter"  # although it comes through the framework
            raise error
        taken, self.of_thread.given = given[:count], given[count:]
        return taken.reshape(shape) if shape else float(taken[0])

    @contextlib.contextmanager
    def giving(self, uniforms):
        """Within, `uniforms` come in their order; None leaves the generator at work."""
        self.of_thread.given = None if uniforms is None else uniforms.ravel()
        try:
            yield
        finally:
            self.of_thread.given = None
