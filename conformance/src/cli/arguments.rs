//! The command line.

use super::init::Init;
use crate::run::PLAN_SEED;
use crate::run::manifest::DAY;
use crate::session::Effort;
use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::num::NonZero;
use std::path::PathBuf;

/// Judges implementations of dropout and train/test mode, in any language
#[derive(Parser)]
#[command(version, max_term_width = 80, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Task,
}

const AFTER_HELP: &str = concat!(
    include_str!("help/exit_codes.txt"),
    "\n",
    "\
An adapter reads programs as JSON lines on standard input and answers what it
observed on standard output: `dezero-spec protocol`. `dezero-spec verify --help`
has examples."
);

/// The protocol in twenty lines.
pub(crate) const PROTOCOL: &str = include_str!("help/protocol.txt");

#[derive(Subcommand)]
pub(crate) enum Task {
    /// Judge an implementation
    #[command(alias = "check")]
    Verify(Box<Verify>),
    /// Write an adapter with one function to fill in
    Init(Init),
    /// Look for mistakes in how an adapter speaks, and tell them in plain words
    Doctor(Doctor),
    /// Print the requests that decide on an implementation, to be answered elsewhere
    Plan(Plan),
    /// Judge an implementation and write down what it answers
    Record(Record),
    /// Ask the programs of a file again that `verify --save-counterexample` wrote
    Replay(Replay),
    /// Put saved reports side by side, as a page, as Markdown or in the terminal
    Matrix(MatrixArguments),
    /// Say what changed between two saved reports, and whether it got worse
    Diff(Diff),
    /// Say which deviations of the masks a run would find, and what that takes
    Power(PowerArguments),
    /// Be an implementation on standard input and output: the reference, or a wrong one
    Serve(Serve),
    /// List the rules of the specification
    Rules(Rules),
    /// Tell all there is about a rule: why, how it is judged, how to mend what breaks it
    Explain(Explain),
    /// List the wrong implementations that the judge is tested with, and the legal variants
    Mutants(Mutants),
    /// Write the fixtures: programs, and what may be observed, as JSON
    Fixtures(Fixtures),
    /// Tell the protocol between judge and adapter in twenty lines
    #[command(after_help = PROTOCOL)]
    Protocol,
    /// Print a JSON Schema: of impl.json, recorded answers, reports, or lines of the protocol
    Schema(Schema),
    /// Print what makes a shell complete the command line
    Completions(Completions),
}

/// What is judged.
#[derive(Args)]
pub(crate) struct Subject {
    /// How to start the implementation, or the folder where that is; or a Python file with a function
    /// `dropout(x, ratio, train)`, FILE.py, or with another name, FILE.py:NAME; or recorded answers,
    /// ANSWERS.jsonl; without it, the built-in reference is judged
    #[arg(value_name = "IMPL.JSON")]
    pub(crate) file: Option<PathBuf>,

    /// Judge a built-in wrong implementation, or a legal variant
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub(crate) mutant: Option<String>,

    /// Write every line that an adapter is sent and sends to a file, with the time, as JSON lines
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,

    /// How long an answer may take, the first one too, in place of what IMPL.JSON says
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<f64>,

    /// Start no adapter, but wait for one that you start yourself, under a debugger say
    #[arg(long, value_name = "PORT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "0", requires = "file")]
    pub(crate) attach: Option<u16>,

    /// End as if interrupted when standard input does: what judges several ends so what it started
    #[arg(long, hide = true)]
    pub(crate) ends_with_input: bool,
}

/// A time that an answer may take.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().map_err(|why| why.to_string())?;
    let sound = seconds > 0.0 && seconds <= f64::from(DAY);
    let expected = || format!("{seconds} is not above 0 and up to {DAY}, a day");
    sound.then_some(seconds).ok_or_else(expected)
}

/// More random programs would take years.
const MOST_PROGRAMS: u64 = 10_000_000;

fn programs() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(..=MOST_PROGRAMS)
}

const AFTER_VERIFY: &str =
    concat!(include_str!("help/exit_codes.txt"), include_str!("help/examples.txt"));

const AFTER_LONG_VERIFY: &str = concat!(
    include_str!("help/exit_codes.txt"),
    include_str!("help/examples.txt"),
    "\nThe protocol:\n",
    include_str!("help/protocol.txt")
);

