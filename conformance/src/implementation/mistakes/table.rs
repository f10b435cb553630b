use super::signs;
use super::{Fixes, Mistake};

const START: &str = r#"{"protocol":1,"implementation":{"name":"mylib","version":"1"},"capabilities":["train","test"],"dtypes":["float32"]}"#;
const OBSERVATIONS: &str = r#"{"id":"…","observations":[{"at":1,"array":{"dtype":"float32","shape":[2],"data":[1.5,-2.0]}}]}"#;
const FLAT: &str = r#""shape":[2,3],"data":[1.0,2.0,3.0,4.0,5.0,6.0]"#;
const SPELLED: &str = r#""NaN", "Infinity", "-Infinity" and "-0.0", as texts among the numbers"#;

/// All mistakes that are known; the first whose sign is seen is the one that is told.
pub const MISTAKES: [Mistake; 22] = [
    Mistake {
        name: "no-line-end",
        sign: signs::no_line_end,
        words: "the answer has no line end, so that the judge cannot know that it is complete",
        expected: "a line feed after each answer",
        fixes: Fixes {
            python: "print(json.dumps(answer), flush=True), without end=\"\"",
            javascript: "writeFileSync(1, JSON.stringify(answer) + \"\\n\")",
            rust: "writeln! in place of write!, and flush",
            other: "write a line feed after each answer, and flush",
        },
    },
    Mistake {
        name: "buffered",
        sign: signs::buffered,
        words: "the answer came only when the adapter's input was closed: standard output is buffered, \
                or all of the input is read before the first answer",
        expected: "an answer after each line, at once",
        fixes: Fixes {
            python: "print(…, flush=True), or python3 -u in `command`; read with `for line in sys.stdin`",
            javascript: "writeFileSync(1, line); read line by line, not with readFileSync(0)",
            rust: "stdout.flush()? after each writeln!; read with stdin().lock().lines()",
            other: "flush standard output after each line, and answer each line before the next is read",
        },
    },
    Mistake {
        name: "no-module",
        sign: signs::no_module,
        words: "the adapter ended before it answered: a module that it imports is not installed, or not \
                for the interpreter that `command` of impl.json names",
        expected: START,
        fixes: Fixes {
            python: "python3 -m venv .venv, then .venv/bin/python -m pip install MODULE, and \
                     `.venv/bin/python` in place of `python3` in impl.json",
            javascript: "npm install MODULE, in the folder of impl.json",
            rust: "build the adapter in the folder of impl.json, and read what it says",
            other: "start `command` by hand in the folder of impl.json, and read what it says",
        },
    },
    Mistake {
        name: "bare-nan",
        sign: signs::bare_nan,
        words: "NaN and Infinity are not JSON, which has numbers alone",
        expected: SPELLED,
        fixes: Fixes {
            python: "json.dumps(…, allow_nan=False) finds where; arrays.py has `spelled`, which writes them",
            javascript: "JSON.stringify never writes them: use it for the whole answer",
            rust: "Array of dezero_spec::wire writes them; by hand, a text in place of the number",
            other: "write a text in place of each number that is not finite",
        },
    },
    Mistake {
        name: "python-repr",
        sign: signs::python_repr,
        words: "this is how Python prints a dict, with single quotes; JSON has double ones",
        expected: OBSERVATIONS,
        fixes: Fixes {
            python: "print(json.dumps(answer), flush=True) in place of print(answer)",
            javascript: "JSON.stringify(answer)",
            rust: "serde_json::to_string(&answer)",
            other: "write the answer with a JSON library",
        },
    },
    Mistake {
        name: "several-lines",
        sign: signs::several_lines,
        words: "the line ends in the middle of an answer, which has to be one line",
        expected: OBSERVATIONS,
        fixes: Fixes {
            python: "json.dumps(answer) without indent",
            javascript: "JSON.stringify(answer) without further arguments",
            rust: "serde_json::to_string, not to_string_pretty",
            other: "write the JSON without line feeds in it",
        },
    },
    Mistake {
        name: "log-line",
        sign: signs::log_line,
        words: "a line on standard output that is no answer, but a message perhaps: answers go there and \
                nothing else, print to standard error",
        expected: "one JSON object a line",
        fixes: Fixes {
            python: "print(…, file=sys.stderr); what a framework prints itself goes there too if wire.py is \
                     imported before it, or after os.dup2(2, 1) with file descriptor 1 saved by os.dup(1)",
            javascript: "console.error in place of console.log; import wire.mjs before the framework",
            rust: "eprintln! in place of println!",
            other: "save file descriptor 1 for the answers, and point it at standard error",
        },
    },
    Mistake {
        name: "array-for-object",
        sign: signs::array_for_object,
        words: "an array, in square brackets, where an object in curly ones belongs",
        expected: OBSERVATIONS,
        fixes: Fixes {
            python: "dicts, not lists: {\"at\": at, \"array\": arrays.encode(y)}",
            javascript: "objects, not arrays: { at, array: encode(y) }",
            rust: "structs or maps, not tuples or vectors: serde writes those in square brackets",
            other: "write objects with the fields of the protocol",
        },
    },
    Mistake {
        name: "start-fields",
        sign: signs::start_fields,
        words: "the answer to `start` lacks a field, or has a value in it that the protocol does not know",
        expected: START,
        fixes: Fixes {
            python: "print(json.dumps({\"protocol\": 1, …}), flush=True) when op is \"start\"",
            javascript: "JSON.stringify({ protocol: 1, … }) when op is \"start\"",
            rust: "dezero_spec::wire::Start::new(name, capabilities, dtypes), written by serde_json",
            other: "answer the request whose op is \"start\" with these fields",
        },
    },
    Mistake {
        name: "id",
        sign: signs::id,
        words: "the answer does not carry the id of its request: it is echoed as it came, as a text, and \
                there is one answer to a request",
        expected: OBSERVATIONS,
        fixes: Fixes {
            python: "answer = {\"id\": request[\"id\"], \"observations\": […]}",
            javascript: "const answer = { id: request.id, observations }",
            rust: "json!({ \"id\": request[\"id\"], \"observations\": observations })",
            other: "copy `id` out of the request, unchanged",
        },
    },
    Mistake {
        name: "observations-no-list",
        sign: signs::observations_no_list,
        words: "the answer has no list of `observations`; it is there even if nothing is observed",
        expected: OBSERVATIONS,
        fixes: Fixes {
            python: "{\"id\": request[\"id\"], \"observations\": []}, appended to at each observing step",
            javascript: "{ id: request.id, observations: [] }, pushed to at each observing step",
            rust: "a Vec of observations, empty if there are none",
            other: "answer with a list, empty if there are no observations",
        },
    },
    Mistake {
        name: "at",
        sign: signs::at,
        words: "`at` is not the number of the step that observes: all steps count, from 0, also those that \
                observe nothing, and each observing step is answered once",
        expected: OBSERVATIONS,
        fixes: Fixes {
            python: "for at, step in enumerate(program): …, if no step has a body",
            javascript: "program.forEach((step, at) => …), if no step has a body",
            rust: "for (at, step) in program.iter().enumerate(), if no step has a body",
            other: "count all steps, those in bodies too, in the order in which they are written",
        },
    },
    Mistake {
        name: "null-in-data",
        sign: signs::null_in_data,
        words: "null among the numbers: JSON.stringify, and others, write that for NaN and infinities",
        expected: SPELLED,
        fixes: Fixes {
            python: "map the numbers by `spelled` of arrays.py",
            javascript: "Array.from(data, (x) => Number.isFinite(x) ? x : String(x)), and \"-0.0\" for -0",
            rust: "serde_json writes null for f64::NAN; Array of dezero_spec::wire writes \"NaN\"",
            other: "write a text in place of each number that is not finite",
        },
    },
    Mistake {
        name: "nested-data",
        sign: signs::nested_data,
        words: "lists within `data`, which is flat; `shape` tells how it is to be read",
        expected: FLAT,
        fixes: Fixes {
            python: "y.ravel().tolist() in place of y.tolist()",
            javascript: "data.flat(Infinity)",
            rust: "x.iter() over all elements, in C order",
            other: "write the numbers in one list, the last axis fastest",
        },
    },
    Mistake {
        name: "text-in-data",
        sign: signs::text_in_data,
        words: "an element of `data` is no number, and none of the four texts that stand for numbers",
        expected: SPELLED,
        fixes: Fixes {
            python: "float(element), and `spelled` of arrays.py for what is not finite (nan is \"NaN\")",
            javascript: "numbers as numbers: Array.from(data, Number)",
            rust: "numbers as numbers; f64::NAN.to_string() is \"NaN\", but infinity is \"Infinity\" here",
            other: "write numbers as numbers",
        },
    },
    Mistake {
        name: "shape-and-data",
        sign: signs::shape_and_data,
        words: "`shape` and `data` disagree: a shape has the product of its sides in elements, [] has one \
                and [0] none",
        expected: FLAT,
        fixes: Fixes {
            python: "list(y.shape) and y.ravel().tolist(), of the same y",
            javascript: "shape and data of the same array; shape.reduce((n, side) => n * side, 1) elements",
            rust: "x.shape() and x.iter(), of the same x",
            other: "write shape and data of the same array",
        },
    },
    Mistake {
        name: "other-base64",
        sign: signs::other_base64,
        words: "this base64 cannot be read: it is the standard alphabet, with + and /, and padded with =",
        expected: "\"base64\":\"AADAPwAAAMA=\"",
        fixes: Fixes {
            python: "base64.b64encode(y.tobytes()).decode(), not urlsafe_b64encode and not str() of bytes",
            javascript: "buffer.toString(\"base64\"), not \"base64url\"",
            rust: "base64::engine::general_purpose::STANDARD",
            other: "use the standard alphabet with padding, and no line feeds",
        },
    },
    Mistake {
        name: "base64-length",
        sign: signs::base64_length,
        words: "base64 of the wrong length: it holds elements times 8 bytes for float64 and int64, 4 for \
                float32 and int32, 2 for float16 and bfloat16",
        expected: r#""dtype":"float32","shape":[2],"base64":"AADAPwAAAMA=" (8 bytes)"#,
        fixes: Fixes {
            python: "y.astype(dtype).tobytes(), with `dtype` from y.dtype.name",
            javascript: "Buffer.from(data.slice().buffer): a view of a larger buffer takes all of it along",
            rust: "to_le_bytes of f32 for float32, of f64 for float64",
            other: "write the bytes of the dtype that is declared, of all elements",
        },
    },
    Mistake {
        name: "big-endian",
        sign: signs::big_endian,
        words: "the bytes of each number are in the wrong order: base64 holds little-endian ones, least \
                significant first, both ways",
        expected: "1.5 in float32 as the bytes 00 00 c0 3f",
        fixes: Fixes {
            python: "y.astype(y.dtype.newbyteorder(\"<\")).tobytes(), and numpy.frombuffer(…, \"<f4\"); \
                     not struct's \">\" or \"!\"",
            javascript: "dataView.getFloat32(i, true) and setFloat32(i, x, true)",
            rust: "to_le_bytes and from_le_bytes",
            other: "read and write the least significant byte first",
        },
    },
    Mistake {
        name: "dtype",
        sign: signs::other_dtype,
        words: "the array came back in another dtype than it was sent in",
        expected: "what `variable` was given, bit by bit",
        fixes: Fixes {
            python: "numpy.array(data, dtype=array[\"dtype\"]): without dtype it is float64",
            javascript: "Float32Array for float32, and the dtype that was sent in the answer",
            rust: "keep the dtype with the array, and answer it",
            other: "make the array in the dtype that was sent, and answer in its own",
        },
    },
    Mistake {
        name: "shape",
        sign: signs::other_shape,
        words: "the array came back in another shape than it was sent in",
        expected: "what `variable` was given: [] is a single number, and [0] is empty",
        fixes: Fixes {
            python: "numpy.array(data).reshape(shape), and list(y.shape) of the result",
            javascript: "keep `shape` with the data",
            rust: "keep the shape with the data",
            other: "make the array in the shape that was sent; refuse it as unsupported if there is none",
        },
    },
    Mistake {
        name: "negative-zero",
        sign: signs::no_negative_zero,
        words: "the sign of a negative zero got lost",
        expected: SPELLED,
        fixes: Fixes {
            python: "\"-0.0\" if x == 0 and math.copysign(1, x) < 0, as `spelled` of arrays.py",
            javascript: "Object.is(x, -0) ? \"-0.0\" : x, for JSON.stringify(-0) is 0",
            rust: "keep the number as a float: as an integer it has no sign",
            other: "write the text \"-0.0\", and read it as such",
        },
    },
];
