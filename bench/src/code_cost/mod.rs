//! The cost of each recipe in each style, counted from its source.
//!
//! - A **line of code** is a line with a token, or a part of one. Comments, documentation and other attributes,
//!   blank lines and what is there for tests (`#[cfg(test)]`) are none; imports are.
//! - A **word** is counted where it is a token by itself, as in `url.clone()` and `Rc::clone(&url)`; not within other
//!   names, strings or comments, and not where it is only imported.

mod tally;

use std::path::Path;
use std::{fs, io};

use proc_macro2::TokenStream;
use serde::Serialize;

pub use tally::WORDS;

use crate::text::grid::{self, Table};
use crate::text::markers;
use tally::Tally;

/// The folders of the style crates.
pub const STYLES: [&str; 3] = ["blocking", "callbacks", "futures-impl"];

/// The recipes, from the simplest on, as in the README.
pub const RECIPES: [&str; 11] = [
    "one",
    "many",
    "stream",
    "album",
    "race",
    "retry",
    "deadline",
    "cancel",
    "progress",
    "save",
    "thumbnail",
];

/// The example that combines recipes to a whole program.
pub const PROGRAM: &str = "gallery";

/// The topic of each recipe and of the program, in their order.
const SHOWS: [&str; RECIPES.len() + 1] = [
    "the seed: start a download, then handle its result",
    "many photos, a limited number at once",
    "results as they complete",
    "dependent steps: an index, then its photos",
    "the first good mirror wins",
    "backoff on transient errors",
    "a budget for the whole batch",
    "the user stops a download",
    "bytes received so far",
    "a file in a folder, whole or not at all",
    "CPU-heavy work afterwards",
    "a whole program: retries, progress bar, time limit, Ctrl-C",
];

/// The cost of one recipe in one style.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// The name: one of [`RECIPES`], or the [`PROGRAM`].
    pub recipe: &'static str,
    /// The style: one of [`STYLES`].
    pub style: &'static str,
    /// Lines of code.
    pub lines: usize,
    /// The number of occurrences of each of [`WORDS`], in their order.
    pub words: [usize; WORDS.len()],
}

/// The costs of all recipes and then of the program, those of one recipe together, in the workspace at `root`.
///
/// # Errors
///
/// If a source cannot be read, or is no Rust.
pub fn count(root: &Path) -> io::Result<Vec<Cost>> {
    let recipes = RECIPES.into_iter().chain([PROGRAM]);
    let pairs = recipes.flat_map(|recipe| STYLES.map(|style| (recipe, style)));
    let costs = pairs.map(|(recipe, style)| {
        let path = root.join(style).join(folder(recipe)).join(recipe).with_extension("rs");
        let named = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", path.display()));
        let source = fs::read_to_string(&path).map_err(|error| named(&error))?;
        let tokens: TokenStream = source.parse().map_err(|error| named(&error))?;
        let Tally { lines, words } = Tally::of(tokens);
        Ok(Cost { recipe, style, lines: lines.len(), words })
    });
    costs.collect()
}

/// The folder of a recipe or of the program, within a style crate.
fn folder(recipe: &str) -> &'static str {
    if recipe == PROGRAM { "examples" } else { "src/recipes" }
}

/// A table for the terminal, less than 100 columns wide.
pub fn render(costs: &[Cost]) -> String {
    type Column<'a> = grid::Column<'a, Cost>;
    let mut columns = vec![
        Column::name("recipe", |cost| if cost.style == STYLES[0] { cost.recipe } else { "" }.into()),
        Column::name("style", |cost| cost.style.into()),
        Column::figure("lines", |cost| Some(cost.lines.to_string())),
    ];
    columns.extend(WORDS.iter().enumerate().map(|(index, word)| {
        Column::figure(word, move |cost| {
            Some(if cost.words[index] == 0 { String::new() } else { cost.words[index].to_string() })
        })
    }));
    let totals = STYLES.map(|style| total(costs, style));
    Table::new("", &columns, &[costs, &totals].concat()).terminal()
}