#[derive(Args)]
#[command(after_help = AFTER_VERIFY, after_long_help = AFTER_LONG_VERIFY)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) subject: Subject,

    /// More implementations, each of which is judged: a line of each, and with --html, --markdown and
    /// --csv a table of all
    #[arg(value_name = "IMPL.JSON")]
    pub(crate) others: Vec<PathBuf>,

    /// Judge each of these files: Python files as they are, others by the adapter that IMPL.JSON
    /// starts, which finds the file's path in the environment as DEZERO_SPEC_EACH
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) each: Vec<PathBuf>,

    /// Of several implementations, so many are judged at once; half as many as there are cores
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,

    /// Keep the report of each of several implementations here, as JSON and as a page
    #[arg(long, value_name = "FOLDER")]
    pub(crate) reports: Option<PathBuf>,

    /// Write a line for each of several implementations, as comma-separated values
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,

    /// Say what would be started and written, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// Judge only these rules and what they build on; `*` stands for anything
    #[arg(long = "rule", value_name = "PATTERN")]
    pub(crate) rules: Vec<String>,

    /// How many masks are drawn; `default`, and `quick` for recorded answers
    #[arg(long, value_enum)]
    pub(crate) effort: Option<Effort>,

    /// Where all of the judge's randomness comes from; fresh and printed without it, but 54 for
    /// recorded answers
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,

    /// How many random programs are asked: 128, 512 or 8192 by effort, and none with --rule
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = programs())]
    pub(crate) programs: Option<usize>,

    /// Write the programs that broke rules to a file, as fixtures; `replay` asks them again
    #[arg(long, value_name = "FILE")]
    pub(crate) save_counterexample: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) outputs: Outputs,

    /// A SHOULD that fails counts like a MUST
    #[arg(long)]
    pub(crate) strict: bool,

    /// End the run at the first MUST that fails, and is not expected to
    #[arg(long, conflicts_with = "update_expectations")]
    pub(crate) fail_fast: bool,

    /// Write what fails to the `expectations` of IMPL.JSON, and take out what does not any more
    #[arg(long, requires = "file", conflicts_with = "rules")]
    pub(crate) update_expectations: bool,

    /// How to report on standard output
    #[arg(long, value_enum, default_value_t = RunFormat::Terminal)]
    pub(crate) format: RunFormat,

    /// Show a line for every rule, and known failures in full
    #[arg(long, short)]
    pub(crate) verbose: bool,

    /// Print the verdict alone, in one line
    #[arg(long, short, conflicts_with_all = ["verbose", "format"])]
    pub(crate) quiet: bool,
}

impl Verify {
    /// Whether several implementations may be meant.
    pub(crate) fn is_of_several(&self) -> bool {
        !self.others.is_empty() || !self.each.is_empty()
    }
}

/// Files that a run writes, any number of them.
#[derive(Args)]
pub(crate) struct Outputs {
    /// Write a page too, with pictures, to a file that needs no other file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Write a summary in Markdown too, for a step of GitHub Actions say
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Write a JUnit report too, a test case for each rule
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,

    /// Write a badge too, as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) badge: Option<PathBuf>,

    /// Write the report too, as `--format json` prints it
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

#[derive(Args)]
#[command(after_help = DOCTOR_CODES)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) subject: Subject,
}

const DOCTOR_CODES: &str = "\
Exit codes:
  0  the adapter speaks the protocol, as far as this shows
  2  the command line or impl.json is wrong
  3  the adapter makes a mistake
  130  interrupted with Ctrl-C";

#[derive(Args)]
pub(crate) struct Plan {
    /// A file whose first line is the implementation's answer to `start`; without it, the plan is
    /// for an implementation that claims what the reference claims
    #[arg(value_name = "START.JSON")]
    pub(crate) start: Option<PathBuf>,

    /// Where all of the judge's randomness comes from
    #[arg(long, default_value_t = PLAN_SEED, allow_negative_numbers = true)]
    pub(crate) seed: u64,
}

#[derive(Args)]
#[command(after_help = MATRIX_EXAMPLE)]
pub(crate) struct MatrixArguments {
    /// What `verify --format json` wrote; or, of an implementation that could not be judged,
    /// {"schema": "dezero-spec/not-run/1", "implementation": {"name": "…"}, "because": "…"}
    #[arg(value_name = "RESULT.JSON", required = true)]
    pub(crate) reports: Vec<PathBuf>,

