"""Arrays and numbers as the protocol writes them (spec/protocol.md, "Arrays")."""

import base64
import math
import sys

import numpy

SPELLINGS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0.0": -0.0}
LONGEST_DATA = 64  # elements; longer arrays are answered in base64


def number(written):
    """A bool is a number to Python, but not on the wire."""
    if isinstance(written, str) and written in SPELLINGS:
        return SPELLINGS[written]
    if type(written) not in (int, float):
        raise ValueError("not a number: %r" % (written,))
    return written


def spelled(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "-0.0" if value == 0 and math.copysign(1, value) < 0 else value


def little_endian(array):
    return array.byteswap() if sys.byteorder == "big" else array


def decode(array, dtype):
    """Always a new array, which the framework may keep or spoil."""
    shape = tuple(array["shape"])
    if len({"data", "base64", "fill"} & set(array)) != 1:
        raise ValueError("an array has one of data, base64 and fill")
    if "base64" in array:
        content = base64.b64decode(array["base64"], validate=True)
        return little_endian(numpy.frombuffer(content, dtype)).reshape(shape).copy()
    numbers = [number(element) for element in array.get("data", [array.get("fill")])]
    if dtype.kind == "i" and not all(type(element) is int for element in numbers):
        raise ValueError("not all integers: %s" % numbers)
    flat = numpy.array(numbers, dtype)
    return numpy.full(shape, flat[0], dtype) if "fill" in array else flat.reshape(shape)


def encode(array):
    """float16 and float32 are written as float64, which holds each of them exactly."""
    array = numpy.asarray(array)
    written = {"dtype": array.dtype.name, "shape": list(array.shape)}
    if array.size > LONGEST_DATA:
        return {**written, "base64": base64.b64encode(little_endian(array).tobytes()).decode()}
    exact = int if array.dtype.kind in "iub" else float
    return {**written, "data": [spelled(exact(element)) for element in array.ravel()]}
