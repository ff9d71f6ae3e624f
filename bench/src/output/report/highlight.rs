//! Rust in colours. The pattern knows the tokens that recipes have; raw strings and nested comments have no colour.

use std::sync::LazyLock;

use maud::{Markup, html};
use regex::Regex;

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while",
];

/// Comments, strings, characters, lifetimes, numbers, and words with the mark of a macro.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?x) //[^\n]* | b?"(?:[^"\\]|\\.)*" | b?'(?:[^'\\]|\\[^']+)' | '[a-z_]+
        | [0-9][0-9_]*(?:\.[0-9]+)?[a-z0-9_]* | [A-Za-z_][A-Za-z0-9_]*!?"#;
    Regex::new(pattern).expect("the pattern is good")
});

/// The source with a class on each token that has a colour.
pub(super) fn highlight(source: &str) -> Markup {
    let mut pieces = Vec::new();
    let mut end = 0;
    for token in TOKEN.find_iter(source) {
        pieces.extend([("", &source[end..token.start()]), (class(token.as_str()), token.as_str())]);
        end = token.end();
    }
    pieces.push(("", &source[end..]));
    html! {
        @for (class, text) in pieces {
            @if class.is_empty() { (text) } @else { span class=(class) { (text) } }
        }
    }
}

fn class(token: &str) -> &'static str {
    match token.as_bytes() {
        [b'/', ..] => "c",
        [.., b'"' | b'\''] => "s",
        [b'\'', ..] => "l",
        [b'0'..=b'9', ..] => "n",
        [b'A'..=b'Z', ..] => "t",
        [.., b'!'] => "m",
        _ if KEYWORDS.contains(&token) => "k",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_everything_is_escaped() {
        let source = "/// What <it> is.\nfn f<'a>(x: &'a Vec<u8>) -> u8 { // go\n    println!(\"<{}\\\">\", 1..'\\n');\n    x[0]\n}\n";
        let html = highlight(source).into_string();
        for part in [
            "<span class=\"c\">/// What &lt;it&gt; is.</span>",
            "<span class=\"k\">fn</span> f&lt;<span class=\"l\">'a</span>&gt;",
            "<span class=\"t\">Vec</span>",
            "<span class=\"c\">// go</span>",
            "<span class=\"m\">println!</span>",
            "<span class=\"s\">&quot;&lt;{}\\&quot;&gt;&quot;</span>",
            "<span class=\"n\">1</span>..<span class=\"s\">'\\n'</span>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        let pieces = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        let text = pieces.collect::<String>().replace("&lt;", "<").replace("&gt;", ">");
        assert_eq!(text.replace("&quot;", "\"").replace("&amp;", "&"), source);
    }
}
