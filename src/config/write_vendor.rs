//! A `[[vendor]]` as TOML.

use super::toml_text::{Toml, duration, list, string};
use crate::privacy::Vendor;

/// Writes the operator's entry of `vendor`.
pub(super) fn vendor(out: &mut Toml, vendor: &Vendor) {
    out.header("[[vendor]]");
    out.value("name", string(&vendor.name));
    out.value("purpose", string(vendor.purpose.name()));
    if let Some(country) = &vendor.country {
        out.value("country", string(country));
    }
    if let Some(id) = vendor.iab_vendor {
        out.value("iab_vendor", id);
    }
    let cookies: Vec<String> = vendor
        .cookies
        .iter()
        .map(|cookie| match cookie.max_lifetime {
            Some(lifetime) => format!(
                "{{ name = {}, max_lifetime = {} }}",
                string(&cookie.name),
                duration(lifetime)
            ),
            None => format!("{{ name = {} }}", string(&cookie.name)),
        })
        .collect();
    out.value("cookies", format!("[{}]", cookies.join(", ")));
    out.value("hosts", list(&vendor.hosts));
    out.value("paths", list(&vendor.paths));
    let marks = &vendor.marks;
    let lists = [
        ("snippets", &marks.snippets),
        ("disguises", &marks.disguises),
        ("payloads", &marks.payloads),
        ("parameters", &marks.parameters),
    ];
    for (key, entries) in lists.into_iter().filter(|(_, entries)| !entries.is_empty()) {
        out.value(key, list(entries));
    }
    if marks.tag_manager {
        out.value("tag_manager", true);
    }
    if let Some(month) = &marks.adequate {
        out.value("adequate", string(month));
    }
    if let Some(policy) = &vendor.policy {
        out.value("policy", string(policy));
    }
}
