//! The parts of the README that are made, not written: each stands between `<!-- NAME -->` and `<!-- /NAME -->`.

use std::io;

/// The README with its part of this name replaced.
///
/// # Errors
///
/// If there is no such part.
pub(crate) fn replace(readme: &str, name: &str, part: &str) -> io::Result<String> {
    let [begin, end] = [format!("<!-- {name} -->\n"), format!("<!-- /{name} -->\n")];
    let (before, rest) = readme.split_once(&begin).ok_or_else(|| no_place(name))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| no_place(name))?;
    Ok([before, &begin, part, &end, after].concat())
}

fn no_place(name: &str) -> io::Error {
    io::Error::other(format!("the README has no place for {name}"))
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

    /// Checks that the README stays as it is if one of its parts is made anew.
    #[track_caller]
    pub(crate) fn assert_up_to_date(splice: impl FnOnce(&str) -> io::Result<String>) {
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        assert!(splice(&readme).unwrap() == readme, "run: cargo run -p photo-bench --bin splice");
    }

    #[test]
    fn only_what_stands_between_the_marks_is_replaced() {
        let readme = "a\n<!-- x -->\nold\n<!-- /x -->\nb\n";
        assert_eq!(replace(readme, "x", "new\n").unwrap(), "a\n<!-- x -->\nnew\n<!-- /x -->\nb\n");
        assert!(replace(readme, "y", "new\n").unwrap_err().to_string().contains("no place for y"));
    }
}
