use std::fmt;

/// The language that an adapter is written in, as far as the advice differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript, or what runs as such.
    JavaScript,
    /// Rust.
    Rust,
    /// Any other.
    Other,
}

impl Language {
    /// The language that a command is likely to start: its program tells, or the file that it is given.
    pub fn of(command: &[String]) -> Language {
        let name = |word: &String| {
            let last = word.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
            last.strip_suffix(".exe").map_or(last.clone(), str::to_owned)
        };
        let words = command.iter().map(name).collect::<Vec<_>>();
        let any = |starts: &[&str], ends: &[&str]| {
            let program = words
                .first()
                .is_some_and(|program| starts.iter().any(|start| program.starts_with(start)));
            program || words.iter().any(|word| ends.iter().any(|end| word.ends_with(end)))
        };
        match () {
            () if any(&["python", "pypy", "uv"], &[".py"]) => Language::Python,
            () if any(&["node", "deno", "bun"], &[".js", ".mjs", ".ts"]) => Language::JavaScript,
            () if any(&["cargo"], &[".rs"]) => Language::Rust,
            () => Language::Other,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Language::Python => "in Python",
            Language::JavaScript => "in JavaScript",
            Language::Rust => "in Rust",
            Language::Other => "what to do",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_tells_its_language() {
        for (command, language) in [
            (".venv/bin/python adapter.py", Language::Python),
            ("C:\\Python\\python.exe adapter.py", Language::Python),
            ("env node adapter.mjs", Language::JavaScript),
            ("cargo run --release --quiet", Language::Rust),
            ("./adapter --fast", Language::Other),
        ] {
            let words = command.split(' ').map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(Language::of(&words), language, "{command}");
        }
    }
}
