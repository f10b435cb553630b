// Checks answers to the fixtures (fixtures/README.md) with Node alone; the twin of check_fixtures.py.
//
//     node check_fixtures.mjs answers.jsonl [fixture.json ...]     (`-` reads standard input)
//
// Exit codes: 0 all that was answered is right, 1 something is wrong, 3 nothing was answered.

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "../../fixtures");

function float16(bits) {
  const sign = bits >> 15 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction / 1024) * 2 ** (exponent - 15) : (fraction / 1024) * 2 ** -14);
}

function float32(bits) {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits);
  return view.getFloat32(0);
}

const READERS = {
  float16: [2, (view, at) => float16(view.getUint16(at, true))],
  bfloat16: [2, (view, at) => float32(view.getUint16(at, true) * 65536)],
  float32: [4, (view, at) => view.getFloat32(at, true)],
  float64: [8, (view, at) => view.getFloat64(at, true)],
  int32: [4, (view, at) => view.getInt32(at, true)],
  int64: [8, (view, at) => Number(view.getBigInt64(at, true))],
};

function numbers(array) {
  if (array.data) return array.data.map(Number); // "NaN", "Infinity" and "-0.0" too
  const raw = Buffer.from(array.base64, "base64");
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const [size, read] = READERS[array.dtype];
  return Array.from({ length: raw.length / size }, (_, index) => read(view, index * size));
}

/** Whether `seen` may stand at `index` of an array. */
function allowed(entry, index, seen) {
  if (!("low" in entry)) return Object.is(Number(entry.array.data[index]), seen);
  const [low, high, nan, zero] = [entry.low, entry.high, entry.nan, entry.zero]
    .map((each) => Array.isArray(each) ? each[index] : each);
  if (Number.isNaN(seen)) return low === "NaN" || nan === true;
  return (Number(low) <= seen && seen <= Number(high)) || (seen === 0 && zero === true);
}

function assignments(variables) {
  return Object.entries(variables).reduce(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

const agrees = (conditions, world) => Object.entries(conditions ?? {}).every(([name, value]) => world[name] === value);

/** Whether some masks explain the answer, element by element. */
function explained(fixture, entries, answer) {
  const groups = [];
  for (const entry of entries) {
    if (groups.length && groups.at(-1)[0].at === entry.at) groups.at(-1).push(entry);
    else groups.push([entry]);
  }
  const observed = [...(answer.observations ?? [])];
  if (answer.error) observed.push({ error: answer.error.from });
  if (groups.length !== observed.length) return false;
  const arrays = [];
  for (const [index, group] of groups.entries()) {
    const [first, seen] = [group[0], observed[index]];
    if (first.at !== seen.at) return false;
    if (first.anything && seen.array) continue;
    if (first.array) {
      if (!("array" in seen)) return false;
      const found = seen.array ?? { ...first.array, data: first.array.data.map(() => 0) };
      if (String(found.shape) !== String(first.array.shape)) return false;
      if (!first.promoted && found.dtype !== first.array.dtype) return false;
      arrays.push([group, numbers(found)]);
    } else if (first.array === null) {
      if (!("array" in seen) || (seen.array && numbers(seen.array).some((value) => value !== 0))) return false;
    } else {
      const kinds = ["config", "recorded", "same", "draws", "device", "raised", "error"];
      if (!kinds.some((kind) => kind in first && kind in seen && first[kind] === seen[kind])) return false;
    }
  }
  const elements = Math.max(0, ...arrays.map(([, found]) => found.length));
  const masks = assignments(Object.fromEntries((fixture.masks ?? []).map((mask) => [mask, [1, 0]])));
  return Array.from({ length: elements }, (_, index) => index).every((index) =>
    masks.some((kept) =>
      arrays.every(([group, found]) =>
        index >= found.length ||
        group.every((entry) => !agrees(entry.if, kept) || allowed(entry, index, found[index])))));
}

/** Keeps the answers to the choices that explain; false if there are none. */
function check(fixture, answer, possible) {
  const isApart = (question) => fixture.apart?.includes(question);
  const key = (question) => `${question} ${fixture.dtype ?? "float32"}`;
  const asked = {};
  for (const [question, answers] of Object.entries(fixture.choices ?? {})) {
    asked[question] = isApart(question) ? answers : (possible[key(question)] ??= answers);
  }
  const worlds = assignments(asked).filter((world) =>
    explained(fixture, fixture.expect.filter((entry) => agrees(entry.choice, world)), answer));
  for (const question of worlds.length ? Object.keys(asked) : []) {
    if (isApart(question)) continue;
    possible[key(question)] =
      asked[question].filter((value) => worlds.some((world) => world[question] === value));
  }
  return worlds.length > 0;
}

const [file, ...chosen] = process.argv.slice(2);
if (!file) {
  console.error("usage: node check_fixtures.mjs answers.jsonl [fixture.json ...]");
  process.exit(2);
}
const names = readdirSync(FOLDER).filter((name) => name.endsWith(".json") && !name.endsWith(".schema.json")).sort();
const paths = chosen.length ? chosen : names.map((name) => join(FOLDER, name));
const fixtures = paths.flatMap((path) => JSON.parse(readFileSync(path, "utf8")).fixtures);
const lines = readFileSync(file === "-" ? 0 : file, "utf8").split("\n").filter(Boolean);
const answers = new Map();
let claimed;
for (const answer of lines.map((line) => JSON.parse(line))) {
  claimed = answer.capabilities ?? claimed; // of the answer to `start`, if it is there
  if (!answer.observations) continue;
  const id = answer.id.split("@")[0]; // what follows an @ is the rule that the judge asked for
  answers.set(id, [...(answers.get(id) ?? []), answer]);
}
const answered = fixtures.filter((fixture) =>
  answers.has(fixture.id) && fixture.needs.every((need) => claimed?.includes(need) ?? true));
const possible = {};
const wrong = answered.filter((fixture) =>
  !answers.get(fixture.id).map((answer) => check(fixture, answer, possible)).every(Boolean));
for (const fixture of wrong) console.log(`wrong: ${fixture.id} (${fixture.rules.join(", ")})`);
console.log(`${answered.length} answered, ${wrong.length} wrong, ${fixtures.length - answered.length} not answered`);
process.exitCode = wrong.length ? 1 : answered.length ? 0 : 3;
