"""Says what differs between the report on record and a new one: compare.py RECORD NEW."""

import json
import sys


def verdicts(path):
    with open(path, encoding="utf-8") as file:
        report = json.load(file)
    found = {rule["id"]: rule["verdict"] for rule in report["rules"]}
    # What random programs learn beside what all rules ask depends on the seed.
    choices = {"choice %s of %s" % (question, dtype): answers
               for question, known in report["choices"].items() for dtype, answers in known.items()}
    return {**found, "verdict": report["verdict"]}, choices


(record, known), (new, known_now) = (verdicts(path) for path in sys.argv[1:])
both = known.keys() & known_now.keys()
record.update((name, known[name]) for name in both)
new.update((name, known_now[name]) for name in both)
different = [name for name in sorted({*record, *new}) if record.get(name) != new.get(name)]
for name in different:
    print("%s: %s on record, now %s" % (name, record.get(name), new.get(name)))
print("%s: %d verdicts and choices as on record, %d different"
      % (sys.argv[1], len(record) - len(different), len(different)))
sys.exit(1 if different else 0)
