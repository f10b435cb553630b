//! Python files as subjects: `verify mylib.py`, `verify mylib.py:dropout`.

use super::failure::Failure;
use super::files::{unwritten, wrong};
use crate::implementation::Command;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

macro_rules! package {
    ($($name:literal),*) => {
        /// The package `dezero_spec`: its files, and what they say.
        pub(super) const PACKAGE: &[(&str, &str)] = &[$((
            concat!("dezero_spec/", $name),
            include_str!(concat!("../../adapters/dezero_spec/", $name)),
        )),*];
    };
}

package!(
    "__init__.py",
    "__main__.py",
    "adapter.py",
    "arrays.py",
    "function.py",
    "judge.py",
    "py.typed",
    "pytest_plugin.py",
    "steps.py",
    "wire.py"
);

/// Names the Python that files are judged with.
const INTERPRETER: &str = "DEZERO_SPEC_PYTHON";

/// A Python file, and the name in it of what is judged, if the command line has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PythonFile {
    pub(super) file: PathBuf,
    pub(super) name: Option<String>,
}

impl PythonFile {
    /// What the command line means by `FILE.py` or `FILE.py:NAME`, if that is what it says.
    pub(super) fn of(said: &Path) -> Option<PythonFile> {
        if said.to_string_lossy().ends_with(".py") {
            return Some(PythonFile { file: said.to_owned(), name: None });
        }
        let text = said.to_str()?;
        let (file, name) = text.rsplit_once(".py:")?;
        let dotted = name
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'));
        let name = dotted.then(|| name.to_owned())?;
        Some(PythonFile { file: PathBuf::from(format!("{file}.py")), name: Some(name) })
    }

    /// How it is started, with a folder that the package is written to and that lives as long as the adapter.
    ///
    /// # Errors
    /// If there is no such file, or the package cannot be written.
    pub(super) fn command(&self) -> Result<(Command, TempDir), Failure> {
        let missing = |why: std::io::Error| wrong(&self.file, why.to_string());
        let file = self.file.canonicalize().map_err(missing)?;
        if !file.is_file() {
            return Err(wrong(&self.file, "cannot be read: it is no file".to_owned()));
        }
        let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
        let package = tempfile::tempdir()?;
        for (name, text) in PACKAGE {
            let place = package.path().join(name);
            let written = fs::create_dir_all(place.parent().unwrap_or(package.path()))
                .and_then(|()| fs::write(&place, text));
            written.map_err(|why| unwritten(&place, &why))?;
        }
        let Some(mut judged) = file.file_name().and_then(OsStr::to_str).map(str::to_owned) else {
            return Err(wrong(&self.file, "its name is not UTF-8; name it otherwise".to_owned()));
        };
        if let Some(name) = &self.name {
            judged = format!("{judged}:{name}");
        }
        let command = [interpreter().as_str(), "-m", "dezero_spec", &judged].map(str::to_owned);
        let mut command = Command::new(command.to_vec(), folder);
        command.env.insert("PYTHONPATH".to_owned(), search_path(package.path()));
        Ok((command, package))
    }
}

/// The package first, then what there is already.
fn search_path(package: &Path) -> String {
    let before = env::var_os("PYTHONPATH").unwrap_or_default();
    let before = env::split_paths(&before).filter(|path| !path.as_os_str().is_empty());
    let all = std::iter::once(package.to_owned()).chain(before).collect::<Vec<_>>();
    let joined = env::join_paths(&all).unwrap_or_else(|_| package.as_os_str().to_owned());
    joined.to_string_lossy().into_owned()
}

/// The Python that a variable names, else that of an environment that is activated, else that beside this
/// program, where a wheel puts it, else the first on the path.
fn interpreter() -> String {
    let usual = if cfg!(windows) { "python" } else { "python3" };
    if let Some(named) = env::var(INTERPRETER).ok().filter(|named| !named.is_empty()) {
        return named;
    }
    if env::var_os("VIRTUAL_ENV").is_some() {
        return usual.to_owned();
    }
    let beside = env::current_exe().ok().and_then(|program| {
        let python = program.parent()?.join(format!("{usual}{}", env::consts::EXE_SUFFIX));
        python.is_file().then(|| python.to_string_lossy().into_owned())
    });
    beside.unwrap_or_else(|| usual.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_behind_the_file() {
        let of = |said: &str| {
            let python = PythonFile::of(Path::new(said))?;
            Some((python.file.display().to_string(), python.name.unwrap_or_default()))
        };
        let file = |file: &str, name: &str| Some((file.to_owned(), name.to_owned()));
        assert_eq!(of("a/mylib.py"), file("a/mylib.py", ""));
        assert_eq!(of("a/mylib.py:dropout"), file("a/mylib.py", "dropout"));
        assert_eq!(of("C:\\mylib.py:Layers.inner"), file("C:\\mylib.py", "Layers.inner"));
        for other in ["impl.json", "answers.jsonl", "a.py/impl.json", "a.py:", "a.py:b c", "a.py:."]
        {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
