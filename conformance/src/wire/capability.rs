/// The capabilities that rules of this version use; the protocol chapter says what each means.
pub const JUDGED: [&str; 22] = [
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
    "layers",
    "scopes",
    "threads",
    "views",
    "device",
    "other_values",
];

/// Those that no rule of this version uses.
pub const UNJUDGED: [&str; 3] = ["keyed", "assign", "mask"];

/// What an implementation may claim.
pub fn capabilities() -> impl Iterator<Item = &'static str> {
    JUDGED.into_iter().chain(UNJUDGED)
}
