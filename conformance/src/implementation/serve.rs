//! An implementation on standard input and output: the other end of [`crate::implementation::Process`].

use crate::implementation::Implementation;
use crate::wire::{Answer, Outcome, Step};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write, stdin, stdout};
use std::net::TcpStream;

/// Answers the requests on `input` until `stop` or its end. `spoil` may change each answer before
/// it is sent: a broken adapter is made so.
///
/// # Errors
/// Those of reading and writing.
pub fn serve(
    implementation: &mut dyn Implementation,
    input: impl BufRead,
    mut output: impl Write,
    spoil: &mut dyn FnMut(String) -> String,
) -> std::io::Result<()> {
    for line in input.lines() {
        let request: Value = serde_json::from_str(&line?).map_err(std::io::Error::other)?;
        let answer = match request["op"].as_str() {
            Some("start") => {
                let entropy = request["entropy"].as_u64().unwrap_or_default() as u32;
                let start = implementation.start(entropy).map_err(std::io::Error::other)?;
                serde_json::to_string(&start).map_err(std::io::Error::other)?
            }
            Some("run") => {
                let id = request["id"].as_str().unwrap_or_default();
                let answer = match read_program(&request["program"]) {
                    Ok(program) => {
                        implementation.run(id, &program).map_err(std::io::Error::other)?
                    }
                    Err(unsupported) => unsupported,
                };
                // r[protocol.answers]
                spoil(answer.to_line(id))
            }
            Some("stop") => break,
            _ => json!({ "error": "unknown request" }).to_string(),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

/// Reads a program step by step, to say which of them is unknown.
fn read_program(value: &Value) -> Result<Vec<Step>, Answer> {
    let mut at = 0;
    let mut program = Vec::new();
    for step in value.as_array().into_iter().flatten() {
        let step = Step::deserialize_from(step).map_err(|why| Answer {
            observations: Vec::new(),
            outcome: Outcome::Unsupported { at, why },
        })?;
        at += step.count();
        program.push(step);
    }
    Ok(program)
}

impl Step {
    fn deserialize_from(value: &Value) -> Result<Step, String> {
        serde::Deserialize::deserialize(value).map_err(|why: serde_json::Error| why.to_string())
    }
}

/// The variable of the environment that says where to connect, if not to standard input and output: a
/// person has started the adapter, under a debugger perhaps, and keeps the terminal.
pub const CONNECT: &str = "DEZERO_SPEC_CONNECT";

/// Answers the judge: on standard input and output, or where [`CONNECT`] says.
///
/// # Errors
/// Those of reading and writing.
pub fn answer_judge(implementation: &mut dyn Implementation) -> std::io::Result<()> {
    let as_it_is = &mut |line| line;
    match std::env::var(CONNECT) {
        Ok(address) => {
            let stream = TcpStream::connect(address)?;
            serve(implementation, BufReader::new(stream.try_clone()?), stream, as_it_is)
        }
        Err(_) => serve(implementation, stdin().lock(), stdout(), as_it_is),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::implementation::{Engine, Reference};

    fn answers(requests: &[&str]) -> Vec<Value> {
        let mut written = Vec::new();
        let input = requests.join("\n");
        serve(&mut Engine::new(Reference), input.as_bytes(), &mut written, &mut |line| line)
            .unwrap();
        let text = String::from_utf8(written).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    const START: &str = r#"{"op":"start","protocol":1,"entropy":1}"#;

    #[test]
    fn nothing_is_answered_after_stop() {
        let read = r#"{"op":"run","id":"7","program":[{"op":"config","flag":"train"}]}"#;
        let answers = answers(&[START, read, r#"{"op":"sing"}"#, r#"{"op":"stop"}"#, read]);
        let observed = json!({"id": "7", "observations": [{"at": 0, "config": true}]});
        assert_eq!(answers[1..], [observed, json!({"error": "unknown request"})]);
    }

    /// Steps are numbered as they are written, bodies included.
    #[test]
    fn a_step_that_is_unknown_is_refused_with_its_number() {
        let run = r#"{"op":"run","id":"7","program":[
            {"op":"repeat","times":2,"body":[{"op":"config","flag":"train"}]},
            {"op":"config","flag":"train"},{"op":"sing"}]}"#;
        let answers = answers(&[START, &run.replace('\n', "")]);
        assert_eq!(answers[1]["unsupported"]["at"], 3, "{}", answers[1]);
    }
}
