// Arrays and numbers as the protocol writes them (spec/protocol.md, "Arrays"); the twin of arrays.py.
//
// An array is an object with `dtype`, `shape` and, flat in C order, `data`: a typed array. These are
// the dtypes of the protocol that JavaScript has such arrays for, and numbers that JSON does not
// round.

import { endianness } from "node:os";

const KINDS = { float32: Float32Array, float64: Float64Array, int32: Int32Array };
const SPELLINGS = { NaN, Infinity, "-Infinity": -Infinity, "-0.0": -0 };
const LONGEST_DATA = 64; // elements; longer arrays are answered in base64

export function number(written) {
  if (typeof written === "string" && Object.hasOwn(SPELLINGS, written)) return SPELLINGS[written];
  if (typeof written !== "number") throw new Error(`not a number: ${JSON.stringify(written)}`);
  return written;
}

function spelled(value) {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isFinite(value) ? value : String(value);
}

/** Changes the bytes in place where the machine has them the other way round. */
function littleEndian(bytes, kind) {
  return endianness() === "BE" ? bytes[`swap${8 * kind.BYTES_PER_ELEMENT}`]() : bytes;
}

/** Always a new array, which the framework may keep or spoil. */
export function decode({ dtype, shape, ...content }) {
  const kind = KINDS[dtype];
  const size = shape.reduce((product, length) => product * length, 1);
  const [how, ...others] = Object.keys(content);
  if (!how || others.length > 0) throw new Error("an array has one of data, base64 and fill");
  if (how === "base64") {
    const bytes = littleEndian(Buffer.from(content.base64, "base64"), kind);
    return { dtype, shape, data: sized(new kind(Uint8Array.from(bytes).buffer), size) };
  }
  const numbers = (how === "fill" ? [content.fill] : content.data).map(number);
  if (kind === Int32Array && !numbers.every(Number.isInteger)) {
    throw new Error(`not all integers: ${numbers}`);
  }
  const data = how === "fill" ? new kind(size).fill(numbers[0]) : sized(kind.from(numbers), size);
  return { dtype, shape, data };
}

function sized(data, size) {
  if (data.length !== size) throw new Error(`${data.length} elements in the place of ${size}`);
  return data;
}

export function encode({ dtype, shape, data }) {
  if (data.length <= LONGEST_DATA) return { dtype, shape, data: Array.from(data, spelled) };
  const bytes = Buffer.from(data.slice().buffer);
  return { dtype, shape, base64: littleEndian(bytes, KINDS[dtype]).toString("base64") };
}
