"""Checks answers to the fixtures (fixtures/README.md) with the standard library alone.

    check_fixtures.py --requests | your-adapter | check_fixtures.py -
    check_fixtures.py answers.jsonl [fixture.json ...]

Exit codes: 0 all that was answered is right, 1 something is wrong, 3 nothing was answered.
"""

import base64, itertools, json, math, pathlib, struct, sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "fixtures"
FORMATS = {"float16": "e", "float32": "f", "float64": "d", "int32": "i", "int64": "q"}


def number(value):
    return float(value)  # Python reads "NaN", "Infinity" and "-0.0" as they are meant


def numbers(array):
    if "data" in array:
        return [number(value) for value in array["data"]]
    raw = base64.b64decode(array["base64"])
    if array["dtype"] == "bfloat16":  # the upper half of a float32
        raw, array = b"".join(b"\0\0" + raw[i:i + 2] for i in range(0, len(raw), 2)), {"dtype": "float32"}
    return [float(value) for (value,) in struct.iter_unpack("<" + FORMATS[array["dtype"]], raw)]


def allowed(entry, index, seen):
    """Whether `seen` may stand at `index` of an array."""
    exact = number(entry["array"]["data"][index])
    if "low" not in entry:
        return (math.isnan(exact) and math.isnan(seen)
                or exact == seen and math.copysign(1, exact) == math.copysign(1, seen))
    low, high, nan, zero = (each[index] if isinstance(each, list) else each for each in (
        entry["low"], entry["high"], entry.get("nan"), entry.get("zero")))
    if math.isnan(seen):
        return math.isnan(number(low)) or bool(nan)
    return number(low) <= seen <= number(high) or seen == 0 and bool(zero)


def explained(fixture, entries, answer):
    """Whether some masks explain the answer, element by element."""
    groups = [list(group) for _, group in itertools.groupby(entries, lambda entry: entry.get("at"))]
    observed = list(answer.get("observations", []))
    if "error" in answer:
        observed.append({"error": answer["error"]["from"]})
    if [group[0].get("at") for group in groups] != [seen.get("at") for seen in observed]:
        return False
    arrays, elements = [], 0
    for group, seen in zip(groups, observed):
        first = group[0]
        if "anything" in first and seen.get("array"):
            continue
        if first.get("array"):
            zeros = {"data": [0.0] * len(first["array"]["data"])}
            found = seen.get("array", {}) or {**first["array"], **zeros}
            like = ("shape",) if "promoted" in first else ("shape", "dtype")
            if any(found.get(key) != first["array"][key] for key in like):
                return False
            arrays.append((group, numbers(found)))
            elements = max(elements, len(zeros["data"]))
        elif "array" in first:  # no gradient, or zeros
            if "array" not in seen or any(numbers(seen["array"] or {"data": []})):
                return False
        elif not any(key in seen and seen[key] == first[key]
                     for key in ("config", "recorded", "same", "draws", "device", "raised", "error") if key in first):
            return False
    masks = fixture.get("masks", [])
    return all(any(all(allowed(entry, index, found[index]) for group, found in arrays if index < len(found) for entry in group
                       if all(kept[mask] == value for mask, value in entry.get("if", {}).items()))
                   for kept in (dict(zip(masks, bits)) for bits in itertools.product((1, 0), repeat=len(masks))))
               for index in range(elements))


def check(fixture, answer, possible):
    """Keeps the answers to the choices that explain; false if there are none."""
    apart = fixture.get("apart", [])
    asked = {question: answers if question in apart else
             possible.setdefault((question, fixture.get("dtype", "float32")), answers)
             for question, answers in fixture.get("choices", {}).items()}
    worlds = [dict(zip(asked, answers)) for answers in itertools.product(*asked.values())]
    worlds = [world for world in worlds if explained(fixture, [
        entry for entry in fixture["expect"]
        if all(world[question] == value for question, value in entry.get("choice", {}).items())], answer)]
    for question in asked.keys() - set(apart) if worlds else ():
        possible[question, fixture.get("dtype", "float32")] = [
            value for value in asked[question] if any(world[question] == value for world in worlds)]
    return bool(worlds)


def main(arguments):
    if not arguments:
        sys.exit(__doc__.strip())
    names = sorted(path for path in FOLDER.glob("*.json") if not path.name.endswith(".schema.json"))
    paths = arguments[1:] or names
    fixtures = [fixture for path in paths for fixture in json.loads(pathlib.Path(path).read_text())["fixtures"]]
    if arguments[:1] == ["--requests"]:
        print(json.dumps({"op": "start", "protocols": [1], "entropy": 54}))
        for fixture in fixtures:
            print(json.dumps({"op": "run", "id": fixture["id"], "program": fixture["program"]}))
        return 0
    lines = sys.stdin if arguments[0] == "-" else open(arguments[0], encoding="utf-8")
    answers, claimed, possible = {}, None, {}
    for answer in map(json.loads, lines):
        claimed = answer.get("capabilities", claimed)  # of the answer to `start`, if it is there
        if "observations" in answer:  # what follows an @ is the rule that the judge asked for
            answers.setdefault(answer["id"].split("@")[0], []).append(answer)
    answered = [fixture for fixture in fixtures if fixture["id"] in answers
                and (claimed is None or set(fixture["needs"]) <= set(claimed))]
    wrong = [fixture for fixture in answered
             if not all([check(fixture, answer, possible) for answer in answers[fixture["id"]]])]
    for fixture in wrong:
        print("wrong: %s (%s)" % (fixture["id"], ", ".join(fixture["rules"])))
    print("%d answered, %d wrong, %d not answered" % (len(answered), len(wrong), len(fixtures) - len(answered)))
    return 1 if wrong else 0 if answered else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
