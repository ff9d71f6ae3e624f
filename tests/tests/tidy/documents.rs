//! The Markdown of the workspace: its links resolve, its code is tested, its commands exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::assert_none;
use super::source::{File, documents, files_of_the_workspace, manifests};

/// The comment above a block of code that no test runs.
const UNTESTED: &str = "<!-- untested: ";

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let documents = documents();
    assert!(documents.len() > 10, "only {} documents found", documents.len());
    let mut found = Vec::new();
    for File { name, text } in &documents {
        let folder = Path::new(name).parent().expect("a file has a folder");
        for link in links(text) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() {
                Path::new(ROOT).join(name)
            } else {
                Path::new(ROOT).join(folder).join(path)
            };
            if !target.exists() {
                found.push(format!("{name}: {link} leads nowhere"));
            } else if !anchor.is_empty() {
                let target = fs::read_to_string(&target).expect("a document");
                if !anchors(&target).contains(anchor) {
                    found.push(format!("{name}: there is no heading for {link}"));
                }
            }
        }
    }
    assert_none(&found);
}

#[test]
fn every_block_of_code_is_tested_or_says_why_not() {
    let sources: String = files_of_the_workspace().into_iter().map(|file| file.text).collect();
    let mut found = Vec::new();
    for File { name, text } in documents() {
        for block in blocks(&text) {
            let is_tested = match block.language {
                "console" | "sh" => true, // the next test
                it if it.starts_with("rust") => {
                    !it.contains("ignore") && sources.contains(&format!("../../{name}\")]"))
                }
                _ => block.before.starts_with(UNTESTED),
            };
            if !is_tested {
                found.push(format!("{name}: the block {}: {}", block.language, block.first_line));
            }
        }
    }
    assert_none(&found);
}

#[test]
fn every_command_names_packages_and_targets_that_exist() {
    let manifests: String = manifests().into_iter().map(|file| file.text).collect();
    let mut found = Vec::new();
    let mut checked = 0;
    for File { name, text } in documents() {
        for command in commands(&text) {
            let mut words = command.split_whitespace().peekable();
            while let Some(option) = words.next() {
                let Some(value) = words.peek().map(|value| value.trim_matches('`')) else { break };
                let exists = match option {
                    "--" => break,
                    "-p" | "--package" | "--bench" | "--bin" => {
                        manifests.contains(&format!("name = \"{value}\"")) || value.contains("STYLE")
                    }
                    "--example" => {
                        Path::new(ROOT).join(format!("blocking/examples/{value}.rs")).exists()
                            || Path::new(ROOT).join(format!("callbacks/examples/{value}.rs")).exists()
                    }
                    "--test" => [format!("tests/tests/{value}.rs"), format!("tests/tests/{value}/main.rs")]
                        .iter()
                        .any(|path| Path::new(ROOT).join(path).exists()),
                    _ => continue,
                };
                checked += 1;
                if !exists {
                    found.push(format!("{name}: {command}: there is no {value}"));
                }
            }
        }
    }
    assert!(checked > 20, "only {checked} names found");
    assert_none(&found);
}

#[test]
fn every_path_in_inline_code_exists() {
    let mut found = Vec::new();
    let mut checked = 0;
    for File { name, text } in documents() {
        let text = prose(&text).collect::<Vec<_>>().join("\n");
        for path in text.split('`').skip(1).step_by(2).filter(|code| is_path(code)) {
            checked += 1;
            if !Path::new(ROOT).join(path).exists() {
                found.push(format!("{name}: there is no {path}"));
            }
        }
    }
    assert!(checked > 10, "only {checked} paths found");
    assert_none(&found);
}

/// Whether `code` is a path from a folder of the workspace, without a placeholder such as NAME.
fn is_path(code: &str) -> bool {
    let is_letter = |it: char| it.is_ascii_alphanumeric() || ['-', '_', '.', '/'].contains(&it);
    let is_in_the_workspace =
        |folder: &str| !["", "target"].contains(&folder) && Path::new(ROOT).join(folder).is_dir();
    code.split_once('/').is_some_and(|(folder, _)| is_in_the_workspace(folder))
        && code.chars().all(is_letter)
        && !code.contains("NAME")
        && !code.contains("DATE-MACHINE")
}

/// The commands of cargo, in blocks and in inline code.
fn commands(text: &str) -> Vec<String> {
    let lines = text.lines().map(|line| line.trim_start_matches("$ ").to_owned());
    let inline = text.split('`').map(|code| code.replace('\n', " "));
    lines.chain(inline).filter(|command| command.starts_with("cargo ")).collect()
}

/// A block between fences.
struct Block<'a> {
    language: &'a str,
    first_line: &'a str,
    /// The line above the block.
    before: &'a str,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let lines: Vec<_> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut is_in_block = false;
    for (index, line) in lines.iter().enumerate() {
        let Some(language) = line.trim_start().strip_prefix("```") else { continue };
        if !is_in_block {
            let before = if index == 0 { "" } else { lines[index - 1] };
            blocks.push(Block { language, first_line: lines.get(index + 1).unwrap_or(&""), before });
        }
        is_in_block = !is_in_block;
    }
    blocks
}

/// The lines outside of blocks of code.
pub(super) fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_in_block = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_in_block ^= is_fence;
        !is_in_block && !is_fence
    })
}

fn links(text: &str) -> Vec<String> {
    let text = prose(text).collect::<Vec<_>>().join("\n");
    let mut links = Vec::new();
    for (start, end) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"')] {
        let targets = text.split(start).skip(1).filter_map(|rest| rest.split(end).next());
        links.extend(targets.map(ToOwned::to_owned));
    }
    let definitions = text.lines().filter(|line| line.starts_with('['));
    links.extend(definitions.filter_map(|line| Some(line.split_once("]: ")?.1.to_owned())));
    links
}

/// The anchors that GitHub gives to the headings of a document.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    let slug = |heading: &str| {
        let letters = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = letters.chars().filter(|it| it.is_alphanumeric() || [' ', '-', '_'].contains(it));
        kept.map(|it| if it == ' ' { '-' } else { it }).collect()
    };
    headings.map(slug).collect()
}

#[test]
fn links_anchors_and_blocks_are_found() {
    let text = "# The `best`, by far\n[a](b.md#c) and <img src=\"d.svg\">\n```rust\n[x](y)\n```\n[e]: f\n";
    assert_eq!(links(text), ["b.md#c", "d.svg", "f"]);
    assert!(anchors(text).contains("the-best-by-far"));
    let blocks = blocks(text);
    assert_eq!((blocks.len(), blocks[0].language, blocks[0].first_line), (1, "rust", "[x](y)"));
}
