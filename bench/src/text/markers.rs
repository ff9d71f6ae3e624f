//! The generated parts of the documents: each is between `<!-- NAME -->` and `<!-- /NAME -->`.

use std::io;

/// Replaces the part of this name in a document.
///
/// # Errors
///
/// If there is no such part.
pub(crate) fn replace(document: &str, name: &str, part: &str) -> io::Result<String> {
    let [begin, end] = [format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n")];
    let (before, rest) = document.split_once(&begin).ok_or_else(|| no_place(name))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| no_place(name))?;
    Ok([before, &begin, part, &end, after].concat())
}

fn no_place(name: &str) -> io::Error {
    io::Error::other(format!("the document has no place for {name}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::*;

    /// The workspace.
    pub(crate) fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the workspace").into()
    }

    /// Checks that a document does not change if one of its parts is generated again.
    #[track_caller]
    pub(crate) fn assert_up_to_date(path: &str, splice: impl FnOnce(&str) -> io::Result<String>) {
        let document = fs::read_to_string(root().join(path)).unwrap();
        assert!(splice(&document).unwrap() == document, "{path}: cargo run -p photo-bench --bin splice");
    }

    #[test]
    fn only_the_part_between_the_marks_is_replaced() {
        let document = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n";
        assert_eq!(replace(document, "x", "new\n").unwrap(), "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n");
        assert!(replace(document, "y", "new\n").unwrap_err().to_string().contains("no place for y"));
    }
}
