use super::{Array, Dtype, Real};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A program: what the judge asks an implementation to do and to observe.
pub type Program = Vec<Step>;

/// Train or test mode, for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Mode {
    Train,
    Test,
}

/// What `raise` raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RaiseKind {
    /// An error that ordinary handlers let through.
    Panic,
}

/// What a scope sets a flag to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FlagValue {
    /// True or false.
    Bool(bool),
    /// A text, which is neither.
    Text(String),
}

/// How a view shows the memory of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewKind {
    /// All axes in reverse order.
    Transpose,
    /// The elements of the first axis backwards.
    Reverse,
    /// Every second element of the first axis.
    Step,
    /// A new first axis of length 2.
    Broadcast,
}

impl ViewKind {
    /// The shape of such a view of an array of this shape.
    pub(crate) fn shape(self, of: &[usize]) -> Vec<usize> {
        let mut shape = of.to_vec();
        match self {
            ViewKind::Transpose => shape.reverse(),
            ViewKind::Reverse => {}
            ViewKind::Step => shape.iter_mut().take(1).for_each(|side| *side = side.div_ceil(2)),
            ViewKind::Broadcast => shape.insert(0, 2),
        }
        shape
    }
}

/// One step of a program; the protocol chapter tells what each does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the protocol chapter describes every step and field")]
pub enum Step {
    Variable {
        to: String,
        #[serde(serialize_with = "as_request")]
        array: Array,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        device: Option<String>,
    },
    View {
        to: String,
        of: String,
        kind: ViewKind,
    },
    Dropout(Dropout),
    DirectDropout(Dropout),
    Backward {
        of: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gy: Option<Array>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        create_graph: bool,
    },
    GradAs {
        of: String,
        to: String,
    },
    ClearGrad {
        of: String,
    },
    Add {
        to: String,
        a: String,
        b: String,
    },
    Mul {
        to: String,
        a: String,
        b: String,
    },
    UsingConfig {
        flag: String,
        value: FlagValue,
        body: Program,
    },
    TestMode {
        body: Program,
    },
    NoGrad {
        body: Program,
    },
    SetConfig {
        flag: String,
        value: bool,
    },
    Layer {
        to: String,
        ratio: Real,
    },
    Model {
        to: String,
        layers: Vec<String>,
    },
    LayerMode {
        of: String,
        train: bool,
    },
    Apply {
        to: String,
        of: String,
        layer: String,
    },
    Scope {
        to: String,
        flag: String,
        value: bool,
    },
    Enter {
        of: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Program>,
    },
    Exit {
        of: String,
    },
    Threads {
        bodies: Vec<Program>,
    },
    Barrier {},
    Raise {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<RaiseKind>,
    },
    Catch {
        body: Program,
    },
    Repeat {
        times: usize,
        body: Program,
    },
    Seed {
        value: u32,
    },
    Value {
        of: String,
    },
    Grad {
        of: String,
    },
    Config {
        flag: String,
    },
    Recorded {
        of: String,
    },
    Same {
        a: String,
        b: String,
    },
    Draws {},
    Device {
        of: String,
    },
}

/// The fields of `dropout` and `direct_dropout`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the protocol chapter describes every step and field")]
pub struct Dropout {
    pub to: String,
    pub of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<Real>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u: Option<Array>,
}

/// One number everywhere is said once.
fn as_request<S: Serializer>(array: &Array, serializer: S) -> Result<S::Ok, S::Error> {
    array.serialize_filled(serializer)
}

/// The name that a step binds, as it is borrowed.
macro_rules! bound_by {
    ($step:expr) => {
        match $step {
            Step::Variable { to, .. }
            | Step::View { to, .. }
            | Step::Dropout(Dropout { to, .. })
            | Step::DirectDropout(Dropout { to, .. })
            | Step::GradAs { to, .. }
            | Step::Add { to, .. }
            | Step::Mul { to, .. }
            | Step::Layer { to, .. }
            | Step::Model { to, .. }
            | Step::Apply { to, .. }
            | Step::Scope { to, .. } => Some(to),
            _ => None,
        }
    };
}

impl Step {
    /// The steps inside this one, body by body; most steps have no body, and only `threads` has
    /// several.
    pub fn bodies(&self) -> Vec<&[Step]> {
        match self {
            Step::UsingConfig { body, .. }
            | Step::TestMode { body }
            | Step::NoGrad { body }
            | Step::Enter { body: Some(body), .. }
            | Step::Catch { body }
            | Step::Repeat { body, .. } => vec![body],
            Step::Threads { bodies } => bodies.iter().map(Vec::as_slice).collect(),
            _ => Vec::new(),
        }
    }

    /// The bodies of this step, to be rewritten.
    pub fn bodies_mut(&mut self) -> Vec<&mut Program> {
        match self {
            Step::UsingConfig { body, .. }
            | Step::TestMode { body }
            | Step::NoGrad { body }
            | Step::Enter { body: Some(body), .. }
            | Step::Catch { body }
            | Step::Repeat { body, .. } => vec![body],
            Step::Threads { bodies } => bodies.iter_mut().collect(),
            _ => Vec::new(),
        }
    }

