"""The steps of programs (spec/protocol.md, "Programs"): their fields, and what they need.

What no rule uses (keyed, assign, mask) is not known here.
"""

FLAGS = ("train", "enable_backprop")
FIELDS = {  # of each op: those it must have, then those it may have
    "variable": ("to array", "device"),
    "view": ("to of kind", ""),
    "dropout": ("to of", "ratio mode u"),
    "direct_dropout": ("to of", "ratio mode u"),
    "backward": ("of", "gy create_graph"),
    "grad_as": ("of to", ""),
    "clear_grad": ("of", ""),
    "add": ("to a b", ""),
    "mul": ("to a b", ""),
    "using_config": ("flag value body", ""),
    "test_mode": ("body", ""),
    "no_grad": ("body", ""),
    "set_config": ("flag value", ""),
    "layer": ("to ratio", ""),
    "model": ("to layers", ""),
    "layer_mode": ("of train", ""),
    "apply": ("to of layer", ""),
    "scope": ("to flag value", ""),
    "enter": ("of", "body"),
    "exit": ("of", ""),
    "threads": ("bodies", ""),
    "barrier": ("", ""),
    "seed": ("value", ""),
    "raise": ("", "kind"),
    "catch": ("body", ""),
    "repeat": ("times body", ""),
    "value": ("of", ""),
    "grad": ("of", ""),
    "config": ("flag", ""),
    "recorded": ("of", ""),
    "same": ("a b", ""),
    "draws": ("", ""),
    "device": ("of", ""),
}
KNOWN = {  # of some fields: the values that they may have
    "mode": ("train", "test"),
    ("raise", "kind"): ("panic",),
    ("view", "kind"): ("transpose", "reverse", "step", "broadcast"),
}
NEEDS = {  # of some ops: the capabilities of which they need one
    "variable": "train test",
    "direct_dropout": "direct",
    "backward": "gradient.train gradient.test",
    "grad": "gradient.train gradient.test",
    "grad_as": "double_backward",
    "clear_grad": "accumulate double_backward",
    "add": "arithmetic",
    "mul": "arithmetic",
    "test_mode": "config.train",
    "no_grad": "config.enable_backprop",
    "recorded": "config.enable_backprop",
    "seed": "seeded",
    "same": "identity",
    "draws": "bitwise",
    "layer": "layers",
    "model": "layers",
    "layer_mode": "layers",
    "apply": "layers",
    "scope": "scopes",
    "enter": "scopes",
    "exit": "scopes",
    "threads": "threads",
    "barrier": "threads",
    "view": "views",
    "device": "device",
}


class Unsupported(Exception):
    """The framework has nothing like it."""

    blamed = "unsupported"


def refuse_others(fields, known):
    unknown = set(fields) - set(known.split())
    if unknown:
        raise Unsupported("unknown fields: %s" % ", ".join(sorted(unknown)))


def check(step, claimed):
    """Refuses a step that is not known or not claimed."""
    op = step["op"]
    if op not in FIELDS:
        raise Unsupported("unknown op: %s" % op)
    required, optional = FIELDS[op]
    refuse_others(step, "op %s %s" % (required, optional))
    missing = set(required.split()) - set(step)
    if missing:
        raise ValueError("%s without %s" % (op, ", ".join(sorted(missing))))
    for field in ("mode", "kind"):
        known = KNOWN.get(field, KNOWN.get((op, field)))
        if field in step and known and step[field] not in known:
            raise Unsupported("unknown %s: %s" % (field, step[field]))
    for wanted in needs(step):
        if not set(wanted.split()).intersection(claimed):
            raise Unsupported("not claimed: %s" % wanted.replace(" ", " or "))


def needs(step):
    """What a step needs: of each string, one of its capabilities."""
    op = step["op"]
    if op in NEEDS:
        yield NEEDS[op]
    if op in ("dropout", "direct_dropout"):
        yield step.get("mode", "config.train")
        if "ratio" not in step:
            yield "default_ratio"
    if "flag" in step:
        yield "config." + step["flag"] if step["flag"] in FLAGS else "names"
    if "u" in step:
        yield "injected"
    if isinstance(step.get("value"), str):
        yield "other_values"
    if op == "variable" and "device" in step:
        yield "device"
    if "create_graph" in step:
        yield "double_backward"
