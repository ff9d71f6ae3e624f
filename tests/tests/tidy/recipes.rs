//! Each recipe is complete: in every style, tested, and in the table of code costs.

use crate::assert_none;
use crate::source::{Style, documents, files_of_the_workspace};

/// The names of the files below `src/recipes`, without `mod`; the styles have the same files.
fn recipes(style: &Style) -> Vec<&str> {
    let names = style.files.iter().filter_map(|file| file.name.strip_prefix("src/recipes/"));
    names.filter_map(|name| name.strip_suffix(".rs")).filter(|name| *name != "mod").collect()
}

#[test]
fn every_recipe_explains_itself_is_exported_tested_and_in_the_table_of_code_costs() {
    let (sources, documents) = (files_of_the_workspace(), documents());
    let table = documents.iter().find_map(|file| {
        let (_, table) = file.text.split_once("<!-- code-cost -->")?;
        table.split_once("<!-- /code-cost -->").map(|(table, _)| table)
    });
    let table = table.expect("a document has the table");
    let mut found = Vec::new();
    for style in Style::all() {
        assert!(recipes(&style).len() > 10, "{:?}", recipes(&style));
        let exports = style.expect("src/recipes/mod.rs").public_items();
        for recipe in recipes(&style) {
            let file = style.expect(&format!("src/recipes/{recipe}.rs"));
            let test = format!("tests/tests/recipes/{recipe}.rs");
            for (has, what) in [
                (!file.documentation().trim().is_empty(), "documentation"),
                (file.public_items().contains(&format!("fn {recipe}")), "function of its name"),
                (exports.contains(&format!("use {recipe}::{recipe}")), "export"),
                (sources.iter().any(|file| file.name == test), "file of tests"),
                (table.contains(&format!("| `{recipe}` |")), "row in the table of code costs"),
            ] {
                if !has {
                    found.push(format!("{}: {recipe} has no {what}", style.name));
                }
            }
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
        if !main.text.lines().any(|line| line == format!("mod {module};")) {
            found.push(format!("{} does not name {name}", main.name));
        }
    }
    assert!(named > 20, "only {named} files found");
    assert_none(&found);
}
