use super::failure::Failure;
use super::files::{unwritten, wrong};
use super::python::PACKAGE;
use super::streams::stdout;
use super::subject::quoted;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Init {
    /// The language of the adapter
    #[arg(value_enum)]
    language: SkeletonLanguage,

    /// The folder it is written to; what is there stays as it is
    #[arg(value_name = "FOLDER", default_value = "judged")]
    folder: PathBuf,

    /// The folder `conformance` of the judge's sources, for an adapter in Rust; without it, the package that
    /// it writes asks for the published crate
    #[arg(long, value_name = "FOLDER")]
    judge: Option<PathBuf>,
}

const EXAMPLE: &str = "\
Example:
  dezero-spec init javascript judged
  dezero-spec verify judged/impl.json";

#[derive(Clone, Copy, ValueEnum)]
enum SkeletonLanguage {
    /// On NumPy
    Python,
    /// For Node, on nothing else
    Javascript,
    /// A package that builds on this judge
    Rust,
}

/// What is written for a language.
struct Skeleton {
    /// The file with the function to fill in.
    own: (&'static str, &'static str),
    /// The others.
    beside: Vec<(&'static str, &'static str)>,
    /// What has to be there before it runs.
    needs: &'static str,
}

impl SkeletonLanguage {
    fn skeleton(self) -> Skeleton {
        match self {
            SkeletonLanguage::Python => Skeleton {
                own: ("adapter.py", include_str!("../../skeletons/python/adapter.py")),
                beside: [
                    &[("impl.json", include_str!("../../skeletons/python/impl.json"))],
                    PACKAGE,
                ]
                .concat(),
                needs: "Python 3.9 or newer with NumPy: python3 -m pip install numpy",
            },
            SkeletonLanguage::Javascript => Skeleton {
                own: ("adapter.mjs", include_str!("../../skeletons/javascript/adapter.mjs")),
                beside: vec![
                    ("impl.json", include_str!("../../skeletons/javascript/impl.json")),
                    ("wire.mjs", include_str!("../../adapters/wire.mjs")),
                    ("steps.mjs", include_str!("../../adapters/steps.mjs")),
                    ("arrays.mjs", include_str!("../../adapters/arrays.mjs")),
                ],
                needs: "Node 20 or newer",
            },
            SkeletonLanguage::Rust => Skeleton {
                own: ("src/main.rs", include_str!("../../skeletons/rust/src/main.rs")),
                beside: vec![
                    ("impl.json", include_str!("../../skeletons/rust/impl.json")),
                    ("Cargo.toml", include_str!("../../skeletons/rust/Cargo.toml.in")),
                ],
                needs: "Rust 1.89 or newer; the first build takes some minutes",
            },
        }
    }
}

/// What an editor completes `impl.json` by.
const SCHEMA: (&str, &str) = ("impl.schema.json", include_str!("../../schemas/impl.schema.json"));

/// Writes an adapter with one function to fill in.
pub(super) fn run(arguments: &Init) -> Result<ExitCode, Failure> {
    let Init { language, folder, judge } = arguments;
    let sources = judge.as_deref().map(sources).transpose()?;
    let Skeleton { own, beside, needs } = language.skeleton();
    let beside = [beside, vec![SCHEMA]].concat();
    let files = [&[own], beside.as_slice()].concat();
    for (name, _) in &files {
        let path = folder.join(name);
        // A link that leads nowhere is there, too.
        if path.symlink_metadata().is_ok() {
            let why =
                "it is there already, and stays as it is; nothing was written; name another folder";
            return Err(wrong(&path, why.to_owned()));
        }
    }
    for (name, text) in &files {
        let text = text.replace("\"VERSION\"", concat!('"', env!("CARGO_PKG_VERSION"), '"'));
        let text = text.replace("path = \"../..\", ", sources.as_deref().unwrap_or_default());
        write(&folder.join(name), &text)?;
    }
    let shown = |name: &str| quoted(&folder.join(name).display().to_string());
    // Of a package its folder.
    let first = |name: &str| match name.split_once('/') {
        Some((folder, _)) => format!("{folder}/"),
        None => name.to_owned(),
    };
    let mut names = beside.iter().map(|(name, _)| first(name)).collect::<Vec<_>>();
    names.dedup();
    let names = names.join(", ");
    let mut out = stdout();
    writeln!(out, "wrote  {}, and beside it {names}", shown(own.0))?;
    writeln!(out, "needs  {needs}")?;
    writeln!(out, "next   fill in `dropout` in {}; it says how", shown(own.0))?;
    writeln!(out, "       dezero-spec verify {}", shown("impl.json"))?;
    writeln!(out, "       dezero-spec doctor {}, if it does not speak", shown("impl.json"))?;
    Ok(ExitCode::SUCCESS)
}

/// What leads from the package in Rust to the judge's sources.
fn sources(judge: &Path) -> Result<String, Failure> {
    let found = judge.canonicalize().map_err(|why| wrong(judge, why.to_string()))?;
    if !found.join("Cargo.toml").is_file() {
        let why = "it has no Cargo.toml; name the folder `conformance` of the judge's sources";
        return Err(wrong(judge, why.to_owned()));
    }
    Ok(format!("path = {}, ", json!(found)))
}

/// Writes a file that is not there yet, and its folder.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = path.parent().map_or(Ok(()), create_dir_all).and_then(|()| {
        let mut file = File::create_new(path)?;
        file.write_all(text.as_bytes())
    });
    written.map_err(|why| unwritten(path, &why))
}
