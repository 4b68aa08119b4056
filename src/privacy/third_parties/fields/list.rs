//! Fields that hold a list: its members, of which some go.

/// What becomes of a field's value.
pub(super) enum Edit {
    /// It stays.
    Kept,
    /// It becomes another.
    Changed(Vec<u8>),
    /// The whole line goes.
    Removed,
}

/// Where the commas of a field are not between members.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Grammar {
    /// In `<…>` and in `"…"`: links (RFC 8288 §3).
    Links,
    /// In `"…"`: lists and dictionaries of structured fields (RFC 9651 §3).
    Strings,
    /// In `{…}`, `[…]` and `"…"`: objects of JSON.
    Json,
}

/// The value with those members for which `keep` says so; a list of none is no field.
pub(super) fn retained(
    value: &[u8],
    grammar: Grammar,
    mut keep: impl FnMut(&[u8]) -> bool,
) -> Edit {
    let mut out = Vec::new();
    let mut is_changed = false;
    let mut is_first = true;
    let mut rest = Some(value);
    while let Some(text) = rest {
        let (member, after) = first_member(text, grammar);
        rest = after;
        if !keep(member) {
            is_changed = true;
            continue;
        }
        if is_first {
            out.extend_from_slice(if is_changed {
                member.trim_ascii_start()
            } else {
                member
            });
        } else {
            out.push(b',');
            out.extend_from_slice(member);
        }
        is_first = false;
    }
    match (is_changed, out.trim_ascii().is_empty()) {
        (false, _) => Edit::Kept,
        (true, true) => Edit::Removed,
        (true, false) => Edit::Changed(out),
    }
}

/// The first member, and what is behind its comma.
fn first_member(text: &[u8], grammar: Grammar) -> (&[u8], Option<&[u8]>) {
    let mut depth = 0_u32;
    let mut in_string = false;
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        if in_string {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            return false;
        }
        match (byte, grammar) {
            (b'>', Grammar::Links) => depth = 0,
            (b'<', Grammar::Links) => depth = 1,
            (b'"', Grammar::Links) if depth > 0 => {}
            (b'{' | b'[', Grammar::Json) => depth = depth.saturating_add(1),
            (b'}' | b']', Grammar::Json) => depth = depth.saturating_sub(1),
            (b'"', _) => in_string = true,
            (b',', _) => return depth == 0,
            _ => {}
        }
        false
    });
    match end.and_then(|end| text.split_at_checked(end)) {
        Some((member, after)) => (member, after.get(1..)),
        None => (text, None),
    }
}
