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

    /// The name that this step binds: of a variable, of a layer, or of a scope.
    pub fn binds(&self) -> Option<&str> {
        match self {
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

    /// The dtype of the first variable in `steps`, which is that of the program.
    pub fn dtype(steps: &[Step]) -> Option<Dtype> {
        Step::numbered(steps).into_iter().find_map(|(_, step)| match step {
            Step::Variable { array, .. } => Some(array.dtype),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_reads_as_the_protocol_writes_it() {
        let text = r#"{"op":"dropout","to":"y","of":"x","ratio":"NaN","mode":"train"}"#;
        let step: Step = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&step).unwrap(), text);
        for wrong in [
            r#"{"op":"dropuot","to":"y","of":"x"}"#,
            r#"{"op":"dropout","to":"y","of":"x","key":7}"#,
            r#"{"op":"draws","of":"x"}"#,
            r#"{"op":"value","of":"x","why":1}"#,
        ] {
            assert!(serde_json::from_str::<Step>(wrong).is_err(), "{wrong}");
        }
    }

    /// Each kind of step: the name that it binds, and those that it needs bound.
    #[test]
    fn names_are_bound_and_used() {
        use crate::steps::*;
        let array = || Array::full(Dtype::Float32, &[1], 1.0);
        let (of, to) = ("x".to_owned(), "g".to_owned());
        let sum = Step::Add { to: "z".into(), a: "x".into(), b: "y".into() };
        let product = Step::Mul { to: "z".into(), a: "x".into(), b: "y".into() };
        let cases: Vec<(Step, Option<&str>, &[&str])> = vec![
            (variable("x", array()), Some("x"), &[]),
            (view("v", "x", ViewKind::Step), Some("v"), &["x"]),
            (train("y", "x", 0.5), Some("y"), &["x"]),
            (direct("y", "x", 0.5, Mode::Test), Some("y"), &["x"]),
            (Step::GradAs { of: of.clone(), to }, Some("g"), &["x"]),
            (sum, Some("z"), &["x", "y"]),
            (product, Some("z"), &["x", "y"]),
            (same("x", "y"), None, &["x", "y"]),
            (layer("d", 0.5), Some("d"), &[]),
            (model("m", &["d", "e"]), Some("m"), &["d", "e"]),
            (layer_mode("d", true), None, &["d"]),
            (apply("y", "x", "d"), Some("y"), &["x", "d"]),
            (scope("s", "train", false), Some("s"), &[]),
            (within("s", vec![value("x")]), None, &["s"]),
            (exit("s"), None, &["s"]),
            (backward("y", array()), None, &["y"]),
            (Step::ClearGrad { of }, None, &["x"]),
            (value("x"), None, &["x"]),
            (grad("x"), None, &["x"]),
            (recorded("x"), None, &["x"]),
            (device("x"), None, &["x"]),
            (config("train"), None, &[]),
        ];
        for (mut step, binds, uses) in cases {
            let what = format!("{step:?}");
            assert_eq!(step.binds(), binds, "{what}");
            assert_eq!(step.uses_mut(), uses, "{what}");
        }
    }

    #[test]
    fn bodies_are_those_that_are_rewritten() {
        use crate::steps::*;
        let body = || vec![value("x"), repeat(2, vec![value("y")])];
        let one = [
            using("train", false, body()),
            test_mode(body()),
            no_grad(body()),
            within("s", body()),
            catch(body()),
            repeat(3, body()),
        ];
        for mut step in one {
            assert_eq!(step.bodies(), [&body()[..]]);
            assert_eq!((step.count(), Step::count_all(std::slice::from_ref(&step))), (4, 4));
            step.bodies_mut()[0].clear();
            assert_eq!(step.bodies(), [&[] as &[Step]]);
        }
        let mut several = threads(vec![body(), vec![], body()]);
        assert_eq!((several.bodies().len(), several.count(), several.inner().count()), (3, 7, 4));
        several.bodies_mut().into_iter().for_each(Vec::clear);
        assert_eq!((several.bodies().len(), several.count()), (3, 1));
        assert!(enter("s").bodies().is_empty() && enter("s").bodies_mut().is_empty());
        let program = [test_mode(body()), value("z")];
        let numbered = Step::numbered(&program).into_iter();
        let numbers = numbered.map(|(at, step)| (at, step.count())).collect::<Vec<_>>();
        assert_eq!(numbers, [(0, 4), (1, 1), (2, 2), (3, 1), (4, 1)]);
    }
}
