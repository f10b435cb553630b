#![doc = include_str!("../spec/introduction.md")]

pub mod config;
pub mod direct;
pub mod dropout;
mod element;
pub mod ensemble;
mod error;
mod functions;
pub mod gradient;
pub mod layer;
pub mod mask;
pub mod random;
mod variable;

/// One network, trained four ways.
///
#[doc = include_str!("../spec/overfitting.svg")]
///
#[doc = include_str!("../spec/overfitting.md")]
pub mod overfitting {}

#[doc = include_str!("../spec/questions.md")]
pub mod questions {}

#[doc = include_str!("../spec/protocol.md")]
#[doc = "\n"]
#[doc = include_str!("../spec/links.md")]
pub mod protocol {}

pub use config::{Config, Entered, Flag, Scope, no_grad, test_mode, using_config};
pub use direct::direct_dropout;
pub use dropout::{DEFAULT_RATIO, dropout};
pub use element::Element;
pub use error::Error;
pub use layer::Layer;
pub use random::{inject, seed};
pub use variable::{Function, Variable};

/// The engine's own sources, where each rule has its line: file name under `src/` and text.
pub const SOURCES: [(&str, &str); 11] = [
    ("config.rs", include_str!("config.rs")),
    ("direct.rs", include_str!("direct.rs")),
    ("dropout.rs", include_str!("dropout.rs")),
    ("element.rs", include_str!("element.rs")),
    ("ensemble.rs", include_str!("ensemble.rs")),
    ("functions.rs", include_str!("functions.rs")),
    ("gradient.rs", include_str!("gradient.rs")),
    ("layer.rs", include_str!("layer.rs")),
    ("mask.rs", include_str!("mask.rs")),
    ("random.rs", include_str!("random.rs")),
    ("variable.rs", include_str!("variable.rs")),
];

/// The specification's chapters in reading order: file name under `spec/` and text.
pub const SPEC: [(&str, &str); 11] = [
    ("introduction.md", include_str!("../spec/introduction.md")),
    ("dropout.md", include_str!("../spec/dropout.md")),
    ("direct.md", include_str!("../spec/direct.md")),
    ("config.md", include_str!("../spec/config.md")),
    ("layer.md", include_str!("../spec/layer.md")),
    ("gradient.md", include_str!("../spec/gradient.md")),
    ("mask.md", include_str!("../spec/mask.md")),
    ("ensemble.md", include_str!("../spec/ensemble.md")),
    ("overfitting.md", include_str!("../spec/overfitting.md")),
    ("questions.md", include_str!("../spec/questions.md")),
    ("protocol.md", include_str!("../spec/protocol.md")),
];
