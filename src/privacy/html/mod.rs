//! Page bytes in, edited page bytes out: HTML and XHTML read as browsers read them, as it streams by.
//!
//! A [`Rewriter`] finds the tags of a page and shows each to a [`PageHandler`], which may edit it;
//! every other byte passes as it came, at once, in whatever pieces it comes. Nothing here knows
//! vendors or consent, and nothing is decoded: all delimiters of HTML are ASCII, so that any
//! encoding that browsers accept for pages passes, except UTF-16 and ISO-2022-JP, whose bytes of
//! one character can look like delimiters; their pages must be recoded before.
//!
//! # What every browser must agree on
//!
//! Where the text of one browser is the markup of another, a tag could hide. `tree` knows these
//! places and the rewriter changes the page so that every reading is the same:
//!
//! - The content of `noscript` is markup without scripts and text with them. It is read as markup,
//!   and whatever is open when `</noscript` comes is closed before it.
//! - In `select`, older browsers ignore `style`, `iframe` and their like and read their content as
//!   markup. A `<` in there is written `&lt;`.
//! - Whether an end tag in SVG or MathML leaves it can depend on the whole page before it. Where
//!   this matters next, an empty `span` is put, which brings every browser back to HTML.
//! - `frameset` after content, and `col` in `template` without a table, are taken out.
//! - After `plaintext` the page is read on as markup.
//!
//! `tag_scan`, `comment` and `raw_text` find the end of what they are named for, `tag` is what a
//! handler sees, `markup_text` what scripts and styles are where their content is markup. `reading` and
//! `sending` are the two halves of `rewriter`, `skim` the short way past tags that mean nothing.

mod comment;
mod entities;
mod foreign;
mod markup_text;
mod raw_text;
mod reading;
mod rewriter;
mod sending;
mod skim;
mod tag;
mod tag_scan;
mod tree;
mod words;

#[cfg(test)]
mod differential_tests;
#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod held_tests;
#[cfg(test)]
mod rewriter_tests;
#[cfg(test)]
mod test_pages;

pub use entities::decode_entities;
pub use rewriter::{Content, PageHandler, Part, Rewriter, Syntax, TooLong};
pub use tag::{Attribute, EndTag, StartTag};
pub use tree::Namespace;
pub use words::{Word, word};
