//! What visitors were shown when they were asked, kept once for all who saw the same.

use super::digest::Digest;

const LABEL: &str = "privet ledger rendering 1";

/// A page or banner as it was rendered for everybody: without anything of one visitor.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rendering {
    digest: Digest,
    content: String,
}

impl Rendering {
    /// Names it by its digest.
    pub fn new(content: String) -> Self {
        Self {
            digest: Digest::of(LABEL, &[content.as_bytes()]),
            content,
        }
    }

    /// By what records name it.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The text.
    pub fn content(&self) -> &str {
        &self.content
    }
}
