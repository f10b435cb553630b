"""PyTorch, on the device that the command names: the processor, or cuda:0."""

import operator
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, framework  # before PyTorch: it takes standard output away

import ml_dtypes
import numpy
import torch
from torch import nn
from torch.nn import functional

USUAL = sys.argv[1] if len(sys.argv) > 1 else "cpu"
OTHERS = [name for name in ["cpu", *["cuda:0"] * torch.cuda.is_available()] if name != USUAL]
SCOPES = {True: torch.enable_grad, False: torch.no_grad}


class PyTorch(Adapter):
    implementation = {"name": "pytorch", "version": torch.__version__, "language": "Python",
                      "homepage": "https://github.com/pytorch/pytorch"}
    # No config.train: the mode is the module's, or an argument.
    capabilities = ("train test config.enable_backprop default_ratio seeded layers identity"
                    " arithmetic views device gradient.train gradient.test double_backward"
                    " accumulate scopes threads").split()
    dtypes = ("float16", "bfloat16", "float32", "float64", "int32", "int64")
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}
    peculiar = {"devices": [USUAL, *OTHERS]}
    seeding = "entropy"

    seed = framework(torch.manual_seed)
    add = framework(operator.add)
    mul = framework(operator.mul)
    layer = framework(nn.Dropout)
    layer_mode = framework(nn.Module.train)
    apply = framework(lambda x, layer: layer(x))
    config = framework(lambda flag: torch.is_grad_enabled())
    set_config = framework(lambda flag, value: torch.set_grad_enabled(value))
    using_config = framework(lambda flag, value: SCOPES[value]())
    no_grad = framework(torch.no_grad)

    def variable(self, array, device=USUAL):
        x = call(tensor, array, device)
        return x.requires_grad_() if x.is_floating_point() else x

    def dropout(self, x, mode, **ratio):
        return call(functional.dropout, x, *ratio.values(), training=mode == "train")

    def model(self, layers):
        return call(nn.Sequential, *layers)

    def backward(self, y, gy=None, create_graph=False):
        gy = torch.ones_like(y) if gy is None else tensor(gy, y.device)
        call(y.backward, gy, create_graph=create_graph)

    def clear_grad(self, x):
        x.grad = None

    def view(self, x, kind):
        return call({"transpose": lambda: x.permute(tuple(reversed(range(x.dim())))),
                     "reverse": lambda: x.flip(0),  # a copy: strides are never negative
                     "step": lambda: x[::2],
                     "broadcast": lambda: x.expand(2, *x.shape)}[kind])

    def value(self, variable):
        return in_numpy(variable)

    def grad(self, x):
        return None if x.grad is None else in_numpy(x.grad)

    def grad_as(self, x):
        return x.grad

    def recorded(self, y):
        return y.grad_fn is not None

    def same(self, a, b):
        memory = [x.untyped_storage().data_ptr() for x in (a, b)]
        return "object" if a is b else "memory" if memory[0] == memory[1] else "no"

    def device(self, y):
        return str(y.device)


def tensor(array, device):
    """NumPy has no bfloat16 but that of ml_dtypes, which PyTorch does not know."""
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(numpy.int16)).view(torch.bfloat16).to(device)
    return torch.from_numpy(array).to(device)


def in_numpy(x):
    x = call(lambda: x.detach().cpu())
    if x.dtype == torch.bfloat16:
        return x.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return x.numpy()


PyTorch().serve()
