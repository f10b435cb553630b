//! What the chapter says of each topic, and what usually mends an implementation that breaks a rule.

/// The passage of step 54 that a chapter of the specification builds on, retold.
pub fn passage(chapter: &str) -> &'static str {
    match chapter {
        "dropout" => "inverted dropout: y = x * mask / scale in training, and in testing nothing",
        "direct" => "mask in training; in testing multiply by 1 - ratio, what survived on average",
        "config" => {
            "Config.train and enable_backprop; using_config saves, yields, and in `finally` restores"
        }
        "layer" => "nothing: in the chapter the mode is the process's, not a layer's",
        "gradient" => "dropout is made of * and /, so the way back comes with them",
        "mask" => {
            "mask = rand(*x.shape) > ratio: on average a share of `ratio` is False, anew in every call"
        }
        "ensemble" => "to drop neurons is to train many networks; testing averages all of them",
        _ => "nothing: this is about the adapter that speaks for an implementation",
    }
}

/// What to look for first. There is a line for every rule; a test holds it.
pub fn remedy(rule: &str) -> &'static str {
    REMEDIES.iter().find(|(id, _)| *id == rule).map_or("", |(_, remedy)| remedy)
}

/// Rule and remedy.
pub const REMEDIES: [(&str, &str); 84] = [
    (
        "dropout.train.shape",
        "draw the mask in x's shape, `[]` included, and do not reshape the result",
    ),
    (
        "dropout.train.dtype",
        "cast the scale to x's dtype before dividing; numbers without a dtype promote",
    ),
    (
        "dropout.train.input",
        "write into a new array; an in-place multiplication changes x for everybody",
    ),
    (
        "dropout.train.scale",
        "divide kept elements by 1 - ratio, not by ratio, in one place for all sizes",
    ),
    ("dropout.train.scale.precise", "compute 1 - ratio in float64 and round it once, to x's dtype"),
    (
        "dropout.train.subnormal",
        "flush to zero or keep, but do not scale subnormal numbers otherwise",
    ),
    ("dropout.train.overflow", "let what is too large become infinite; do not clip it"),
    ("dropout.train.nonfinite", "hand NaN and infinity on where they are kept; hide no divergence"),
    (
        "dropout.train.ratio-changes",
        "read the ratio at each call; do not cache the mask, the scale or a compiled kernel by the first",
    ),
    ("dropout.train.default-ratio", "let the ratio default to 0.5"),
    (
        "dropout.train.ratio-zero",
        "compare with `u >= ratio` for u in [0, 1), or draw u with enough bits",
    ),
    ("dropout.train.ratio-one", "decide for NaN, 0 or an error, for all elements alike"),
    (
        "dropout.train.ratio-invalid",
        "refuse a ratio unless `0 <= ratio <= 1`; written so, NaN is refused too",
    ),
    (
        "dropout.train.integer",
        "refuse integers, or convert them to floating point before the scale is cast",
    ),
    ("dropout.test.identity", "return x in test mode, before anything else is looked at"),
    ("dropout.test.ratio-one", "look at the mode before the special cases of the ratio"),
    ("dropout.test.ratio-ignored", "in test mode either check the ratio or do not use it"),
    ("dropout.test.integer", "return x in test mode, before it is cast to a dtype of the layer"),
    ("dropout.test.between", "keep nothing from call to call but the generator"),
    ("dropout.result.consistent", "hand back x itself always, or a copy always, whatever its size"),
    (
        "dropout.view",
        "go through views by their shape and strides, not through the memory behind them",
    ),
    ("dropout.device", "draw the mask where x lives, and compute there"),
    ("dropout.bitwise.strict", "keep where `u > ratio`, strictly, in float64"),
    (
        "dropout.bitwise.arithmetic",
        "multiply by the mask, then divide by the scale, rounding after each",
    ),
    (
        "dropout.bitwise.draws",
        "draw x.size uniforms at every ratio, without shortcuts and without padding",
    ),
    ("dropout.bitwise.no-draws", "draw nothing in test mode, and keep the mask for the way back"),
    ("dropout.bitwise.same", "return x itself in test mode"),
    ("direct.train.values", "multiply by the mask alone; the scale belongs to test mode"),
    ("direct.test.scale", "multiply by 1 - ratio in test mode, not by ratio"),
    ("config.default", "start with both flags true"),
    ("config.using.sets", "set the flag to the value that was given, true as well as false"),
    ("config.restore.return", "restore when the body ends"),
    ("config.restore.error", "restore in `finally`, or in a destructor"),
    (
        "config.restore.panic",
        "restore in `finally` or a destructor, not in a handler of some errors",
    ),
    (
        "config.restore.saved-at-entry",
        "restore what was there at entry, one saved value for each entry",
    ),
    (
        "config.restore.inner-set",
        "restore what was saved, not the opposite of what the scope had set",
    ),
    ("config.propagate", "do not return true from `__exit__`; do not swallow what the body raised"),
    ("config.independent", "save and restore the one flag that was named"),
    ("config.untouched", "let `backward` save the recording flag and restore it in `finally`"),
    (
        "config.unknown-name",
        "look the flag up before anything is set, and raise if it is not there",
    ),
    ("config.test-mode", "let test_mode be using_config of train with false, nothing else"),
    ("config.train-mode", "read the innermost value of the flag at every call"),
    (
        "config.forward-decides",
        "keep the mask and the scale with the call; do not read the mode on the way back",
    ),
    (
        "config.no-grad.records-nothing",
        "check the flag where calls are recorded, and restore it after errors",
    ),
    ("config.no-grad.drops", "let dropout look at train alone"),
    ("config.scope.unentered", "set the flag at entry, not in the constructor"),
    ("config.scope.entry", "read the old value at entry, not in the constructor"),
    ("config.scope.again", "keep a stack of saved values in the scope, or refuse a second entry"),
    ("config.scope.order", "decide for one of the three, whatever the flag"),
    (
        "config.thread.scope",
        "keep the flags in one place: all in the process, or all in the thread",
    ),
    ("config.thread.restore", "save and restore on the thread that the scope is on"),
    (
        "config.thread.dropout",
        "hand the flags to the threads that work for a call; read them where it is made",
    ),
    ("config.other-value", "refuse what is no boolean, or convert it at entry"),
    ("layer.default", "begin in train mode"),
    ("layer.mode", "read the mode at every call, and keep none of it from the call before"),
    ("layer.independent", "keep the mode in the layer, not in its class and not in a flag"),
    ("layer.ratio", "keep the ratio in the layer, not in its class"),
    ("layer.model", "go down into every layer, in lists and in models within the model, both ways"),
    ("layer.backward", "keep the mask with the call, in the graph, not in the layer"),
    ("gradient.train.mask", "keep the mask of the forward pass and use it on the way back"),
    ("gradient.train.scale", "divide the gradient by the same scale"),
    ("gradient.train.zero-input", "keep the mask; do not infer it from an output of 0"),
    ("gradient.train.dtype", "give the gradient the shape and the dtype of x"),
    ("gradient.train.nonfinite", "hand NaN and infinity in gy on where the element was kept"),
    ("gradient.train.ratio-one", "let the gradient at ratio 1 be NaN everywhere or 0 everywhere"),
    ("gradient.test.identity", "hand gy on in test mode; there is a way back there too"),
    ("gradient.accumulate", "add to a gradient that is there"),
    ("gradient.clear", "forget the gradient, not only its value"),
    ("gradient.chain", "keep a mask for each call, not one for each layer"),
    ("gradient.double", "write the way back with functions that have a way back themselves"),
    ("gradient.without-graph", "raise, or leave no gradient, where nothing was recorded"),
    ("gradient.direct.train", "multiply gy by the mask alone"),
    ("gradient.direct.test", "multiply gy by 1 - ratio"),
    ("mask.rate", "keep with probability 1 - ratio; a threshold of a few bits cannot"),
    (
        "mask.dependence",
        "draw a fresh number for each element of each call, without a look at x or its place",
    ),
    ("mask.seeded", "use every bit of the seed, 0 included, and seed what dropout draws from"),
    ("mask.resolution", "compare with a uniform of 24 bits or more, or declare `ratio_step`"),
    ("ensemble.mean", "see dropout.train.scale: the mean is right if each mask's output is"),
    ("protocol.answers", "echo the id; one observation for each observing step, with its number"),
    (
        "protocol.arrays",
        "write -0.0 and NaN as strings, read base64 little-endian, keep shapes and dtypes",
    ),
    ("protocol.names", "assign to the name at every `to`, and begin each program with none"),
    ("protocol.repeat", "run the body `times` times"),
    ("protocol.catch", "leave the body at the error, observe it, and go on after the catch"),
    (
        "protocol.blame",
        "mark an error where it arises; let `catch` take `body` and `library` alone",
    ),
];

#[cfg(test)]
mod tests {
    use super::passage;
    use crate::book::rules;
    use std::collections::BTreeSet;

    /// What the chapter says is another thing for each topic, and nothing for the adapter.
    #[test]
    fn each_topic_has_its_passage() {
        let topics = rules().iter().map(|rule| rule.chapter).collect::<BTreeSet<_>>();
        let passages = topics.iter().map(|topic| passage(topic)).collect::<BTreeSet<_>>();
        assert_eq!(passages.len(), topics.len(), "{topics:?}");
        assert!(passage("protocol").contains("the adapter"));
    }
}