    /// Write a page to a file that needs no other file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Write Markdown to a file
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,

    /// Where deviations are explained, for a link
    #[arg(long, value_name = "URL")]
    pub(crate) notes: Option<String>,
}

const MATRIX_EXAMPLE: &str = "\
Example:
  dezero-spec verify numpy/impl.json --format json > numpy.json
  dezero-spec verify dezero/impl.json --format json > dezero.json
  dezero-spec matrix numpy.json dezero.json --html matrix.html";

#[derive(Args)]
#[command(after_help = DIFF_EXAMPLE)]
pub(crate) struct Diff {
    /// What `verify --format json` wrote
    #[arg(value_name = "OLD.JSON")]
    pub(crate) old: PathBuf,

    /// What it wrote later
    #[arg(value_name = "NEW.JSON")]
    pub(crate) new: PathBuf,

    /// Exit with 1 on any difference, better ones too, so that what is on record is kept up to date
    #[arg(long)]
    pub(crate) exact: bool,

    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Terminal)]
    pub(crate) format: Format,
}

const DIFF_EXAMPLE: &str = "\
Exit codes:
  0  nothing got worse
  1  a rule that passed does not now, or the verdict as a whole got worse
  2  a file cannot be read, or is no report

Example:
  dezero-spec verify impl.json --format json > new.json
  dezero-spec diff old.json new.json";

#[derive(Args)]
pub(crate) struct PowerArguments {
    /// How many masks are drawn
    #[arg(long, value_enum, default_value_t = Effort::Default)]
    pub(crate) effort: Effort,
}

#[derive(Args)]
pub(crate) struct Record {
    #[command(flatten)]
    pub(crate) subject: Subject,

    /// The file of the answers
    #[arg(long, short, value_name = "ANSWERS.jsonl")]
    pub(crate) output: PathBuf,

    /// Where all of the judge's randomness comes from
    #[arg(long, default_value_t = PLAN_SEED, allow_negative_numbers = true)]
    pub(crate) seed: u64,

    /// How many masks are drawn
    #[arg(long, value_enum, default_value_t = Effort::Quick)]
    pub(crate) effort: Effort,
}

#[derive(Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) subject: Subject,

    /// The programs: what `--save-counterexample` wrote, or any file of fixtures
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,

    /// Where all of the judge's randomness comes from; fresh without it
    #[arg(long, allow_negative_numbers = true)]
    pub(crate) seed: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person
    Terminal,
    /// For a program
    Json,
}

/// How a run is reported on standard output.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunFormat {
    /// For a person
    Terminal,
    /// For a program
    Json,
    /// For a person, and what fails as annotations of GitHub Actions
    Github,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// A wrong implementation, or a legal variant, in place of the reference
    #[arg(long, value_name = "NAME")]
    pub(crate) mutant: Option<String>,
}

#[derive(Args)]
pub(crate) struct Rules {
    /// Only rules that match; `*` stands for anything
    #[arg(value_name = "PATTERN")]
    pub(crate) patterns: Vec<String>,

    /// All that there is about each, for a program
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Fixtures {
    /// The folder to write them to
    #[arg(value_name = "FOLDER", default_value = "fixtures")]
    pub(crate) folder: PathBuf,

    /// List the ids and the rules that each is about
    #[arg(long)]
    pub(crate) list: bool,

    /// Judge answers to the fixtures, one JSON object a line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    pub(crate) answers: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Mutants {
    /// Names alone, for scripts
    #[arg(long)]
    pub(crate) names: bool,

    /// Only these; `*` stands for anything
    #[arg(long = "name", value_name = "PATTERN")]
    pub(crate) patterns: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Explain {
    /// The rule's id, or a pattern
    #[arg(value_name = "RULE")]
    pub(crate) rule: String,
}

#[derive(Args)]
pub(crate) struct Schema {
    /// What it is the schema of
    #[arg(value_enum)]
    pub(crate) of: SchemaOf,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// impl.json; let its `$schema` name the file, and an editor completes it
    Impl,
    /// A line of recorded answers
    Answers,
    /// What `verify --format json` writes
    Report,
    /// A line of the exchange, in either direction
    Protocol,
}

#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
