//! The recipes side by side, with their costs, and the example that shows which thread waits where.

use std::fs;
use std::io;
use std::path::Path;

use maud::{Markup, html};

use super::highlight::highlight;
use super::timeline::timeline;
use crate::code_cost::{self, Cost, RECIPES, STYLES, WORDS};

/// The events of the example `order`, as `cargo run -p photo-STYLE --example order -- --json` printed them once.
const ORDER: [&str; 3] = [
    include_str!("order/blocking.jsonl"),
    include_str!("order/callbacks.jsonl"),
    include_str!("order/futures-impl.jsonl"),
];

/// The lessons of the recipes.
const LESSONS: [&str; 3] = [
    "Each thread runs from top to bottom, and blocks at its wait. Between threads there is no order.",
    "One thread waits for all, and no code runs from top to bottom: even of one photo, the end is above the start.",
    "One thread waits for all, and each photo runs from top to bottom again.",
];

/// The example in three columns: the waits of each thread, and the lines that print them.
///
/// # Errors
///
/// If a source cannot be read.
pub(super) fn order(root: &Path) -> io::Result<Markup> {
    let columns = STYLES.iter().zip(ORDER).zip(LESSONS).map(|((style, events), lesson)| {
        let source = fs::read_to_string(root.join(style).join("examples/order.rs"))?;
        let (first, story) = story(&source).ok_or_else(|| io::Error::other("the example has no story"))?;
        let last = first + story.lines().count();
        Ok(html! {
            figure {
                figcaption { h3 { (style) } p { (lesson) } }
                div.plot role="img" aria-label={ "Timeline of four downloads with " (style) ": " (lesson) } {
                    (timeline(events)?)
                }
                div.source tabindex="0" role="region" aria-label={ "Source of the example, " (style) } {
                    pre.numbers aria-hidden="true" { @for line in first..last { (line) "\n" } }
                    pre { code { (highlight(story)) } }
                }
            }
        })
    });
    let columns = columns.collect::<io::Result<Vec<_>>>()?;
    Ok(html! { div.columns { @for column in columns { (column) } } })
}

/// The function that downloads all, and the number of its first line.
fn story(source: &str) -> Option<(usize, &str)> {
    let begin = source.find("pub(crate) fn download_all")?;
    let end = begin + source[begin..].find("\n}\n")? + 2;
    Some((source[..begin].lines().count() + 1, &source[begin..end]))
}

/// Every recipe in three columns. The first is open.
///
/// # Errors
///
/// If a source cannot be read.
pub(super) fn recipes(root: &Path) -> io::Result<Markup> {
    let costs = code_cost::count(root)?;
    let recipes = RECIPES.iter().zip(costs.chunks(STYLES.len())).map(|(recipe, costs)| {
        let columns = costs.iter().map(|cost| column(root, cost)).collect::<io::Result<Vec<_>>>()?;
        Ok(html! {
            details open[*recipe == RECIPES[0]] {
                summary {
                    code { (recipe) }
                    span.cost { @for cost in costs { span { (cost.style) " " b { (cost.lines) } } " " } }
                }
                div.columns { @for column in columns { (column) } }
            }
        })
    });
    let recipes = recipes.collect::<io::Result<Vec<_>>>()?;
    Ok(html! { @for recipe in recipes { (recipe) } })
}

fn column(root: &Path, cost: &Cost) -> io::Result<Markup> {
    let Cost { recipe, style, lines, words } = cost;
    let source = fs::read_to_string(root.join(style).join("src/recipes").join(recipe).with_extension("rs"))?;
    let (lesson, code) = taken_apart(&source);
    let words: Vec<_> = WORDS.iter().zip(words).filter(|(_, times)| **times > 0).collect();
    Ok(html! {
        figure {
            figcaption {
                h4 { (style) }
                p.count {
                    b { (lines) } " lines of code"
                    @for (index, (word, times)) in words.iter().enumerate() {
                        (if index == 0 { ": " } else { ", " }) (times) " " code { (word) }
                    }
                }
                @for paragraph in lesson.split("\n\n") { p { (with_code(paragraph)) } }
            }
            div.source tabindex="0" role="region" aria-label={ "The recipe " (recipe) ", " (style) } {
                pre { code { (highlight(code)) } }
            }
        }
    })
}

/// The module's documentation as text, and the code without its tests.
fn taken_apart(source: &str) -> (String, &str) {
    let length = source.lines().take_while(|line| line.starts_with("//!")).map(|line| line.len() + 1).sum();
    let (documentation, code) = source.split_at_checked(length).unwrap_or((source, ""));
    let lines = documentation.lines().map(|line| line.trim_start_matches("//!").trim());
    let code = code.split("\n#[cfg(test)]").next().unwrap_or_default().trim();
    (lines.collect::<Vec<_>>().join("\n"), code)
}

/// Marks up text with code in backticks.
pub(super) fn with_code(text: &str) -> Markup {
    let parts = text.split('`').enumerate();
    html! { @for (index, part) in parts { @if index % 2 == 1 { code { (part) } } @else { (part) } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::markers::tests::root;

    #[test]
    fn all_recipes_of_all_styles_are_there() {
        let html = recipes(&root()).unwrap().into_string();
        assert_eq!(html.matches("<details").count(), RECIPES.len());
        assert_eq!(html.matches("<pre>").count(), RECIPES.len() * STYLES.len());
        assert_eq!(html.matches("<details open").count(), 1);
        assert!(recipes(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn documentation_is_text_and_tests_are_left_out() {
        let source = "//! One `two`.\n//!\n//! Three.\n\nfn f() {}\n\n#[cfg(test)]\nmod tests {}\n";
        assert_eq!(taken_apart(source), ("One `two`.\n\nThree.".to_owned(), "fn f() {}"));
        assert_eq!(taken_apart("fn f() {}\n"), (String::new(), "fn f() {}"));
        assert_eq!(with_code("One `<two>`.").into_string(), "One <code>&lt;two&gt;</code>.");
    }

    /// The lines that the recorded events name are those of the source as it is.
    #[test]
    fn the_recorded_events_name_the_lines_that_print_them() {
        for (style, events) in STYLES.iter().zip(ORDER) {
            let source = fs::read_to_string(root().join(style).join("examples/order.rs")).unwrap();
            let lines: Vec<_> = source.lines().collect();
            let mut seen = 0;
            for event in events.lines() {
                let event: serde_json::Value = serde_json::from_str(event).unwrap();
                let number = usize::try_from(event["line"].as_u64().unwrap()).unwrap();
                let line = lines[number - 1];
                let told = if event["event"] == "finished" { "tell_end(" } else { "tell(" };
                assert!(
                    line.contains(told),
                    "{style}: line {number} is {line:?}; run: cargo run -p photo-… --example order -- --json"
                );
                seen += 1;
            }
            assert_eq!(seen, 10, "{style}");
            assert!(order(&root()).is_ok());
        }
    }
}
