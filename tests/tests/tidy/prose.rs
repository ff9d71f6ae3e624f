//! The words of the workspace: documents, comments, and messages.

use super::assert_none;
use super::documents::prose;
use super::source::{File, documents, files_of_the_workspace};

/// Words that make a sentence hard to read, and what to write instead.
const BANNED: [(&str, &str); 11] = [
    ("whoever", "name the thing"),
    ("the begin", "the start"),
    ("anew", "again"),
    ("but for", "except"),
    ("be it", "even if"),
    ("for ever", "forever"),
    ("of its own", "its own"),
    ("of one's own", "your own"),
    ("is none", "is not"),
    ("told", "report, print, return or show"),
    ("at a stroke", "atomically"),
];

/// Openings of documentation that lack a subject with a name.
const OPENINGS: [&str; 8] = ["What ", "Who ", "Of ", "How ", "Which ", "That ", "The same ", "Nobody "];

/// A sentence should have 25 words; more than this is refused.
const MOST_WORDS: usize = 30;

#[test]
fn no_document_comment_or_message_has_a_banned_word() {
    let sources = files_of_the_workspace().into_iter().filter(|file| !file.name.ends_with("tidy/prose.rs"));
    let mut found = Vec::new();
    for File { name, text } in sources {
        let texts = text.lines().map(spoken).collect::<Vec<_>>();
        found.extend(banned(&name, &texts));
    }
    for File { name, text } in documents() {
        let texts = text.lines().map(ToOwned::to_owned).collect::<Vec<_>>();
        found.extend(banned(&name, &texts));
    }
    assert_none(&found);
}

#[test]
fn no_sentence_is_too_long() {
    let mut found = Vec::new();
    for File { name, text } in documents() {
        found.extend(long(&name, prose(&text)));
    }
    for File { name, text } in files_of_the_workspace() {
        let documentation: String = text.lines().map(doc_text).map(|line| line.to_owned() + "\n").collect();
        found.extend(long(&name, prose(&documentation)));
    }
    assert_none(&found);
}

#[test]
fn no_documentation_opens_without_a_subject() {
    let found: Vec<_> =
        files_of_the_workspace().iter().flat_map(|file| subjectless(&file.name, &file.text)).collect();
    assert_none(&found);
}

/// The paragraphs of documentation that open without a subject.
fn subjectless(name: &str, text: &str) -> Vec<String> {
    let mut follows = false;
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let doc = doc_text(line);
        if !follows && OPENINGS.iter().any(|opening| doc.starts_with(opening)) {
            found.push(format!("{name}:{}: \"{doc}\": name the subject", index + 1));
        }
        follows = !doc.is_empty();
    }
    found
}

/// The banned words in lines that belong together, also where a line ends within one.
fn banned(name: &str, lines: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let next = lines.get(index + 1).and_then(|next| next.split_whitespace().next()).unwrap_or_default();
        let words = |text: &str| {
            let words = text.split(|it: char| !(it.is_alphanumeric() || ['\'', '_'].contains(&it)));
            format!(
                " {} ",
                words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase()
            )
        };
        let (alone, joined) = (words(line), words(&format!("{line} {next}")));
        for (phrase, instead) in BANNED {
            let phrase = format!(" {phrase} ");
            let is_across = phrase.trim().contains(' ') && joined.contains(&phrase);
            if alone.contains(&phrase) || is_across {
                found.push(format!("{name}:{}: \"{}\": {instead}", index + 1, phrase.trim()));
            }
        }
    }
    found
}

/// The comment and the messages of a line of Rust.
fn spoken(line: &str) -> String {
    let code = line.trim_start();
    if code.starts_with("//") {
        return code.trim_start_matches(['/', '!']).to_owned();
    }
    let (code, comment) = code.split_once(" // ").unwrap_or((code, ""));
    let messages = code.split('"').skip(1).step_by(2);
    messages.chain([comment]).collect::<Vec<_>>().join(" | ")
}

/// The text of a line of documentation.
fn doc_text(line: &str) -> &str {
    let line = line.trim_start();
    let text = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
    // Between two pieces of documentation, a sentence ends.
    text.map_or("", |text| text.strip_prefix(' ').unwrap_or(text))
}

/// The sentences with too many words. A paragraph, an item of a list and a cell of a table end a sentence too.
fn long<'a>(name: &str, lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for line in lines {
        let text = line.trim();
        let is_numbered = text.split_once(". ").is_some_and(|(number, _)| number.parse::<u32>().is_ok());
        let starts = text.is_empty()
            || is_numbered
            || ["- ", "* ", "#", "|", "<", "> ", "["].iter().any(|it| text.starts_with(it));
        if starts {
            pieces.push(String::new());
        }
        let piece = pieces.last_mut().expect("one");
        piece.push(' ');
        piece.push_str(&text.replace('|', ". "));
    }
    let sentences = pieces.iter().flat_map(|piece| {
        piece.split_inclusive(['.', '!', '?', ':', ';']).fold(Vec::<String>::new(), |mut sentences, part| {
            // A full stop within a word or a path ends no sentence.
            match sentences.last_mut() {
                Some(last) if !part.starts_with([' ', '*', ')', '"']) => last.push_str(part),
                _ => sentences.push(part.to_owned()),
            }
            sentences
        })
    });
    let is_long = |sentence: &String| sentence.split_whitespace().count() > MOST_WORDS;
    sentences.filter(is_long).map(|sentence| format!("{name}:{sentence}")).collect()
}

#[test]
fn banned_words_are_found_in_comments_and_messages_alone() {
    for (line, count) in [
        ("/// Ends when told.", 1),
        ("let told = 1;", 0),
        ("panic!(\"nobody was told\");", 1),
        ("let x = 1; // there is none", 1),
        ("/// Unfold the told-off, retold", 1),
    ] {
        assert_eq!(banned("f", &[spoken(line)]).len(), count, "{line}");
    }
    let across = ["/// All, but", "/// for one."].map(spoken);
    assert_eq!(banned("f", &across).len(), 1);
}

#[test]
fn documentation_without_a_subject_is_found() {
    for (text, count) in [
        ("/// What a download costs.", 1),
        ("//! The cost of a download.\n//!\n//! Of one photo.", 1),
        ("/// A photo and the bytes\n/// Of its file.\n// How comments open is free.", 0),
        ("/// # What is served\n/// Whether it is open.", 0),
    ] {
        assert_eq!(subjectless("f", text).len(), count, "{text}");
    }
}

#[test]
fn long_sentences_are_found() {
    let words = |count: usize| "word ".repeat(count);
    assert_eq!(long("f", [words(MOST_WORDS + 1).as_str()].into_iter()).len(), 1);
    let two = format!("{}. {}", words(MOST_WORDS - 5).trim(), words(MOST_WORDS - 5));
    assert_eq!(long("f", [two.as_str()].into_iter()), [""; 0]);
    let list = [words(MOST_WORDS - 5), format!("- {}", words(MOST_WORDS - 5))];
    assert_eq!(long("f", list.iter().map(String::as_str)), [""; 0]);
}
