//! Which vendor a platform's service stands for.
//!
//! Platforms that ask for single services name them by short keys. Most are the vendor's own name;
//! the rest is in the table here.

/// The [`slug`](super::super::super::catalogue::slug) of the vendor that the service `key` stands
/// for; the key's own slug where the table has none.
pub(super) fn vendor_slug(key: &str) -> String {
    let key = super::super::super::catalogue::slug(key);
    match ALIASES.binary_search_by(|(alias, _)| (*alias).cmp(&key)) {
        Ok(found) => ALIASES
            .get(found)
            .map_or(key, |(_, slug)| (*slug).to_owned()),
        Err(_) => key,
    }
}

/// Keys and vendors, both as slugs, in the order of the keys.
const ALIASES: &[(&str, &str)] = &[
    ("adwords", "google-ads-and-doubleclick"),
    ("analytics", "google-analytics"),
    ("gtag", "google-analytics"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(ALIASES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
