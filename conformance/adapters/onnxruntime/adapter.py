"""ONNX Runtime on the CPU: a model of one Dropout node, whose mode is an input.

The models are kept, one for each dtype. Started with `sessions`, there is a new one for each call,
and its node has a seed of its own, drawn at random.
"""

import random
import sys
from functools import lru_cache
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, viewed  # before ONNX Runtime: it takes standard output away

import numpy
import onnxruntime
from onnx import TensorProto, helper

OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = 1  # making threads takes a hundred times as long as the rest
OPTIONS.log_severity_level = 4


def session(dtype, with_ratio, **seed):
    element = helper.np_dtype_to_tensor_dtype(dtype)
    inputs = [helper.make_tensor_value_info("data", element, None),
              helper.make_tensor_value_info("training_mode", TensorProto.BOOL, [])]
    if with_ratio:
        inputs.append(helper.make_tensor_value_info("ratio", TensorProto.FLOAT, []))
    node = helper.make_node("Dropout", ["data", "ratio" if with_ratio else "", "training_mode"],
                            ["output"], **seed)
    output = helper.make_tensor_value_info("output", element, None)
    graph = helper.make_graph([node], "dropout", inputs, [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString(), OPTIONS, ["CPUExecutionProvider"])


class OnnxRuntime(Adapter):
    implementation = {"name": "onnxruntime", "version": onnxruntime.__version__, "language": "Python",
                      "homepage": "https://github.com/microsoft/onnxruntime"}
    capabilities = "train test default_ratio seeded identity views threads".split()
    # For integers there is no such kernel, and the session is refused.
    dtypes = ("float16", "float32", "float64", "int32", "int64")
    seeding = "entropy"
    peculiar = {"ratio_dtype": "float32"}

    kept = staticmethod(lru_cache(maxsize=None)(session))

    def seed(self, value):
        onnxruntime.set_seed(value)

    def session(self, x, ratio):
        return call(self.kept, x.dtype, bool(ratio))

    def variable(self, array):
        return array

    def dropout(self, x, mode, **ratio):
        inputs = {"data": x, "training_mode": numpy.array(mode == "train"),
                  **{name: numpy.array(value, numpy.float32) for name, value in ratio.items()}}
        return call(self.session(x, ratio).run, ["output"], inputs)[0]

    def view(self, x, kind):
        return viewed(x, kind)

    def value(self, x):
        return x

    def same(self, a, b):
        return "object" if a is b else "memory" if numpy.shares_memory(a, b) else "no"


class FreshSessions(OnnxRuntime):
    capabilities = [name for name in OnnxRuntime.capabilities if name != "seeded"]

    def seed(self, value):
        self.seeds = random.Random(value)

    def session(self, x, ratio):
        return call(session, x.dtype, bool(ratio), seed=self.seeds.getrandbits(31))


(FreshSessions if sys.argv[1:] == ["sessions"] else OnnxRuntime)().serve()
