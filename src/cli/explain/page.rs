//! The page of `--page`: what of it would be gated, why, and what would be put into it.

use std::rc::Rc;

use super::{show::Told, why};
use crate::{
    cli::layout::{Text, counted},
    privacy::{CookieDecision, PageContext, Policy, Stripped, Syntax, gate_page},
    site::Authority,
};

/// Shows what becomes of `content` for the visitor with those cookies.
pub(super) fn gated(
    text: &mut Text,
    told: &Told<'_>,
    content: &[u8],
    policy: &Policy,
    cookies: &Rc<CookieDecision>,
) {
    text.title("The page");
    if !policy.gates(&cookies.consent) {
        let rules = policy.third_parties();
        text.note(if rules.gate {
            "It passes as it is: nobody whom it could name is refused."
        } else {
            "It passes as it is: third_parties.gate = false."
        });
        return;
    }
    let url = &told.arguments.url;
    let authority = Authority::parse(url.authority.as_bytes());
    let is_xhtml = memchr::memmem::find(content, b"<?xml").is_some();
    let context = PageContext {
        host: authority
            .map(|it| it.host.as_ref().into())
            .unwrap_or_default(),
        base: format!("https://{}{}", url.authority, url.target).into(),
        cookies: Rc::clone(cookies),
        syntax: if is_xhtml { Syntax::Xml } else { Syntax::Html },
        memory: told.compiled.limits.page_memory,
        nonce: None,
        frame_names: "explain".into(),
        is_document: true,
        applies: policy.enforces(),
    };
    let Ok((out, whose)) = gate_page(policy, context, content) else {
        text.note(
            "It can't be read: one of its tags is longer than sixteen times limits.page_memory.",
        );
        return;
    };
    if whose.is_empty() {
        text.note("Nothing of it is gated.");
    }
    let mut counts: Vec<(Stripped, usize)> = Vec::new();
    for one in whose {
        match counts.iter_mut().find(|(known, _)| *known == one) {
            Some((_, count)) => *count += 1,
            None => counts.push((one, 1)),
        }
    }
    let verb = if policy.enforces() {
        "gated"
    } else {
        "would be gated by mode = \"enforce\""
    };
    let rows: Vec<[String; 2]> = counts
        .iter()
        .map(|(whose, count)| {
            let elements = counted(*count, "element");
            match whose
                .0
                .and_then(|id| Some((id, policy.catalogue().vendor(id)?)))
            {
                Some((id, vendor)) => {
                    let why = why::permission(id, policy, &cookies.consent);
                    [vendor.name.clone(), format!("{elements} {verb}: {why}")]
                }
                None => [
                    "unknown hosts".to_owned(),
                    format!("{elements} {verb}: third_parties.unknown_hosts = \"gate\""),
                ],
            }
        })
        .collect();
    text.rows(&rows);
    for script in ["privet.js", "mirror.js"] {
        if memchr::memmem::find(&out, format!("/.privet/{script}\"").as_bytes()).is_some() {
            text.note(&format!("/.privet/{script} is put into it."));
        }
    }
}
