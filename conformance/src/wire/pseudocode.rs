use super::program::Dropout;
use super::{Array, FlagValue, Mode, Program, Real, Step, ViewKind};

/// A program as a reader of Python would write it, one line a step, with the number of the step
/// that each line observes or does; long arrays are cut.
pub fn pseudocode(program: &[Step]) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    block(program, 0, 0, &mut lines);
    lines
}

fn block(program: &[Step], depth: usize, first: usize, lines: &mut Vec<(usize, String)>) {
    let mut at = first;
    for step in program {
        let indented = |text: &str| "    ".repeat(depth) + text;
        match step {
            // What a `catch` observes, it observes at its end.
            Step::Catch { body } => {
                lines.push((usize::MAX, indented("try:")));
                inner(body, depth, at + 1, lines);
                lines.push((at, indented("except: observe(error)")));
            }
            Step::Threads { bodies } => {
                let mut first = at + 1;
                for (number, body) in bodies.iter().enumerate() {
                    let together = if number == 0 { "" } else { "  # meanwhile" };
                    lines.push((usize::MAX, indented(&format!("with new_thread():{together}"))));
                    inner(body, depth, first, lines);
                    first += Step::count_all(body);
                }
            }
            _ => {
                lines.push((at, indented(&line(step))));
                for body in step.bodies() {
                    inner(body, depth, at + 1, lines);
                }
            }
        }
        at += step.count();
    }
}

/// What stands within a line of this depth.
fn inner(body: &[Step], depth: usize, first: usize, lines: &mut Vec<(usize, String)>) {
    block(body, depth + 1, first, lines);
    if body.is_empty() {
        lines.push((usize::MAX, "    ".repeat(depth + 1) + "pass"));
    }
}

fn line(step: &Step) -> String {
    match step {
        Step::Variable { to, array, device } => {
            let device = device.as_ref().map_or(String::new(), |device| format!(", '{device}'"));
            format!("{to} = variable({}{device})", show_array(array))
        }
        Step::View { to, of, kind } => match kind {
            ViewKind::Transpose => format!("{to} = {of}.T"),
            ViewKind::Reverse => format!("{to} = {of}[::-1]"),
            ViewKind::Step => format!("{to} = {of}[::2]"),
            ViewKind::Broadcast => format!("{to} = broadcast_to({of}, (2, *{of}.shape))"),
        },
        Step::Dropout(call) => dropout("dropout", call),
        Step::DirectDropout(call) => dropout("direct_dropout", call),
        Step::Backward { of, gy, create_graph } => {
            let gy = gy.as_ref().map_or(String::new(), |gy| format!("gy={}", show_array(gy)));
            let graph = if *create_graph { "create_graph=True" } else { "" };
            let comma = if gy.is_empty() || graph.is_empty() { "" } else { ", " };
            format!("{of}.backward({gy}{comma}{graph})")
        }
        Step::GradAs { of, to } => format!("{to} = {of}.grad"),
        Step::ClearGrad { of } => format!("{of}.clear_grad()"),
        Step::Add { to, a, b } => format!("{to} = {a} + {b}"),
        Step::Mul { to, a, b } => format!("{to} = {a} * {b}"),
        Step::UsingConfig { flag, value, .. } => {
            let value = match value {
                FlagValue::Bool(value) => python(*value).to_owned(),
                FlagValue::Text(text) => format!("'{text}'"),
            };
            format!("with using_config('{flag}', {value}):")
        }
        Step::Layer { to, ratio: Real(ratio) } => format!("{to} = Dropout({ratio})"),
        Step::Model { to, layers } => format!("{to} = Model({})", layers.join(", ")),
        Step::LayerMode { of, train: true } => format!("{of}.train()"),
        Step::LayerMode { of, train: false } => format!("{of}.eval()"),
        Step::Apply { to, of, layer } => format!("{to} = {layer}({of})"),
        Step::Scope { to, flag, value } => {
            format!("{to} = using_config('{flag}', {})", python(*value))
        }
        Step::Enter { of, body: None } => format!("{of}.__enter__()"),
        Step::Enter { of, body: Some(_) } => format!("with {of}:"),
        Step::Exit { of } => format!("{of}.__exit__()"),
        Step::Threads { .. } => "with new_threads():".to_owned(),
        Step::Barrier {} => "barrier.wait()".to_owned(),
        Step::TestMode { .. } => "with test_mode():".to_owned(),
        Step::NoGrad { .. } => "with no_grad():".to_owned(),
        Step::SetConfig { flag, value } => format!("Config.{flag} = {}", python(*value)),
        Step::Raise { kind: None } => "raise Error".to_owned(),
        Step::Raise { kind: Some(_) } => "raise BaseException".to_owned(),
        Step::Catch { .. } => "try:".to_owned(),
        Step::Repeat { times, .. } => format!("for _ in range({times}):"),
        Step::Seed { value } => format!("seed({value})"),
        Step::Value { of } => format!("observe({of})"),
        Step::Grad { of } => format!("observe({of}.grad)"),
        Step::Config { flag } => format!("observe(Config.{flag})"),
        Step::Recorded { of } => format!("observe(recorded({of}))"),
        Step::Same { a, b } => format!("observe({a} is {b})"),
        Step::Draws {} => "observe(draws)".to_owned(),
        Step::Device { of } => format!("observe({of}.device)"),
    }
}

