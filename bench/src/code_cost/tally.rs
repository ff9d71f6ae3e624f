//! Counting the tokens of one source.

use std::collections::BTreeSet;
use std::iter::Peekable;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

/// The words that waiting adds: they keep a value alive, share it, or give it away.
pub const WORDS: [&str; 8] = ["clone", "Rc", "Arc", "RefCell", "Mutex", "Box", "'static", "move"];

/// Lines of code, and words in them.
#[derive(Default)]
pub(super) struct Tally {
    /// Their numbers.
    pub(super) lines: BTreeSet<usize>,
    /// The number of occurrences of each of [`WORDS`], in their order.
    pub(super) words: [usize; WORDS.len()],
}

type Tokens = Peekable<IntoIter>;

impl Tally {
    pub(super) fn of(tokens: TokenStream) -> Self {
        let mut tally = Self::default();
        tally.add(tokens);
        tally
    }

    fn add(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        let (mut after_quote, mut in_import) = (false, false);
        while let Some(token) = tokens.next() {
            if is_punct(&token, '#') && skip_attribute(&mut tokens) {
                continue;
            }
            in_import |=
                matches!(&token, TokenTree::Ident(word) if word == "use") && !next_is(&mut tokens, '<');
            let is_quote = is_punct(&token, '\'');
            match token {
                TokenTree::Ident(word) if !in_import => {
                    self.add_lines(word.span());
                    self.add_word(&format!("{}{word}", if after_quote { "'" } else { "" }));
                }
                TokenTree::Group(group) if !in_import => {
                    self.add_lines(group.span_open());
                    self.add(group.stream());
                    self.add_lines(group.span_close());
                }
                other => {
                    in_import &= !is_punct(&other, ';');
                    self.add_lines(other.span());
                }
            }
            after_quote = is_quote;
        }
    }

    fn add_word(&mut self, word: &str) {
        if let Some(index) = WORDS.iter().position(|it| *it == word) {
            self.words[index] += 1;
        }
    }

    fn add_lines(&mut self, span: Span) {
        self.lines.extend(span.start().line..=span.end().line);
    }
}

/// Skips what follows the `#` of an attribute, and with `#[cfg(test)]` the item, too. Tells whether it was one.
fn skip_attribute(tokens: &mut Tokens) -> bool {
    tokens.next_if(|token| is_punct(token, '!'));
    let is_attribute = |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket);
    let Some(attribute) = tokens.next_if(is_attribute) else { return false };
    if attribute.to_string().replace(' ', "") == "[cfg(test)]" {
        let is_end = |token: &TokenTree| {
            is_punct(token, ';')
                || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
        };
        tokens.find(is_end);
    }
    true
}

fn next_is(tokens: &mut Tokens, punct: char) -> bool {
    tokens.peek().is_some_and(|token| is_punct(token, punct))
}

fn is_punct(token: &TokenTree, punct: char) -> bool {
    matches!(token, TokenTree::Punct(it) if it.as_char() == punct)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(source: &str) -> Tally {
        Tally::of(source.parse().expect("Rust"))
    }

    #[test]
    fn comments_and_tests_do_not_count_as_code() {
        let source = r#"
            //! Box
            #![recursion_limit = "256"]
            /* Box
               Box */

            /// Box
            #[must_use] // Box
            fn f() -> usize { // one line
                "Box"
            } // and that makes three

            #[cfg(test)]
            #[path = "other.rs"]
            mod tests { type T = Box<u8>; }

            #[cfg(test)]
            use std::boxed::Box;
        "#;
        let tally = tally(source);
        assert_eq!((tally.lines.len(), tally.words), (3, [0; 8]));
    }

    #[test]
    fn a_token_of_several_lines_counts_for_each() {
        assert_eq!(tally("const A: &str = \"1\n2\n3\";\nconst B: u8 = 1; const C: u8 = 2;").lines.len(), 4);
    }

    #[test]
    fn words_count_where_they_are_used() {
        let source = "
            use std::{rc::Rc, sync::Arc};
            static ARC: () = ();
            fn f<'a>(a: &'a u8, b: Rc<RefCell<u8>>) -> impl Fn() + 'static + use<> {
                let b = Rc::clone(&b).clone();
                move || vec![Box::new(&b), Mutex::new(Arc::default())]
            }
        ";
        let tally = tally(source);
        assert_eq!(tally.words, [2, 2, 1, 1, 1, 1, 1, 1]);
        assert_eq!(tally.lines.len(), 6);
    }
}
