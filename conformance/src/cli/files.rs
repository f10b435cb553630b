//! The files that a command line names: read whole, and written whole or not at all.

use super::failure::Failure;
use crate::wire::foreign::{self, is_named_pipe, quoted};
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, IntoInnerError, Write};
use std::path::{Path, PathBuf, is_separator};
use tempfile::NamedTempFile;

/// No file is longer but for answers on record.
const LONGEST: u64 = 1 << 26;

/// No answers on record are longer: those of a default run are half of it.
pub(crate) const LONGEST_RECORD: u64 = 1 << 28;

/// The text of a file that the command line names.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    read_up_to(file, LONGEST)
}

/// The same, of a file that has so many bytes at most.
pub(crate) fn read_up_to(file: &Path, longest: u64) -> Result<String, Failure> {
    foreign::read_up_to(file, longest).map_err(|why| wrong(file, why))
}

/// What is wrong with a file that the command line names.
pub(crate) fn wrong(file: &Path, why: String) -> Failure {
    Failure::Usage(format!("{}: {why}", quoted(&file.display().to_string(), 500)))
}

/// What is wrong with a file that is to be written.
pub(crate) fn unwritten(file: &Path, why: &std::io::Error) -> Failure {
    wrong(file, format!("cannot be written: {why}"))
}

/// Writes a file that the command line names.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    let mut whole = WholeFile::new(file)?;
    whole.write_all(text.as_bytes()).map_err(|why| unwritten(file, &why))?;
    whole.finish()
}

/// A file that appears when all of it is written, with the permissions of the one whose place it takes. A
/// device or a pipe is written to as it is.
pub(crate) struct WholeFile {
    file: PathBuf,
    out: Out,
}

enum Out {
    Beside(BufWriter<NamedTempFile>),
    Direct(BufWriter<File>),
}

impl WholeFile {
    /// Begins with a file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn new(file: &Path) -> Result<WholeFile, Failure> {
        let begun = || -> std::io::Result<WholeFile> {
            match fs::metadata(file) {
                Ok(there) if !there.is_file() => {
                    let out = Out::Direct(BufWriter::new(as_it_is(file)?));
                    Ok(WholeFile { file: file.to_owned(), out })
                }
                there => {
                    // A link stays one.
                    let file = place(file);
                    let beside = file_beside(&file)?;
                    if let Ok(there) = there {
                        beside.as_file().set_permissions(there.permissions())?;
                    }
                    Ok(WholeFile { file, out: Out::Beside(BufWriter::new(beside)) })
                }
            }
        };
        begun().map_err(|why| unwritten(file, &why))
    }

    /// All is written: the file appears.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let WholeFile { file, out } = self;
        let finished = match out {
            Out::Direct(mut out) => out.flush(),
            Out::Beside(out) => {
                let persisted = |beside: NamedTempFile| {
                    beside.persist(&file).map(|_| ()).map_err(|why| why.error)
                };
                out.into_inner().map_err(IntoInnerError::into_error).and_then(persisted)
            }
        };
        finished.map_err(|why| unwritten(&file, &why))
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.out {
            Out::Beside(out) => out.write(bytes),
            Out::Direct(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.out {
            Out::Beside(out) => out.flush(),
            Out::Direct(out) => out.flush(),
        }
    }
}

/// Opens what is no file, such as a device.
fn as_it_is(file: &Path) -> std::io::Result<File> {
    File::options().write(true).open(file)
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new file in the same folder, with the permissions that new files have.
fn file_beside(file: &Path) -> std::io::Result<NamedTempFile> {
    let mut beside = tempfile::Builder::new();
    // Temporary files are for their maker alone, if nothing else is said.
    #[cfg(unix)]
    beside.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    beside.tempfile_in(folder_of(file))
}

/// Refuses outputs that could not be written, or that would take the place of an input or of each other,
/// before anything is done.
///
/// # Errors
/// The first such one.
pub(crate) fn check_outputs<'f>(
    inputs: impl IntoIterator<Item = &'f Path>,
    outputs: impl IntoIterator<Item = (&'static str, Option<&'f Path>)>,
) -> Result<(), Failure> {
    let inputs = inputs.into_iter().map(place).collect::<Vec<_>>();
    let mut before: Vec<(&str, PathBuf)> = Vec::new();
    for (option, file) in outputs {
        let Some(file) = file else { continue };
        let refused = |why: String| Err(wrong(file, format!("{option} cannot be written: {why}")));
        let at = place(file);
        let folders = [folder_of(file), folder_of(&at)];
        match fs::metadata(file) {
            Ok(there) if there.is_dir() => return refused("it is a folder".to_owned()),
            Ok(_) if is_named_pipe(file) => {
                let why = "it is a named pipe, at which a run may wait for ever; name a file";
                return refused(why.to_owned());
            }
            // A device takes all that comes.
            Ok(there) if !there.is_file() => match as_it_is(file) {
                Ok(_) => continue,
                Err(why) => return refused(why.to_string()),
            },
            _ if file.to_string_lossy().ends_with(is_separator) => {
                return refused("it is named like a folder; name a file".to_owned());
            }
            _ => {}
        }
        if let Some(missing) = folders.into_iter().find(|folder| !folder.is_dir()) {
            let missing = missing.display().to_string();
            return refused(format!("there is no folder {}", quoted(&missing, 500)));
        }
        if let Err(why) = fs::metadata(file)
            && why.kind() != ErrorKind::NotFound
        {
            return refused(why.to_string());
        }
        if inputs.contains(&at) {
            return refused("it is what is read".to_owned());
        }
        if let Some((other, _)) = before.iter().find(|(_, there)| *there == at) {
            return refused(format!("{other} is written there"));
        }
        if let Err(why) = file_beside(&at) {
            return refused(format!("its folder takes no new file: {why}"));
        }
        before.push((option, at));
    }
    Ok(())
}

