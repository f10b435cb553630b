"""The reference evaluator of ONNX: a model of one Dropout node, whose mode is an input.

The ratio is a float32, as exporters write it. Started with `wide`, it takes no narrower data than
that, and always a ratio: what goes wrong without hides the rest.
"""

import sys
from functools import lru_cache
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))
from dezero_spec.wire import Adapter, call, viewed  # before ONNX: it takes standard output away

import ml_dtypes
import numpy
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator


@lru_cache(maxsize=None)
def evaluator(dtype, with_ratio):
    element = helper.np_dtype_to_tensor_dtype(dtype)
    inputs = [helper.make_tensor_value_info("data", element, None),
              helper.make_tensor_value_info("training_mode", TensorProto.BOOL, [])]
    if with_ratio:
        inputs.append(helper.make_tensor_value_info("ratio", TensorProto.FLOAT, []))
    node = helper.make_node("Dropout", ["data", "ratio" if with_ratio else "", "training_mode"], ["output"])
    output = helper.make_tensor_value_info("output", element, None)
    graph = helper.make_graph([node], "dropout", inputs, [output])
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)]))


class OnnxReference(Adapter):
    implementation = {"name": "onnx-reference", "version": onnx.__version__, "language": "Python",
                      "homepage": "https://github.com/onnx/onnx"}
    capabilities = "train test identity views threads".split()
    dtypes = ["float32", "float64", "int32", "int64"]
    peculiar = {"ratio_dtype": "float32"}
    numpy_dtypes = {"bfloat16": ml_dtypes.bfloat16}

    if sys.argv[1:] != ["wide"]:
        capabilities += ["default_ratio"]
        dtypes += ["float16", "bfloat16"]

    def variable(self, array):
        return array

    def dropout(self, x, mode, **ratio):
        inputs = {"data": x, "training_mode": numpy.array(mode == "train"),
                  **{name: numpy.array(value, numpy.float32) for name, value in ratio.items()}}
        return call(call(evaluator, x.dtype, bool(ratio)).run, None, inputs)[0]

    def view(self, x, kind):
        return viewed(x, kind)

    def value(self, x):
        return x

    def same(self, a, b):
        return "object" if a is b else "memory" if numpy.shares_memory(a, b) else "no"


OnnxReference().serve()
