// TensorFlow.js in plain JavaScript, its dropout as a layer: `tf.dropout` itself has no test mode.

import { Adapter, call } from "../wire.mjs"; // before TensorFlow.js: it takes standard output away

import * as tf from "@tensorflow/tfjs";

class TensorFlowJS extends Adapter {
  implementation = { name: "tfjs", version: tf.version.tfjs, language: "JavaScript",
                     homepage: "https://github.com/tensorflow/tfjs" };
  // No layers: the mode is an argument of the call. No seeded: a layer that is given a seed draws one
  // mask for ever.
  capabilities = ["train", "test", "identity", "arithmetic", "views", "gradient.train",
                  "gradient.test", "double_backward"];
  dtypes = ["float32", "int32"];

  /** What is called within a function that is differentiated is recorded, and freed after it. */
  within(program) {
    tf.disposeVariables(); // those of the program before
    this.gradients = {};
    call(() => tf.grad((x) => { program(); return tf.clone(x); })(tf.scalar(0)));
  }

  variable(array) {
    return call(() => tf.variable(tensor(array)));
  }

  dropout(x, { ratio, mode }) {
    return call(() => tf.layers.dropout({ rate: ratio }).apply(x, { training: mode === "train" }));
  }

  add(a, b) {
    return call(tf.add, a, b);
  }

  mul(a, b) {
    return call(tf.mul, a, b);
  }

  /** What is differentiated is a sum; it weighs the elements of y by those of gy. */
  backward(y, { gy }) {
    const loss = () => tf.sum(gy ? tf.mul(y, tensor(gy)) : y);
    this.gradients = call(tf.variableGrads, loss).grads;
  }

  view(x, kind) {
    return call({
      transpose: () => tf.transpose(x),
      reverse: () => tf.reverse(x, 0),
      step: () => tf.stridedSlice(x, [0], [x.shape[0]], [2]),
      broadcast: () => tf.broadcastTo(x, [2, ...x.shape]),
    }[kind]);
  }

  value(x) {
    return { dtype: x.dtype, shape: x.shape, data: call(() => x.dataSync()) };
  }

  grad(x) {
    const gradient = this.grad_as(x);
    return gradient && this.value(gradient);
  }

  clear_grad(x) {
    delete this.gradients[x.name];
  }

  grad_as(x) {
    return this.gradients[x.name];
  }

  same(a, b) {
    return a === b ? "object" : a.dataId === b.dataId ? "memory" : "no";
  }
}

function tensor({ data, shape, dtype }) {
  return tf.tensor(data, shape, dtype);
}

await tf.setBackend("cpu");
new TensorFlowJS().serve();
