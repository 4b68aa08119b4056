//! What a script is to a browser, by its `type` (HTML §4.12.1.1, "prepare the script element").

use super::elements::Lower;

/// What a script is, by its `type`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ScriptKind {
    /// It runs.
    Code,
    /// It tells where modules are, or what is to be fetched soon: JSON.
    Addresses,
    /// Nothing to the browser: data, a template, or held back by a consent platform.
    Data,
}

impl ScriptKind {
    /// By the attribute's value; `None` if there is none.
    pub(super) fn of(kind: Option<&[u8]>) -> Self {
        let Some(kind) = kind.filter(|kind| !kind.is_empty()) else {
            return Self::Code;
        };
        // The same behind a number of the optimiser's.
        if kind.ends_with(b"-text/javascript") || kind.ends_with(b"-module") {
            return Self::Code;
        }
        let Some(kind) = Lower::new(kind.trim_ascii()) else {
            return Self::Data;
        };
        match kind.as_bytes() {
            b"module"
            | b"text/javascript"
            | b"application/javascript"
            | b"text/ecmascript"
            | b"application/ecmascript"
            | b"application/x-ecmascript"
            | b"text/jscript"
            | b"text/livescript"
            | b"text/x-ecmascript"
            | b"text/x-javascript"
            | b"text/javascript1.0"
            | b"text/javascript1.1"
            | b"text/javascript1.2"
            | b"text/javascript1.3"
            | b"text/javascript1.4"
            | b"text/javascript1.5"
            | b"application/x-javascript" => Self::Code,
            // Held back by a website's own optimiser, which runs it later.
            b"litespeed/javascript"
            | b"rocketlazyloadscript"
            | b"pmdelayedscript"
            | b"text/rocketscript"
            | b"text/psajs"
            | b"wpmeteor"
            | b"wphb-delay-type"
            | b"text/debloat-script"
            | b"nitropack/inlinescript" => Self::Code,
            // Run in a worker.
            b"text/partytown" => Self::Code,
            b"importmap" | b"speculationrules" | b"webbundle" => Self::Addresses,
            _ => Self::Data,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scripts_kind_is_as_browsers_have_it() {
        for (kind, expected) in [
            (None, ScriptKind::Code),
            (Some(""), ScriptKind::Code),
            (Some(" Text/JavaScript "), ScriptKind::Code),
            (Some("module"), ScriptKind::Code),
            (Some("importmap"), ScriptKind::Addresses),
            (Some("text/partytown"), ScriptKind::Code),
            (
                Some("0123456789abcdef01234567-text/javascript"),
                ScriptKind::Code,
            ),
            (Some("text/plain"), ScriptKind::Data),
            (Some("application/ld+json"), ScriptKind::Data),
            (Some("text/javascript; charset=utf-8"), ScriptKind::Data),
        ] {
            assert_eq!(
                ScriptKind::of(kind.map(str::as_bytes)),
                expected,
                "{kind:?}"
            );
        }
    }
}
