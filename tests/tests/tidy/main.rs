//! Compares the sources of the three styles, so that a reader who knows one can find the same places in the others. A
//! few rules hold for all sources of the workspace.

mod differences;
mod documents;
mod imports;
mod prose;
mod recipes;
mod source;

use differences::DIFFERENCES;
use documents::prose;
use imports::{Imports, LAYERS};
use source::{Style, files_of_the_workspace, manifests, members};

/// The sections of each crate's documentation, in this order.
const HEADINGS: [&str; 6] =
    ["The order of events", "Concurrency", "Cancellation", "Timeouts", "Errors", "Files"];

/// The helpers of the examples, which the styles need not share: the file and the start of the helpers.
const HELPERS: [(&str, &str); 3] = [
    ("examples/download.rs", "fn own_photos"),
    ("examples/gallery.rs", "fn progress_bar"),
    ("examples/order.rs", "const PHOTOS"),
];

/// Most lines of a file; a longer one holds more than one noun.
const MOST_LINES: usize = 300;

#[track_caller]
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_styles_have_the_same_files() {
    assert_alike(|style| {
        let names = style.files.iter().map(|file| file.name.clone());
        names.filter(|name| !is_intended(style, name)).collect()
    });
}

#[test]
fn the_styles_have_the_same_public_items_in_the_same_order() {
    assert_alike(|style| {
        let files = style.files.iter().filter(|file| !is_intended(style, &file.name));
        let items = files.flat_map(|file| file.public_items().into_iter().map(|item| (&file.name, item)));
        let common: Vec<_> = items.filter(|(_, item)| !is_intended(style, item)).collect();
        assert!(common.iter().any(|(_, item)| item == "Client::download"), "{common:?}");
        common.into_iter().map(|(file, item)| format!("{file}: {item}")).collect()
    });
}

#[test]
fn the_styles_have_the_same_headings_in_their_documentation() {
    for style in Style::all() {
        let text = style.expect("src/lib.rs").documentation();
        let headings = prose(&text).filter_map(|line| line.trim().strip_prefix("# "));
        assert_eq!(headings.collect::<Vec<_>>(), HEADINGS, "{}", style.name);
    }
}

#[test]
fn the_examples_have_the_same_helpers_word_for_word() {
    for (name, begin) in HELPERS {
        assert_alike(|style| {
            let text = &style.expect(name).text;
            let at = text.find(begin).unwrap_or_else(|| panic!("{}: {name} has no {begin}", style.name));
            text[at..].lines().map(ToOwned::to_owned).collect()
        });
    }
}

/// Panics with the first difference, unless each style has the same `part`.
#[track_caller]
fn assert_alike(part: impl Fn(&Style) -> Vec<String>) {
    let styles = Style::all();
    let (first, others) = styles.split_first().expect("styles");
    let expected = part(first);
    for style in others {
        let found = part(style);
        let same = expected.iter().zip(&found).take_while(|(one, other)| one == other).count();
        let [one, other] = [&expected, &found].map(|it| it.get(same));
        assert!(one == other, "{} has {one:?}\n{} has {other:?}", first.name, style.name);
    }
}

/// Whether no other style has this file or public item.
fn is_intended(style: &Style, what: &str) -> bool {
    DIFFERENCES.iter().any(|it| it.is(style.name, what))
}

#[test]
fn the_runtimes_have_the_same_items_in_the_same_order() {
    let futures = Style::all().into_iter().find(|style| style.name == "photo-futures").expect("it is there");
    let is_adapter = |name: &str| name.starts_with("src/runtime/") && !name.ends_with("/mod.rs");
    let adapters = futures.files.iter().filter(|file| is_adapter(&file.name));
    let adapters: Vec<_> = adapters.map(|file| (&file.name, file.items_of_trait("Runtime"))).collect();
    assert_eq!(adapters.len(), 3);
    for (name, items) in &adapters {
        assert_eq!(*items, adapters[0].1, "{name} (left) and {} (right)", adapters[0].0);
    }
}

