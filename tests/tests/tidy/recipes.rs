//! Each recipe is complete: in every style, tested, and in the table of code costs.

use std::collections::BTreeSet;

use crate::assert_none;
use crate::source::{File, Style, documents, files_of_the_workspace};

/// The names of the files below `src/recipes`, without `mod`.
fn recipes(style: &Style) -> BTreeSet<String> {
    let names = style.files.iter().filter_map(|file| file.name.strip_prefix("src/recipes/"));
    names
        .filter_map(|name| name.strip_suffix(".rs"))
        .filter(|name| *name != "mod")
        .map(str::to_owned)
        .collect()
}

/// Whether a line of `file` is exactly `line`.
fn has_line(file: &File, line: &str) -> bool {
    file.text.lines().any(|it| it.trim() == line)
}

#[test]
fn every_recipe_is_exported_tested_and_in_the_table_of_code_costs() {
    let (sources, documents) = (files_of_the_workspace(), documents());
    let source = |name: &str| sources.iter().find(|file| file.name == name);
    let all: BTreeSet<_> = Style::all().iter().flat_map(recipes).collect();
    assert!(all.len() > 10, "{all:?}");
    let table = documents.iter().find_map(|file| {
        let (_, table) = file.text.split_once("<!-- code-cost -->")?;
        table.split_once("<!-- /code-cost -->").map(|(table, _)| table)
    });
    let table = table.expect("a document has the table");
    let mut found = Vec::new();
    for recipe in &all {
        for style in Style::all() {
            let list = style.expect("src/recipes/mod.rs");
            let reexport = format!("pub use {recipe}::");
            if !has_line(list, &format!("mod {recipe};")) || !list.text.contains(&reexport) {
                found.push(format!("{}: {} does not export {recipe}", style.name, list.name));
            }
            if style.file(&format!("src/recipes/{recipe}.rs")).is_none() {
                found.push(format!("{} has no recipe {recipe}", style.name));
            }
        }
        if source(&format!("tests/tests/recipes/{recipe}.rs")).is_none() {
            found.push(format!("tests/tests/recipes has no {recipe}.rs"));
        }
        if !table.contains(&format!("| `{recipe}` |")) {
            found.push(format!("the table of code costs has no row for {recipe}"));
        }
    }
    assert_none(&found);
}

/// A file that no other file names is not compiled, and its tests never run.
#[test]
fn every_file_of_a_test_folder_is_named_by_its_main() {
    let sources = files_of_the_workspace();
    let mut found = Vec::new();
    let mut named = 0;
    for file in &sources {
        let Some((folder, name)) = file.name.rsplit_once('/') else { continue };
        let Some(main) = sources.iter().find(|it| it.name == format!("{folder}/main.rs")) else { continue };
        let module = name.trim_end_matches(".rs");
        if !folder.contains("/tests/") || module == "main" {
            continue;
        }
        named += 1;
        if !has_line(main, &format!("mod {module};")) {
            found.push(format!("{} does not name {name}", main.name));
        }
    }
    assert!(named > 20, "only {named} files found");
    assert_none(&found);
}