/// Replaces the table of recipes in the README: what each shows, and its source with the lines of code.
///
/// # Errors
///
/// If the README has no place for it.
pub fn splice_recipes(readme: &str, costs: &[Cost]) -> io::Result<String> {
    let mut text = String::from("\n| recipe | shows | blocking | callbacks | async/await |\n");
    text.push_str("| --- | --- | --: | --: | --: |\n");
    for (of_recipe, shows) in costs.chunks(STYLES.len()).zip(SHOWS) {
        let recipe = of_recipe[0].recipe;
        let links = of_recipe.iter().map(|Cost { style, lines, .. }| {
            format!("[{lines} lines]({style}/{}/{recipe}.rs)", folder(recipe))
        });
        text.extend(["| `", recipe, "` | ", shows, " | ", &links.collect::<Vec<_>>().join(" | "), " |\n"]);
    }
    markers::replace(readme, "recipes", &(text + "\n"))
}

/// Replaces the table of costs in a document by `costs`.
///
/// # Errors
///
/// If the document has no place for them.
pub fn splice(readme: &str, costs: &[Cost]) -> io::Result<String> {
    let mut text = format!("\n| recipe | {} |\n| --- | --- | --- | --- |\n", STYLES.join(" | "));
    let totals = STYLES.map(|style| total(costs, style));
    for of_recipe in costs.chunks(STYLES.len()).chain([&totals[..]]) {
        let cells: Vec<_> = of_recipe.iter().map(markdown).collect();
        text.extend(["| `", of_recipe[0].recipe, "` | ", &cells.join(" | "), " |\n"]);
    }
    markers::replace(readme, "code-cost", &(text + "\n"))
}

/// Writes, for example, ``**12**: 2 `clone`, 1 `move` ``.
fn markdown(cost: &Cost) -> String {
    let words = WORDS.into_iter().zip(cost.words).filter(|(_, times)| *times > 0);
    let words: Vec<_> = words.map(|(word, times)| format!("{times} `{word}`")).collect();
    let colon = if words.is_empty() { "" } else { ": " };
    format!("**{}**{colon}{}", cost.lines, words.join(", "))
}

fn total(costs: &[Cost], style: &'static str) -> Cost {
    let mut total = Cost { recipe: "all", style, lines: 0, words: [0; WORDS.len()] };
    for cost in costs.iter().filter(|cost| cost.style == style && cost.recipe != PROGRAM) {
        total.lines += cost.lines;
        for (sum, times) in total.words.iter_mut().zip(cost.words) {
            *sum += times;
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::markers::tests::{assert_up_to_date, root};

    /// A longer one is no recipe any more. `stream` needs the most, for those that build on it.
    const MOST_LINES: usize = 75;

    #[test]
    fn the_documents_show_what_the_recipes_cost() {
        let costs = count(&root()).unwrap();
        assert_up_to_date("README.md", |readme| splice_recipes(readme, &costs));
        assert_up_to_date("docs/results.md", |text| splice(text, &costs));
    }

    #[test]
    fn no_recipe_is_too_long() {
        let costs = count(&root()).unwrap();
        let long: Vec<_> =
            costs.iter().filter(|cost| cost.recipe != PROGRAM && cost.lines > MOST_LINES).collect();
        assert!(long.is_empty(), "more than {MOST_LINES} lines of code: {long:#?}");
    }

    #[test]
    fn every_recipe_is_counted() {
        for style in STYLES {
            let folder = fs::read_dir(root().join(style).join("src/recipes")).unwrap();
            let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let names: BTreeSet<_> = names.filter(|name| name != "mod.rs").collect();
            assert_eq!(names, RECIPES.map(|recipe| format!("{recipe}.rs")).into(), "{style}");
        }
    }

    #[test]
    fn the_table_has_a_row_for_each_recipe_and_style_and_what_they_cost_together() {
        let cost = |style, lines| Cost { recipe: "one", style, lines, words: [lines, 0, 0, 0, 0, 0, 0, 1] };
        let costs = [cost("blocking", 10), cost("callbacks", 20), cost("futures-impl", 30)];
        let table = render(&costs);
        let rows: Vec<Vec<_>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
        assert!(rows.contains(&vec!["one", "blocking", "10", "10", "1"]), "{table}");
        assert!(rows.contains(&vec!["callbacks", "20", "20", "1"]), "{table}");
        assert!(rows.contains(&vec!["all", "blocking", "10", "10", "1"]), "{table}");
        assert!(table.lines().all(|line| line.chars().count() < 100), "{table}");

        let readme = splice("<!-- code-cost -->\n<!-- /code-cost -->\n", &costs).unwrap();
        let row =
            "| `one` | **10**: 10 `clone`, 1 `move` | **20**: 20 `clone`, 1 `move` | **30**: 30 `clone`";
        assert!(readme.contains(row), "{readme}");
    }
}
