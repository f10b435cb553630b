// Your dropout, for the judge. Fill in `dropout`; then `dezero-spec verify impl.json` judges it.

import { Adapter, call } from "./wire.mjs"; // before any framework: it takes standard output away

/**
 * Drops each element of x, a Float32Array, with probability `ratio`, if `train`; gives back a new
 * array, or x itself. The chapter does it like this:
 *
 * if (!train) return x;
 * const mask = x.map(() => Math.random() > ratio);
 * const scale = 1 - ratio;
 * return x.map((value, i) => (value * mask[i]) / scale);
 */
function dropout(x, ratio, train) {
  throw new Error("fill in `dropout` in adapter.mjs");
}

/** A method for each step that is claimed; the judge's spec/protocol.md tells what there is. */
class MyFramework extends Adapter {
  implementation = { name: "my framework", version: "0.1", language: "JavaScript" };
  capabilities = ["train", "test"];
  dtypes = ["float32"];

  /** In your framework: its own kind of array, made of this one. */
  variable(array) {
    return array;
  }

  dropout({ dtype, shape, data }, { ratio, mode }) {
    return { dtype, shape, data: call(dropout, data, ratio, mode === "train") };
  }

  /** In your framework: x as `dtype`, `shape` and, flat in C order, `data`. */
  value(x) {
    return x;
  }
}

new MyFramework().serve();
