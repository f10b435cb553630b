/// What an implementation may claim; the protocol chapter says what each of them means.
pub const CAPABILITIES: [&str; 24] = [
    "train",
    "test",
    "config.train",
    "config.enable_backprop",
    "default_ratio",
    "injected",
    "bitwise",
    "direct",
    "gradient.train",
    "gradient.test",
    "double_backward",
    "accumulate",
    "arithmetic",
    "names",
    "identity",
    "seeded",
    "keyed",
    "scopes",
    "layers",
    "threads",
    "views",
    "assign",
    "mask",
    "device",
];

/// Those that no rule of this version uses.
pub const UNJUDGED: [&str; 8] =
    ["keyed", "scopes", "layers", "threads", "views", "assign", "mask", "device"];
