//! Compares the sources of the three styles, so that a reader who knows one can find the same places in the others. A
//! few rules hold for all sources of the workspace.

mod differences;
mod documents;
mod imports;
mod prose;
mod recipes;
mod source;

use std::collections::BTreeSet;

use differences::DIFFERENCES;
use imports::{Imports, LAYERS};
use source::{File, Style, files_of_the_workspace, manifests, members};

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

/// Files that are still longer.
const LONGER: [&str; 1] = ["server/src/connection.rs"];

#[track_caller]
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_styles_have_the_same_files() {
    let mut found = Vec::new();
    for (one, other) in pairs() {
        let others: BTreeSet<_> = other.file_names().into_iter().collect();
        for name in one.file_names() {
            if !others.contains(&name) && !DIFFERENCES.iter().any(|it| it.is(one.name, &name)) {
                found.push(format!("{} has {name}, {} has not", one.name, other.name));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn the_styles_have_the_same_public_items_in_the_same_order() {
    let mut found = Vec::new();
    for (one, other) in pairs() {
        assert!(one.expect("src/client.rs").public_items().contains(&"Client::download".to_owned()));
        for file in &one.files {
            let Some(same) = other.file(&file.name) else { continue };
            let (items, others) = (common_items(&one, file), common_items(&other, same));
            if one.name < other.name && items != others {
                found.push(format!(
                    "{}: {} has\n    {}\n  {} has\n    {}",
                    file.name,
                    one.name,
                    items.join(", "),
                    other.name,
                    others.join(", ")
                ));
            }
        }
    }
    assert_none(&found);
}

/// The public items without the intended differences.
fn common_items(style: &Style, file: &File) -> Vec<String> {
    let items = file.public_items().into_iter();
    items.filter(|item| !DIFFERENCES.iter().any(|it| it.is(style.name, item))).collect()
}

#[test]
fn the_styles_have_the_same_headings_in_their_documentation() {
    let styles = Style::all();
    let documentation = styles.iter().map(|style| (style.name, style.expect("src/lib.rs").documentation()));
    let found: Vec<_> = documentation
        .map(|(name, text)| (name, headings(&text)))
        .filter(|(_, headings)| *headings != HEADINGS)
        .map(|(name, headings)| format!("{name} has {headings:?}"))
        .collect();
    assert_none(&found);
}

#[test]
fn the_examples_have_the_same_helpers_word_for_word() {
    let mut found = Vec::new();
    for (one, other) in pairs() {
        for (name, begin) in HELPERS {
            let [helpers, others] = [&one, &other].map(|style| {
                let text = &style.expect(name).text;
                text.find(begin).map(|at| &text[at..])
            });
            assert!(helpers.is_some(), "{}: {name} has no {begin}", one.name);
            if one.name < other.name && helpers != others {
                found.push(format!("{name}: {} and {} differ from {begin} on", one.name, other.name));
            }
        }
    }
    assert_none(&found);
}

/// The headings of the first level, outside of code.
fn headings(text: &str) -> Vec<String> {
    let mut in_code = false;
    let mut headings = Vec::new();
    for line in text.lines().map(str::trim) {
        in_code ^= line.starts_with("```");
        if let Some(heading) = line.strip_prefix("# ").filter(|_| !in_code) {
            headings.push(heading.to_owned());
        }
    }
    headings
}

#[test]
fn every_recipe_explains_itself_and_has_the_name_of_its_file() {
    let mut found = Vec::new();
    for style in Style::all() {
        for file in &style.files {
            let Some(recipe) =
                file.name.strip_prefix("src/recipes/").and_then(|name| name.strip_suffix(".rs"))
            else {
                continue;
            };
            if file.documentation().trim().is_empty() {
                found.push(format!("{}: {} has no documentation", style.name, file.name));
            }
            if recipe != "mod" && !file.public_items().contains(&format!("fn {recipe}")) {
                found.push(format!("{}: {} has no public function {recipe}", style.name, file.name));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn the_runtimes_have_the_same_items_in_the_same_order() {
    let futures = Style::all().into_iter().find(|style| style.name == "photo-futures").expect("it is there");
    let adapters: Vec<_> = futures
        .files
        .iter()
        .filter(|file| file.name.starts_with("src/runtime/") && !file.name.ends_with("/mod.rs"))
        .map(|file| (file.name.as_str(), file.items_of_trait("Runtime")))
        .collect();
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
        .filter(|(name, lines)| *lines > MOST_LINES && !LONGER.iter().any(|longer| name.ends_with(longer)))
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
        let circle = Imports::of(&files, &format!("{member}/src")).circle();
        found.extend(circle.map(|circle| format!("{member}: {circle}")));
    }
    assert_none(&found);
}

#[test]
fn every_lint_exception_has_its_reason() {
    let mut found = Vec::new();
    for file in files_of_the_workspace() {
        found.extend(file.lint_exceptions_without_reason());
    }
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
    let mut found = Vec::new();
    for file in files {
        let lines = file.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in
            lines.filter(|line| ["print!(", "println!(", "env::args()"].iter().any(|it| line.contains(it)))
        {
            found.push(format!("{}: {}", file.name, line.trim()));
        }
    }
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
    let found: Vec<_> = files
        .iter()
        .filter(|file| {
            ["dangerous", "CertVerifier", "verify_server_cert"].iter().any(|it| file.text.contains(it))
        })
        .map(|file| file.name.clone())
        .collect();
    assert_none(&found);
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

/// Each pair of styles.
fn pairs() -> Vec<(Style, Style)> {
    let names: Vec<_> = Style::all().iter().map(|style| style.name).collect();
    let pairs = names.iter().flat_map(|one| names.iter().map(move |other| (one, other)));
    pairs
        .filter(|(one, other)| one != other)
        .map(|(one, other)| (Style::named(one), Style::named(other)))
        .collect()
}