#[test]
fn every_intended_difference_is_one() {
    let styles = Style::all();
    let mut found = Vec::new();
    for difference in DIFFERENCES {
        let style = styles.iter().find(|style| style.name == difference.style).expect("a style of that name");
        let mut there =
            style.files.iter().flat_map(|file| std::iter::once(file.name.clone()).chain(file.public_items()));
        if !there.any(|what| difference.is(style.name, &what)) {
            found.push(format!("{} has no {}", style.name, difference.what));
        }
        assert!(!difference.why.is_empty(), "{} needs a reason", difference.what);
    }
    assert_none(&found);
}

#[test]
fn no_source_file_is_too_long() {
    let files = files_of_the_workspace();
    assert!(files.len() > 50, "only {} sources found", files.len());
    let lines = files.iter().map(|file| (&file.name, file.text.lines().count()));
    let found: Vec<_> = lines
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(name, lines)| format!("{name} has {lines} lines"))
        .collect();
    assert_none(&found);
}

#[test]
fn imports_of_the_bench_point_down() {
    let imports = Imports::of(&files_of_the_workspace(), "bench/src");
    assert!(imports.len() > 90, "only {} files found", imports.len());
    assert_none(&imports.upward(&LAYERS));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let files = files_of_the_workspace();
    let mut found = Vec::new();
    for member in members() {
        let circles = Imports::of(&files, &format!("{member}/src")).in_circles();
        found.extend(circles.iter().map(|module| format!("{member}: {module}")));
    }
    assert_none(&found);
}

/// In sources, `clippy::allow_attributes_without_reason` demands it.
#[test]
fn every_lint_exception_of_a_manifest_has_its_reason() {
    let mut found = Vec::new();
    for manifest in manifests() {
        let lines: Vec<_> = manifest.text.lines().collect();
        for (i, line) in lines.iter().enumerate() {
            let explained = line.contains('#') || i > 0 && lines[i - 1].trim_start().starts_with('#');
            if line.contains("\"allow\"") && !explained {
                found.push(format!("{}:{}: {line}", manifest.name, i + 1));
            }
        }
    }
    assert_none(&found);
}

/// These panic if a pipe is closed or an argument is not UTF-8.
#[test]
fn programs_survive_a_closed_pipe_and_any_argument() {
    // Its source is shown and not run.
    let highlighted = "report/highlight.rs";
    let files = files_of_the_workspace().into_iter().filter(|file| {
        let is_program = file.name.contains("examples/") || file.name.contains("bench/src/");
        is_program && !file.name.ends_with(highlighted)
    });
    let panics = |line: &&str| {
        let is_code = !line.trim_start().starts_with("//");
        is_code && ["print!(", "println!(", "env::args()"].iter().any(|it| line.contains(it))
    };
    let found: Vec<_> = files
        .flat_map(|file| {
            let lines = file.text.lines().filter(panics);
            lines.map(|line| format!("{}: {}", file.name, line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert_none(&found);
}

/// TLS libraries mark the way to replace one of their checks as `dangerous`.
#[test]
fn nothing_can_turn_the_check_of_certificates_off() {
    let used = ["photo/", "blocking/", "callbacks/", "futures-impl/"];
    let files: Vec<_> = files_of_the_workspace()
        .into_iter()
        .filter(|file| used.iter().any(|folder| file.name.contains(folder)))
        .collect();
    assert!(files.len() > 50, "only {} sources found", files.len());
    let dangerous = ["dangerous", "CertVerifier", "verify_server_cert"];
    let found = files.iter().filter(|file| dangerous.iter().any(|it| file.text.contains(it)));
    assert_none(&found.map(|file| file.name.clone()).collect::<Vec<_>>());
}

#[test]
fn every_test_that_the_security_policy_names_is_there() {
    let policy = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../SECURITY.md")).unwrap();
    let sources: String = files_of_the_workspace().into_iter().map(|file| file.text).collect();
    let named: Vec<_> = policy.split('`').filter(|name| name.matches('_').count() > 2).collect();
    assert!(named.len() > 20, "{named:?}");
    let found: Vec<_> = named
        .into_iter()
        .filter(|name| !sources.contains(&format!("fn {name}(")))
        .map(|name| format!("there is no test {name}"))
        .collect();
    assert_none(&found);
}
