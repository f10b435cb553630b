// The steps of programs (spec/protocol.md, "Programs"): their fields, and what they need; the twin
// of steps.py.
//
// Scopes as objects and threads are not known here, for JavaScript has nothing like them; nor is
// what no rule uses (keyed, assign, mask).

const FLAGS = ["train", "enable_backprop"];
export const FIELDS = { // of each op: those it must have, then those it may have
  variable: ["to array", "device"],
  view: ["to of kind", ""],
  dropout: ["to of", "ratio mode u"],
  direct_dropout: ["to of", "ratio mode u"],
  backward: ["of", "gy create_graph"],
  grad_as: ["of to", ""],
  clear_grad: ["of", ""],
  add: ["to a b", ""],
  mul: ["to a b", ""],
  using_config: ["flag value body", ""],
  test_mode: ["body", ""],
  no_grad: ["body", ""],
  set_config: ["flag value", ""],
  layer: ["to ratio", ""],
  model: ["to layers", ""],
  layer_mode: ["of train", ""],
  apply: ["to of layer", ""],
  seed: ["value", ""],
  raise: ["", "kind"],
  catch: ["body", ""],
  repeat: ["times body", ""],
  value: ["of", ""],
  grad: ["of", ""],
  config: ["flag", ""],
  recorded: ["of", ""],
  same: ["a b", ""],
  draws: ["", ""],
  device: ["of", ""],
};
const KNOWN = { // of some fields: the values that they may have
  mode: ["train", "test"],
  "raise kind": ["panic"],
  "view kind": ["transpose", "reverse", "step", "broadcast"],
};
const NEEDS = { // of some ops: the capabilities of which they need one
  variable: "train test",
  direct_dropout: "direct",
  backward: "gradient.train gradient.test",
  grad: "gradient.train gradient.test",
  grad_as: "double_backward",
  clear_grad: "accumulate double_backward",
  add: "arithmetic",
  mul: "arithmetic",
  test_mode: "config.train",
  no_grad: "config.enable_backprop",
  recorded: "config.enable_backprop",
  seed: "seeded",
  same: "identity",
  draws: "bitwise",
  layer: "layers",
  model: "layers",
  layer_mode: "layers",
  apply: "layers",
  view: "views",
  device: "device",
};

/** The framework has nothing like it. */
export class Unsupported extends Error {
  blamed = "unsupported";
}

export const words = (text) => text.split(" ").filter(Boolean);

export function refuseOthers(fields, known) {
  const unknown = Object.keys(fields).filter((field) => !words(known).includes(field));
  if (unknown.length > 0) throw new Unsupported(`unknown fields: ${unknown.sort().join(", ")}`);
}

/** Refuses a step that is not known or not claimed. */
export function check(step, claimed) {
  const { op } = step;
  if (!Object.hasOwn(FIELDS, op)) throw new Unsupported(`unknown op: ${op}`);
  const [required, optional] = FIELDS[op];
  refuseOthers(step, `op ${required} ${optional}`);
  const missing = words(required).filter((field) => !(field in step));
  if (missing.length > 0) throw new Error(`${op} without ${missing.join(", ")}`);
  for (const [field, value] of Object.entries(step)) {
    const known = KNOWN[field] ?? KNOWN[`${op} ${field}`] ?? [value];
    if (!known.includes(value)) throw new Unsupported(`unknown ${field}: ${value}`);
  }
  for (const wanted of needs(step)) {
    if (!words(wanted).some((capability) => claimed.includes(capability))) {
      throw new Unsupported(`not claimed: ${words(wanted).join(" or ")}`);
    }
  }
}

/** What a step needs: of each string, one of its capabilities. */
function* needs(step) {
  const { op } = step;
  if (Object.hasOwn(NEEDS, op)) yield NEEDS[op];
  if (op === "dropout" || op === "direct_dropout") {
    yield step.mode ?? "config.train";
    if (!("ratio" in step)) yield "default_ratio";
  }
  if ("flag" in step) yield FLAGS.includes(step.flag) ? `config.${step.flag}` : "names";
  if ("u" in step) yield "injected";
  if (typeof step.value === "string") yield "other_values";
  if (op === "variable" && "device" in step) yield "device";
  if ("create_graph" in step) yield "double_backward";
}