fn python(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

fn dropout(name: &str, call: &Dropout) -> String {
    let mut arguments = vec![call.of.clone()];
    if let Some(Real(ratio)) = call.ratio {
        arguments.push(match ratio != 0.0 && ratio.abs() < 1e-4 {
            true => format!("{ratio:e}"),
            false => format!("{ratio}"),
        });
    }
    match call.mode {
        Some(Mode::Train) => arguments.push("train".to_owned()),
        Some(Mode::Test) => arguments.push("test".to_owned()),
        None => {}
    }
    if let Some(u) = &call.u {
        arguments.push(format!("u={}", show_array(u)));
    }
    format!("{} = {name}({})", call.to, arguments.join(", "))
}

fn show_array(array: &Array) -> String {
    // As many numbers as leave the line within 80 columns.
    const WIDEST: usize = 30;
    let mut shown: Vec<String> = Vec::new();
    for value in &array.values {
        let width = shown.iter().map(|number| number.len() + 2).sum::<usize>();
        if width > WIDEST {
            shown.push("…".to_owned());
            break;
        }
        shown.push(match array.dtype.is_float() {
            true => format!("{value:?}"),
            false => format!("{value}"),
        });
    }
    let whole = shown.last().is_none_or(|last| last != "…");
    let values = match array.shape.as_slice() {
        [] => shown.join(""),
        _ => format!("[{}]", shown.join(", ")),
    };
    match array.shape.as_slice() {
        [] | [_] if whole => format!("{values}, {}", array.dtype),
        shape => format!("{values}, {} of shape {shape:?}", array.dtype),
    }
}

/// The program up to the step that holds step `at`.
pub(crate) fn given_steps(program: &[Step], at: usize) -> Program {
    let mut first = 0;
    let wanted = program.iter().position(|step| {
        first += step.count();
        first > at
    });
    program[..wanted.map_or(program.len(), |index| index + 1)].to_vec()
}

#[cfg(test)]
mod tests {
    use super::{pseudocode, show_array};
    use crate::wire::steps::*;
    use crate::wire::{Array, Dtype, Mode, Step, ViewKind};

    /// The lines, and in front of each the number of the step that it observes or does.
    fn told(program: &[Step]) -> Vec<String> {
        let number = |at: usize| if at == usize::MAX { "-".to_owned() } else { at.to_string() };
        pseudocode(program).into_iter().map(|(at, text)| format!("{} {text}", number(at))).collect()
    }

    fn x(values: &[f64]) -> Array {
        row(Dtype::Float32, values)
    }

    #[test]
    fn bodies_are_indented_and_numbered() {
        let program = [
            test_mode(vec![config("train"), repeat(2, vec![config("train")]), no_grad(vec![])]),
            catch(vec![value("x"), raise()]),
            threads(vec![vec![config("train"), barrier()], vec![config("train")]]),
            device("x"),
        ];
        assert_eq!(
            told(&program),
            [
                "0 with test_mode():",
                "1     observe(Config.train)",
                "2     for _ in range(2):",
                "3         observe(Config.train)",
                "4     with no_grad():",
                "-         pass",
                "- try:",
                "6     observe(x)",
                "7     raise Error",
                "5 except: observe(error)",
                "- with new_thread():",
                "9     observe(Config.train)",
                "10     barrier.wait()",
                "- with new_thread():  # meanwhile",
                "11     observe(Config.train)",
                "12 observe(x.device)",
            ]
        );
    }

    #[test]
    fn every_step_is_a_line_of_python() {
        let on_cpu = on_device("x", x(&[1.0, -2.5]), "cpu");
        let u = injected("y", "x", 0.5, x(&[0.25, 0.75]));
        let back = |gy: Option<Array>, create_graph| Step::Backward {
            of: "y".to_owned(),
            gy,
            create_graph,
        };
        let (of, to) = ("x".to_owned(), "g".to_owned());
        for (step, line) in [
            (variable("x", x(&[1.0, -2.5])), "x = variable([1.0, -2.5], float32)"),
            (on_cpu, "x = variable([1.0, -2.5], float32, 'cpu')"),
            (view("v", "x", ViewKind::Transpose), "v = x.T"),
            (view("v", "x", ViewKind::Reverse), "v = x[::-1]"),
            (view("v", "x", ViewKind::Step), "v = x[::2]"),
            (view("v", "x", ViewKind::Broadcast), "v = broadcast_to(x, (2, *x.shape))"),
            (dropout("y", "x", 0.5), "y = dropout(x, 0.5)"),
            (train("y", "x", 0.5), "y = dropout(x, 0.5, train)"),
            (test("y", "x", 1e-5), "y = dropout(x, 1e-5, test)"),
            (train("y", "x", -1e-4), "y = dropout(x, -0.0001, train)"),
            (train("y", "x", 0.0), "y = dropout(x, 0, train)"),
            (default_ratio("y", "x"), "y = dropout(x, train)"),
            (u, "y = dropout(x, 0.5, train, u=[0.25, 0.75], float32)"),
            (direct("y", "x", 0.5, Mode::Test), "y = direct_dropout(x, 0.5, test)"),
            (back(None, false), "y.backward()"),
            (back(None, true), "y.backward(create_graph=True)"),
            (back(Some(x(&[1.0])), false), "y.backward(gy=[1.0], float32)"),
            (back(Some(x(&[1.0])), true), "y.backward(gy=[1.0], float32, create_graph=True)"),
            (Step::GradAs { of: of.clone(), to }, "g = x.grad"),
            (Step::ClearGrad { of }, "x.clear_grad()"),
            (using_text("train", "False", vec![]), "with using_config('train', 'False'):"),
            (layer("d", 0.5), "d = Dropout(0.5)"),
            (model("m", &["d", "e"]), "m = Model(d, e)"),
            (layer_mode("d", true), "d.train()"),
            (layer_mode("d", false), "d.eval()"),
            (apply("y", "x", "d"), "y = d(x)"),
            (scope("s", "train", false), "s = using_config('train', False)"),
            (enter("s"), "s.__enter__()"),
            (within("s", vec![]), "with s:"),
            (exit("s"), "s.__exit__()"),
            (set("train", true), "Config.train = True"),
            (panic(), "raise BaseException"),
            (Step::Seed { value: 7 }, "seed(7)"),
            (grad("x"), "observe(x.grad)"),
            (recorded("x"), "observe(recorded(x))"),
            (same("x", "y"), "observe(x is y)"),
            (Step::Draws {}, "observe(draws)"),
        ] {
            assert_eq!(pseudocode(&[step])[0], (0, line.to_owned()));
        }
    }

    /// As many numbers as there is room for in a line of 80 columns.
    #[test]
    fn long_arrays_are_cut() {
        let shown = |dtype, shape: &[usize], values: &[f64]| {
            show_array(&Array::new(dtype, shape, values.to_vec()))
        };
        let float = Dtype::Float32;
        assert_eq!(shown(float, &[], &[1.5]), "1.5, float32");
        assert_eq!(shown(Dtype::Int64, &[2], &[1.0, -2.0]), "[1, -2], int64");
        assert_eq!(shown(float, &[1, 2], &[1.0, 2.0]), "[1.0, 2.0], float32 of shape [1, 2]");
        assert_eq!(shown(float, &[0], &[]), "[], float32");
        let six = "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0";
        assert_eq!(shown(float, &[7], &[1.0; 7]), format!("{six}, 1.0], float32"));
        assert_eq!(shown(float, &[8], &[1.0; 8]), format!("{six}, 1.0, …], float32 of shape [8]"));
        // Exactly 30 columns are not too many yet.
        let wide = [1.0, 1.0, 1.0, 1.0, 1.25, 0.5];
        assert_eq!(shown(float, &[6], &wide), "[1.0, 1.0, 1.0, 1.0, 1.25, 0.5], float32");
    }
}
