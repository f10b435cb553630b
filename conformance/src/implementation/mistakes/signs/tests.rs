use super::*;
use crate::wire::{Observation, Seen};

fn evidence(line: &str) -> Evidence<'_> {
    Evidence { id: Some("7"), line, ..Evidence::default() }
}

/// What is recognised in which lines, and in which it is not.
#[test]
fn signs_are_seen_where_they_are() {
    type Sign = fn(&Evidence) -> bool;
    let lines: [(&str, Sign, &[&str], &[&str]); 11] = [
        (
            "bare_nan",
            bare_nan,
            &[r#"{"data":[NaN]}"#, r#"{"a":"\"","data":[-Infinity]}"#, r#"  {"a":"\\","b":NaN}"#],
            &[r#"{"data":["NaN"]}"#, r#"{"a":"x\" NaN"#, "loss is NaN", r#"{"data":[nan]}"#, ""],
        ),
        ("python_repr", python_repr, &["{'id': '7'}", " {'id'"], &[r#"{"id":'"#, "it's {'"]),
        (
            "several_lines",
            several_lines,
            &["{\"id\":", "[", " {"],
            &["{\"id\":7}", "{]", "loading {", "[]"],
        ),
        ("log_line", log_line, &["loading", "7", "\"x\"", "null"], &["{}", "[]", ""]),
        (
            "array_for_object",
            array_for_object,
            &["[]", r#"{"observations":[[1]]}"#, r#"{"observations":[{"at":0,"array":[1.5]}]}"#],
            &["{}", r#"{"observations":[{"at":0,"array":{"data":[1.5]}}]}"#, "7"],
        ),
        ("id", id, &["{}", r#"{"id":7}"#, r#"{"id":"8"}"#], &[r#"{"id":"7"}"#, "[]", "x"]),
        (
            "observations_no_list",
            observations_no_list,
            &["{}", r#"{"observations":{}}"#],
            &[r#"{"observations":[]}"#, r#"{"unsupported":{}}"#, "[]"],
        ),
        (
            "null_in_data",
            null_in_data,
            &[r#"{"observations":[{"array":{"data":[1.5,null]}}]}"#],
            &[r#"{"observations":[{"array":{"data":[1.5,"NaN"]}}]}"#, "{}"],
        ),
        (
            "text_in_data",
            text_in_data,
            &[
                r#"{"observations":[{"array":{"data":["1.5"]}}]}"#,
                r#"{"observations":[{"array":{"data":["nan"]}}]}"#,
                r#"{"observations":[{"array":{"data":[true]}}]}"#,
            ],
            &[r#"{"observations":[{"array":{"data":["NaN","Infinity","-Infinity","-0.0",1.0]}}]}"#],
        ),
        (
            "shape_and_data",
            shape_and_data,
            &[
                r#"{"observations":[{"array":{"shape":[2],"data":[1.5]}}]}"#,
                r#"{"observations":[{"array":{"shape":"x","data":[1.5]}}]}"#,
            ],
            &[
                r#"{"observations":[{"array":{"shape":[],"data":[1.5]}}]}"#,
                r#"{"observations":[{"array":{"shape":[2,0],"data":[]}}]}"#,
                r#"{"observations":[{"array":{"shape":[2],"base64":""}}]}"#,
            ],
        ),
        (
            "base64_length",
            base64_length,
            &[
                r#"{"observations":[{"array":{"dtype":"float32","shape":[2],"base64":"AACAPw=="}}]}"#,
                r#"{"observations":[{"array":{"dtype":"float32","shape":[1],"base64":"AACAPwA="}}]}"#,
            ],
            &[
                r#"{"observations":[{"array":{"dtype":"float32","shape":[1],"base64":"AACAPw=="}}]}"#,
                r#"{"observations":[{"array":{"dtype":"float16","shape":[2],"base64":"AACAPw=="}}]}"#,
                r#"{"observations":[{"array":{"dtype":"float8","shape":[2],"base64":"AACAPw=="}}]}"#,
            ],
        ),
    ];
    for (name, sign, seen, not_seen) in lines {
        for line in seen {
            assert!(sign(&evidence(line)), "{name} is not seen in {line}");
        }
        for line in not_seen {
            assert!(!sign(&evidence(line)), "{name} is seen in {line}");
        }
    }
}

/// Only of the answer to a request; the answer to `start` has no id.
#[test]
fn start_is_told_from_requests() {
    let of_start = |line| Evidence { id: None, ..evidence(line) };
    assert!(start_fields(&of_start("{}")) && !start_fields(&of_start("")));
    assert!(!start_fields(&evidence("{}")));
    assert!(!id(&of_start("{}")) && !observations_no_list(&of_start("{}")));
}

#[test]
fn a_missing_module_is_seen_where_nothing_was_answered() {
    let stderr =
        ["Traceback".to_owned(), "ModuleNotFoundError: No module named 'numpy'".to_owned()];
    let said = |line, stderr| no_module(&Evidence { stderr, ..evidence(line) });
    assert!(said("", &stderr) && !said("{}", &stderr) && !said("", &stderr[..1]));
}

/// What had to be observed, and what was.
fn compared(expected: &[f64], dtype: Dtype, data: &str, sign: fn(&Evidence) -> bool) -> bool {
    let array = Array::new(dtype, &[expected.len()], expected.to_vec());
    let expected = [Observation { at: 2, seen: Seen::Array(Some(array)) }];
    let (name, n) = (dtype.name(), data.split(',').count());
    let line = format!(
        r#"{{"id":"7","observations":[{{"at":2,"array":{{"dtype":"{name}","shape":[{n}],"data":[{data}]}}}}]}}"#
    );
    sign(&Evidence { expected: &expected, ..evidence(&line) })
}

#[test]
fn lost_signs_and_turned_bytes_are_seen_in_all_elements_alike() {
    let float32 = Dtype::Float32;
    assert!(compared(&[-0.0, 1.0], float32, "0.0, 1.0", no_negative_zero));
    assert!(!compared(&[-0.0, 1.0], float32, "0.0, 2.0", no_negative_zero));
    assert!(!compared(&[-0.0, 1.0], float32, "\"-0.0\", 1.0", no_negative_zero));
    // A number in the place of a zero is no lost sign, and what is of another dtype is not turned.
    assert!(!compared(&[0.0, 1.0], float32, "2.0, 1.0", no_negative_zero));
    let zeros = |dtype| Array::new(dtype, &[2], vec![0.0; 2]);
    assert!(!turned_round(&zeros(Dtype::Float16), &zeros(float32)));
    let one = Array::new(Dtype::Float16, &[1], vec![0.0]);
    assert!(
        !turned_round(&zeros(Dtype::Float16), &one) && !turned_round(&one, &zeros(Dtype::Float16))
    );
    // 1 in float16 is 0x3c00, and 0x003c is 60 units of 2^-24.
    assert!(compared(&[1.0, 0.0], Dtype::Float16, "3.5762786865234375e-6, 0.0", big_endian));
    assert!(!compared(&[1.0, 2.0], Dtype::Float16, "3.5762786865234375e-6, 2.0", big_endian));
}
