//! How policies are written (Content Security Policy Level 3 §2.2), read as browsers do.

/// One directive.
#[derive(Clone, Copy, Debug)]
pub(in crate::privacy) struct Directive<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Directive<'a> {
    /// The directive that stands between two `;`; `None` where there is none.
    pub(in crate::privacy) fn of(segment: &'a [u8]) -> Option<Self> {
        let text = segment.trim_ascii();
        let end = text.iter().position(u8::is_ascii_whitespace);
        let (name, value) = text.split_at_checked(end.unwrap_or(text.len()))?;
        (!name.is_empty()).then_some(Self { name, value })
    }

    /// Whether it is the directive `name`, lower case.
    pub(in crate::privacy) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Whether its value lists whom it admits.
    pub(super) fn is_of_sources(&self) -> bool {
        let ends = |end: &[u8]| {
            let start = self.name.len().saturating_sub(end.len());
            self.name
                .get(start..)
                .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
        };
        ends(b"-src") || ends(b"-src-elem") || self.is("form-action")
    }

    /// Its name as written.
    pub(super) const fn name(&self) -> &'a [u8] {
        self.name
    }

    /// Its value's tokens: sources of most directives.
    pub(in crate::privacy) fn tokens(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let tokens = self.value.split(u8::is_ascii_whitespace);
        tokens.filter(|token| !token.is_empty())
    }
}

/// What stands between the `;` of a policy.
pub(in crate::privacy) fn segments(policy: &[u8]) -> impl Iterator<Item = &[u8]> {
    policy.split(|byte| *byte == b';')
}

/// The directive that decides, with the number of its segment: the first name of `chain` that the
/// policy has; of two directives of one name the first counts (§2.2.1).
pub(super) fn effective<'a>(policy: &'a [u8], chain: &[&str]) -> Option<(usize, Directive<'a>)> {
    chain.iter().find_map(|name| {
        let directives = segments(policy).enumerate();
        directives
            .filter_map(|(number, segment)| Some((number, Directive::of(segment)?)))
            .find(|(_, directive)| directive.is(name))
    })
}

/// Whether a token is that keyword, as in `'self'`.
pub(super) fn is_keyword(token: &[u8], keyword: &str) -> bool {
    let inner = token
        .strip_prefix(b"'")
        .and_then(|rest| rest.strip_suffix(b"'"));
    inner.is_some_and(|inner| inner.eq_ignore_ascii_case(keyword.as_bytes()))
}

/// What a token `'nonce-…'` holds.
pub(super) fn nonce_of(token: &[u8]) -> Option<&[u8]> {
    let inner = token.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let (kind, value) = inner.split_at_checked("nonce-".len())?;
    let is_value = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
    let is_nonce = kind.eq_ignore_ascii_case(b"nonce-") && !value.is_empty();
    (is_nonce && value.iter().all(is_value)).then_some(value)
}
