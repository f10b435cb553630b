// The JavaScript side of the protocol (spec/protocol.md), the twin of wire.py: import this before the
// framework.
//
// A framework's adapter extends `Adapter` and defines a method for each op that it supports, under
// the op's name. The fields that the op must have come in the order of `FIELDS` in steps.mjs, the
// others in an object after them: names as what they stand for, arrays as arrays.mjs has them, a body
// as a function that runs it. What the method returns is bound to `to` or observed. Calls of the
// framework go through `call`, so that their errors count as its own.
//
// Nothing here waits for promises: a framework may record what is called within a function, and such
// a function cannot wait.

import { readSync, writeFileSync } from "node:fs";

import { decode, encode, number } from "./arrays.mjs";
import { FIELDS, Unsupported, check, refuseOthers, words } from "./steps.mjs";

// Frameworks print: the judge's channel is taken away before any is imported.
Object.defineProperty(process, "stdout", { value: process.stderr });

const SCOPES = ["using_config", "test_mode", "no_grad"];
const OBSERVED = {
  value: "array", grad: "array", config: "config", recorded: "recorded", same: "same", draws: "draws",
  device: "device",
};

/** What `raise` raises. JavaScript has one kind of error. */
class UserError extends Error {
  blamed = "body";
}

/** An error keeps the first blame: a body's error that a scope lets through stays the body's. */
function blaming(whom, at, run) {
  try {
    return run();
  } catch (thrown) {
    const error = thrown instanceof Object ? thrown : new Error(String(thrown));
    error.blamed ??= whom;
    error.raisedAt ??= at;
    throw error;
  }
}

/** Calls the framework. */
export function call(run, ...args) {
  return blaming("library", undefined, () => run(...args));
}

function* lines() {
  const chunk = Buffer.alloc(1 << 16);
  const decoder = new TextDecoder();
  let rest = "";
  for (let size; (size = readSync(0, chunk)) > 0;) {
    const [first, ...others] = decoder.decode(chunk.subarray(0, size), { stream: true }).split("\n");
    const begun = [rest + first, ...others];
    rest = begun.pop();
    yield* begun;
  }
  if (rest) yield rest;
}

export class Adapter {
  implementation = {}; // name, version
  capabilities = [];
  dtypes = [];
  seeding = "self"; // with "entropy", `seed` is called once, at the start
  peculiar = {}; // ratio_dtype and max_elements, where they are not the usual ones

  serve() {
    for (const line of lines()) {
      const request = JSON.parse(line);
      if (request.op === "stop") return;
      const answer = request.op === "start" ? this.start(request) : this.run(request);
      writeFileSync(1, `${JSON.stringify(answer)}\n`);
    }
  }

  start(request) {
    if (!request.protocols.includes(1)) {
      throw new Error(`this adapter speaks protocol 1, the judge speaks ${request.protocols}`);
    }
    if (this.seeding === "entropy") this.seed(request.entropy);
    const { implementation, seeding, capabilities, dtypes, peculiar } = this;
    return { protocol: 1, implementation, seeding, capabilities, dtypes, ...peculiar };
  }

  run({ id, ...request }) {
    this.names = new Map();
    this.observations = [];
    try {
      blaming("adapter", 0, () => {
        refuseOthers(request, "op program");
        this.drawnBefore = this.capabilities.includes("bitwise") ? this.draws() : 0;
        const steps = this.readSteps(request.program, { next: 0 });
        this.within(() => this.runSteps(steps));
      });
    } catch (error) {
      if (error instanceof Unsupported) {
        return { id, unsupported: { at: error.raisedAt, why: error.message } };
      }
      const { raisedAt: at, blamed: from, stack: traceback } = error;
      const told = { at, from, ...named(error), traceback: String(traceback).toWellFormed() };
      return { id, observations: this.observations, error: told };
    }
    return { id, observations: this.observations };
  }

  /** Runs a program; for frameworks that want a call of theirs around all of it. */
  within(program) {
    program();
  }

  /** Numbers the steps, and refuses what is not claimed before the first of them runs. */
  readSteps(program, numbers) {
    return program.map((step) => {
      const at = numbers.next++;
      return blaming("adapter", at, () => {
        check(step, this.capabilities);
        return { ...step, at, body: this.readSteps(step.body ?? [], numbers) };
      });
    });
  }

  runSteps(steps) {
    for (const step of steps) blaming("adapter", step.at, () => this.runStep(step));
  }

  runStep(step) {
    const { op, at, body } = step;
    if (op === "raise") {
      throw new UserError("raised by the program");
    } else if (op === "repeat") {
      for (let turn = 0; turn < step.times; turn++) this.runSteps(body);
    } else if (op === "catch") {
      this.observations.push({ at, ...this.caught(body) });
    } else if (SCOPES.includes(op)) {
      call(() => this[op](...this.required(step)));
    } else {
      const result = this[op](...this.required(step), this.optional(step));
      if ("to" in step) this.names.set(step.to, result);
      else if (op in OBSERVED) this.observe(at, OBSERVED[op], result);
    }
  }

  observe(at, kind, result) {
    if (kind === "array" && result) result = encode(result);
    if (kind === "draws") result -= this.drawnBefore;
    this.observations.push({ at, [kind]: result ?? null });
  }

  caught(body) {
    try {
      this.runSteps(body);
    } catch (error) {
      if (error.blamed !== "library" && error.blamed !== "body") throw error;
      return { raised: error.blamed, ...named(error) };
    }
    return { raised: null };
  }

  required(step) {
    const fields = words(FIELDS[step.op][0]).filter((field) => field !== "to");
    return fields.map((field) => this.read(field, step[field]));
  }

  optional(step) {
    const fields = words(FIELDS[step.op][1]).filter((field) => field in step);
    return Object.fromEntries(fields.map((field) => [field, this.read(field, step[field])]));
  }

  read(field, value) {
    if (["of", "a", "b", "layer"].includes(field)) return this.bound(value);
    if (field === "layers") return value.map((layer) => this.bound(layer));
    if (field === "array" || field === "gy") return this.decode(value, this.dtypes);
    if (field === "u") return this.decode(value, ["float64"]);
    if (field === "body") return () => this.runSteps(value);
    return field === "ratio" ? number(value) : value;
  }

  bound(name) {
    if (!this.names.has(name)) throw new Error(`nothing is called ${name}`);
    return this.names.get(name);
  }

  decode(array, dtypes) {
    refuseOthers(array, "dtype shape data base64 fill");
    if (!dtypes.includes(array.dtype)) throw new Unsupported(`no ${array.dtype}`);
    return decode(array);
  }
}

/** Half a surrogate pair is no UTF-8. */
function named(error) {
  return { type: String(error.name).toWellFormed(), message: String(error.message).toWellFormed() };
}