    /// All steps inside this one, bodies within bodies not opened.
    pub fn inner(&self) -> impl Iterator<Item = &Step> {
        self.bodies().into_iter().flatten()
    }

    /// How many numbers `at` this step takes: its own and those of its bodies.
    pub fn count(&self) -> usize {
        1 + self.inner().map(Step::count).sum::<usize>()
    }

    /// How many steps a program has, those in bodies included.
    pub fn count_all(program: &[Step]) -> usize {
        program.iter().map(Step::count).sum()
    }

    /// The fields of a call of dropout, in either form.
    pub fn call(&self) -> Option<&Dropout> {
        match self {
            Step::Dropout(call) | Step::DirectDropout(call) => Some(call),
            _ => None,
        }
    }

    /// Whether this step calls dropout, by itself or as a layer.
    pub fn is_call(&self) -> bool {
        self.call().is_some() || matches!(self, Step::Apply { .. })
    }

    /// Whether this step may draw a mask.
    pub fn may_draw(&self) -> bool {
        match self.call() {
            Some(call) => call.mode != Some(Mode::Test) && call.u.is_none(),
            None => self.is_call(),
        }
    }

    /// Whether a program may draw a mask.
    pub fn draw_masks(program: &[Step]) -> bool {
        Step::numbered(program).iter().any(|(_, step)| step.may_draw())
    }

    /// The name of what a call of dropout is given.
    pub fn input(&self) -> Option<&str> {
        match self {
            Step::Dropout(call) | Step::DirectDropout(call) => Some(&call.of),
            Step::Apply { of, .. } => Some(of),
            _ => None,
        }
    }

    /// The name that this step binds: of a variable, of a layer, or of a scope.
    pub fn binds(&self) -> Option<&str> {
        bound_by!(self).map(String::as_str)
    }

    /// The name that this step binds, to be rewritten.
    pub fn binds_mut(&mut self) -> Option<&mut String> {
        bound_by!(self)
    }

    /// The names that this step needs bound, those in bodies left out; to be rewritten.
    pub fn uses_mut(&mut self) -> Vec<&mut String> {
        match self {
            Step::View { of, .. }
            | Step::Dropout(Dropout { of, .. })
            | Step::DirectDropout(Dropout { of, .. })
            | Step::GradAs { of, .. }
            | Step::Backward { of, .. }
            | Step::ClearGrad { of }
            | Step::LayerMode { of, .. }
            | Step::Enter { of, .. }
            | Step::Exit { of }
            | Step::Value { of }
            | Step::Grad { of }
            | Step::Recorded { of }
            | Step::Device { of } => vec![of],
            Step::Add { a, b, .. } | Step::Mul { a, b, .. } | Step::Same { a, b } => vec![a, b],
            Step::Apply { of, layer, .. } => vec![of, layer],
            Step::Model { layers, .. } => layers.iter_mut().collect(),
            _ => Vec::new(),
        }
    }

    /// The steps of `program` with their numbers, each before those of its bodies.
    pub fn numbered(program: &[Step]) -> Vec<(usize, &Step)> {
        fn add<'a>(steps: &'a [Step], all: &mut Vec<(usize, &'a Step)>) {
            for step in steps {
                all.push((all.len(), step));
                for body in step.bodies() {
                    add(body, all);
                }
            }
        }
        let mut all = Vec::new();
        add(program, &mut all);
        all
    }

    /// The ratios of the calls and layers of a program that have one of their own.
    pub(crate) fn ratios(program: &[Step]) -> Vec<f64> {
        let ratio = |(_, step): (_, &Step)| match step {
            Step::Layer { ratio, .. } => Some(*ratio),
            step => step.call()?.ratio,
        };
        Step::numbered(program).into_iter().filter_map(ratio).map(|Real(ratio)| ratio).collect()
    }

    /// Whether a step of `program` sets a flag, or makes a scope that does.
    pub(crate) fn sets_flag(program: &[Step], name: &str) -> bool {
        Step::numbered(program).into_iter().any(|(_, step)| match step {
            Step::UsingConfig { flag, .. }
            | Step::Scope { flag, .. }
            | Step::SetConfig { flag, .. } => flag == name,
            Step::TestMode { .. } => name == "train",
            Step::NoGrad { .. } => name == "enable_backprop",
            _ => false,
        })
    }

    /// How many elements an array has, at most, that a program makes: each broadcast doubles them.
    pub(crate) fn most_elements(program: &[Step]) -> usize {
        let steps = Step::numbered(program).into_iter().map(|(_, step)| step);
        let (mut most, mut doubled) = (1, 0);
        for step in steps {
            let array = match step {
                Step::Variable { array, .. } => Some(array),
                Step::Backward { gy, .. } => gy.as_ref(),
                _ => None,
            };
            most = array.map_or(most, |array| most.max(array.values.len()));
            doubled += u32::from(matches!(step, Step::View { kind: ViewKind::Broadcast, .. }));
        }
        most.saturating_mul(2usize.saturating_pow(doubled))
    }

    /// The dtype of the first variable in `steps`, which is that of the program.
    pub fn dtype(steps: &[Step]) -> Option<Dtype> {
        Step::numbered(steps).into_iter().find_map(|(_, step)| match step {
            Step::Variable { array, .. } => Some(array.dtype),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
