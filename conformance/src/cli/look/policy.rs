use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The content security policy of a page with this style and this script. Even if a stranger's words
/// got into the page as tags, they could neither run nor load anything.
pub(crate) fn policy(style: &str, script: Option<&str>) -> String {
    let script = script.map_or_else(|| "none".to_owned(), hash);
    format!(
        "default-src 'none'; img-src data:; style-src '{}'; script-src '{script}'; base-uri 'none'; \
         form-action 'none'",
        hash(style)
    )
}

/// What a policy calls the text.
fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
