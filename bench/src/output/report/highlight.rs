//! Rust in colours: what the compiler's own tokens say, and between them comments.

use std::io;

use maud::{Markup, html};
use proc_macro2::{Literal, TokenStream, TokenTree};

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "self", "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while",
];

/// The source with a class on each token that has a colour.
///
/// # Errors
///
/// If it is no Rust.
pub(super) fn highlight(source: &str) -> io::Result<Markup> {
    let mut tokens = Vec::new();
    // The error itself may not leave its thread.
    flatten(source.parse().map_err(|_| io::Error::other("this is no Rust"))?, &mut tokens);
    let mut pieces = Vec::new();
    let mut end = 0;
    for (index, token) in tokens.iter().enumerate() {
        let span = token.span().byte_range();
        // A documentation comment is several tokens in the place of one.
        if span.start < end {
            continue;
        }
        between(&source[end..span.start], &mut pieces);
        let text = &source[span.clone()];
        pieces.push((
            class(token, text, tokens.get(index + 1), index.checked_sub(1).map(|i| &tokens[i])),
            text,
        ));
        end = span.end;
    }
    between(&source[end..], &mut pieces);
    Ok(html! {
        @for (class, text) in pieces {
            @if class.is_empty() { (text) } @else { span class=(class) { (text) } }
        }
    })
}

/// The text between tokens: space, brackets, comments.
fn between<'a>(mut text: &'a str, pieces: &mut Vec<(&'static str, &'a str)>) {
    while let Some(at) = text.find("//") {
        let (before, comment) = text.split_at(at);
        let (comment, rest) = comment.split_at(comment.find('\n').unwrap_or(comment.len()));
        pieces.extend([("", before), ("c", comment)]);
        text = rest;
    }
    pieces.push(("", text));
}

/// Flattens groups; their brackets belong to the text between tokens.
fn flatten(stream: TokenStream, tokens: &mut Vec<TokenTree>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => flatten(group.stream(), tokens),
            token => tokens.push(token),
        }
    }
}

fn class(
    token: &TokenTree,
    text: &str,
    next: Option<&TokenTree>,
    previous: Option<&TokenTree>,
) -> &'static str {
    let is =
        |token: Option<&TokenTree>, sign| matches!(token, Some(TokenTree::Punct(it)) if it.as_char() == sign);
    match token {
        _ if text.starts_with("//") || text.starts_with("/*") => "c",
        TokenTree::Literal(literal) => class_of_literal(literal),
        TokenTree::Ident(_) if is(previous, '\'') => "l",
        TokenTree::Punct(sign) if sign.as_char() == '\'' => "l",
        TokenTree::Ident(_) if KEYWORDS.contains(&text) => "k",
        TokenTree::Ident(_) if text.starts_with(char::is_uppercase) => "t",
        TokenTree::Ident(_) if is(next, '!') => "m",
        _ => "",
    }
}

fn class_of_literal(literal: &Literal) -> &'static str {
    if literal.to_string().starts_with(|first: char| first.is_ascii_digit()) { "n" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_everything_is_escaped() {
        let source = "//! Why\n\n/// What <it> is.\nfn f<'a>(x: &'a Vec<u8>) -> u8 { // go\n    println!(\"<{}>\", 1);\n    x[0]\n}\n";
        let html = highlight(source).unwrap().into_string();
        for part in [
            "<span class=\"c\">//! Why</span>",
            "<span class=\"c\">/// What &lt;it&gt; is.</span>",
            "<span class=\"k\">fn</span>",
            "<span class=\"l\">'</span><span class=\"l\">a</span>",
            "<span class=\"t\">Vec</span>",
            "// go",
            "<span class=\"m\">println</span>",
            "<span class=\"s\">&quot;&lt;{}&gt;&quot;</span>",
            "<span class=\"n\">1</span>",
        ] {
            assert!(html.contains(part), "{part} is not in {html}");
        }
        assert_eq!(text(&html), source);
        assert!(highlight("fn f( {").is_err());
    }

    #[test]
    fn every_recipe_stays_as_it_is() {
        for recipe in ["blocking/src/recipes/many.rs", "callbacks/src/recipes/deadline.rs"] {
            let source = std::fs::read_to_string(crate::text::markers::tests::root().join(recipe)).unwrap();
            assert_eq!(text(&highlight(&source).unwrap().into_string()), source);
        }
    }

    fn text(html: &str) -> String {
        let pieces = html.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
        let text: String = pieces.collect();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }
}
