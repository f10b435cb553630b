"""Says what differs between the report on record and a new one: compare.py RECORD NEW."""

import json
import sys


def verdicts(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    found = {rule["id"]: rule["verdict"] for rule in report["rules"]}
    found.update(("choice " + question, answers) for question, answers in report["choices"].items())
    return {**found, "verdict": report["verdict"]}


record, new = (verdicts(path) for path in sys.argv[1:])
different = [name for name in sorted({*record, *new}) if record.get(name) != new.get(name)]
for name in different:
    print("%s: %s on record, now %s" % (name, record.get(name), new.get(name)))
print("%s: %d verdicts and choices as on record, %d different"
      % (sys.argv[1], len(record) - len(different), len(different)))
sys.exit(1 if different else 0)
