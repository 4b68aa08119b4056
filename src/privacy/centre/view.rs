//! What the privacy centre is told about one website and one visitor.
//!
//! The caller decides which vendors and cookies to list. A view holds names only: there is no
//! field that could carry a cookie's value.

use std::time::Duration;

use crate::privacy::{State, ledger::Digest, purpose::Purpose};

/// Everything on the page.
#[derive(Clone, Debug)]
pub struct CentreView<'a> {
    /// The website's host, as the visitor knows it.
    pub host: &'a str,
    /// The version of the policy that the visitor is asked about.
    pub policy_version: &'a str,
    /// The purposes that this website has, in the order in which to show them.
    pub purposes: Vec<PurposeView<'a>>,
    /// The cookies that came with the request.
    pub cookies: Vec<CookieView<'a>>,
    /// What decided, in words ("your choice here", "Global Privacy Control"); `None` if nothing did.
    pub source: Option<&'a str>,
    /// Whether the browser sends `Sec-GPC: 1` and nothing that it refuses is granted.
    pub gpc: bool,
    /// Whether that signal sets an older "yes" of the visitor aside.
    pub gpc_conflict: bool,
    /// The local path from which the visitor came, where known; anything else becomes `/`.
    pub return_to: Option<&'a str>,
    /// Whether a choice has just been saved.
    pub saved: bool,
    /// Whether the record of the choices has just been erased.
    pub erased: bool,
    /// The digest of what everybody is shown here, for the forms; `None` in that itself.
    pub shown: Option<Digest>,
    /// Whether choices are recorded.
    pub record: RecordView,
}

/// What is recorded of this visitor's choices.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordView {
    /// Nothing: no records are kept.
    NotKept,
    /// Nothing yet.
    NothingYet,
    /// Their choices.
    Kept,
}

/// One purpose and the visitor's answer to it.
#[derive(Clone, Debug)]
pub struct PurposeView<'a> {
    /// Which one; `Necessary` is always shown as on.
    pub purpose: Purpose,
    /// The answer.
    pub state: State,
    /// The companies that this website uses for it.
    pub vendors: Vec<VendorView<'a>>,
}

/// One company.
#[derive(Clone, Copy, Debug)]
pub struct VendorView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its name in forms.
    pub slug: &'a str,
    /// Where it is, as an ISO 3166-1 code of two letters.
    pub country: Option<&'a str>,
    /// Its privacy policy; shown only if it is an `https:` or `http:` address.
    pub policy: Option<&'a str>,
    /// The answer that holds for it.
    pub state: State,
    /// Whether it sits outside the countries that the website allows: no answer of the visitor's
    /// lets it in.
    pub elsewhere: bool,
}

/// One cookie that the visitor's browser holds for this website.
#[derive(Clone, Copy, Debug)]
pub struct CookieView<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whose it is, where known.
    pub vendor: Option<&'a str>,
    /// What it is for, where known.
    pub purpose: Option<Purpose>,
    /// The longest time for which it may be kept; zero until the browser closes, `None` unknown.
    pub max_lifetime: Option<Duration>,
    /// What becomes of it.
    pub fate: Fate,
}

/// What becomes of a cookie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    /// It reaches the website.
    Kept,
    /// It is removed on its way.
    Refused,
}