/// One path for one file, whether it is there or not: the one that links lead to.
fn place(file: &Path) -> PathBuf {
    /// No system follows more.
    const MOST_LINKS: usize = 40;
    let mut file = file.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(link) = file.read_link() else { break };
        file = folder_of(&file).join(link);
    }
    let beside = || Some(folder_of(&file).canonicalize().ok()?.join(file.file_name()?));
    file.canonicalize().ok().or_else(beside).unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.html");
        fs::write(&file, "before").unwrap();
        let mut whole = WholeFile::new(&file).unwrap();
        whole.write_all(b"half").unwrap();
        drop(whole);
        assert_eq!(fs::read_to_string(&file).unwrap(), "before");
        write(&file, "after").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "after");
        // Nothing stays behind.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let (new, usual) = (folder.path().join("new"), folder.path().join("usual"));
        write(&new, "").unwrap();
        File::create(&usual).unwrap();
        let permissions = |file: &Path| fs::metadata(file).unwrap().permissions();
        assert_eq!(permissions(&new), permissions(&usual));
    }

    #[test]
    fn no_output_takes_the_place_of_another_file() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("impl.json"), "{}").unwrap();
        let refused = |html: &Path, junit: &Path| {
            let outputs = [("--html", Some(html)), ("--junit", Some(junit)), ("--badge", None)];
            check_outputs([at("impl.json").as_path()], outputs).err().map(|why| why.to_string())
        };
        let round = folder.path().join("../").join(folder.path().file_name().unwrap());
        assert_eq!(refused(&at("a"), &at("b")), None);
        let same = refused(&at("a"), &round.join("a")).unwrap();
        assert!(same.ends_with("--junit cannot be written: --html is written there"), "{same}");
        let read = refused(&round.join("impl.json"), &at("b")).unwrap();
        assert!(read.ends_with("--html cannot be written: it is what is read"), "{read}");
        let missing = refused(&at("no/page"), &at("b")).unwrap();
        assert!(missing.contains("there is no folder"), "{missing}");
        assert!(refused(folder.path(), &at("b")).unwrap().ends_with("it is a folder"));
        assert!(refused(&at("new/"), &at("b")).unwrap().contains("named like a folder"));
        assert!(refused(&at(&"n".repeat(300)), &at("b")).is_some());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("a", at("link")).unwrap();
            let same = refused(&at("a"), &at("link")).unwrap();
            assert!(same.ends_with("--html is written there"), "{same}");
            write(&at("link"), "text").unwrap();
            assert!(at("link").is_symlink() && at("a").is_file());
            let pipe = std::process::Command::new("mkfifo").arg(at("pipe")).status();
            assert!(pipe.unwrap().success());
            assert!(refused(&at("pipe"), &at("b")).unwrap().contains("it is a named pipe"));
            assert!(
                super::read(&at("pipe")).unwrap_err().to_string().contains("it is a named pipe")
            );
            assert_eq!(refused(Path::new("/dev/null"), Path::new("/dev/null")), None);
        }
    }

    #[test]
    fn what_is_read_has_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("impl.json");
        fs::write(&file, "12345").unwrap();
        assert_eq!(read_up_to(&file, 5).unwrap(), "12345");
        let long = read_up_to(&file, 4).unwrap_err().to_string();
        assert!(long.ends_with("impl.json: it is longer than 4 bytes"), "{long}");
    }
}
