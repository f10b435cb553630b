//! The known word that a misspelt one may mean.

/// No word that is longer is a slip, and a comparison takes the product of both lengths.
const LONGEST: usize = 60;

/// The one of `known` that is most like `word`.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let likeness = known.into_iter().map(|known| (strsim::jaro_winkler(word, known), known));
    // Below this, two words have little more in common than their letters.
    let alike = likeness.filter(|&(likeness, _)| likeness > 0.6);
    alike.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, known)| known)
}

/// "; did you mean `…`?", if `word` is like one of `known`; else `otherwise`.
pub fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    match nearest(word, known) {
        Some(known) => format!("; did you mean `{known}`?"),
        None => otherwise.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["command", "env", "timeout_s"];
        assert_eq!(nearest("comand", known), Some("command"));
        assert_eq!(nearest("timeout", known), Some("timeout_s"));
        assert_eq!(nearest("zzz", known), None);
        assert_eq!(nearest(&"comand".repeat(1 << 22), known), None);
    }
}
