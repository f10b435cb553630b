"""DeZero with its arrays on a GPU, where they are CuPy's."""

from adapter import DeZero, call  # before CuPy: it takes standard output away

import cupy
from dezero import Variable, cuda

GPU, HOST = "cuda:0", "cpu"


def on_gpu(array):
    # CuPy 13.6 makes +0 of a single -0.0, in arrays without axes alone.
    return call(cupy.asarray, array.reshape(-1)).reshape(array.shape)


class OnCuPy(DeZero):
    # The judge's uniforms are handed out by numpy.random alone.
    capabilities = [*(name for name in DeZero.capabilities if name not in ("injected", "bitwise")),
                    "device"]
    peculiar = {"devices": [GPU, HOST]}

    def seed(self, value):
        call(cupy.random.seed, value)
        super().seed(value)

    def variable(self, array, device=GPU):
        return call(Variable, on_gpu(array) if device == GPU else array)

    def backward(self, y, gy=None, create_graph=False):
        if gy is not None and self.device(y) == GPU:
            gy = on_gpu(gy)
        super().backward(y, gy, create_graph)

    def value(self, variable):
        return call(cuda.as_numpy, variable)

    def same(self, a, b):
        if self.device(a) != self.device(b):
            return "no"
        if self.device(a) == HOST or a is b:
            return super().same(a, b)
        # By their bounds: shares_memory says that any two single numbers do.
        return "memory" if cupy.may_share_memory(a.data, b.data) else "no"

    def device(self, y):
        return GPU if isinstance(y.data, cupy.ndarray) else HOST


OnCuPy().serve()
