//! All vendors in force, by purpose and name.

use crate::{
    cli::{
        explain::layer,
        layout::{Text, counted},
    },
    privacy::Catalogue,
};

/// The table; `own` of the vendors are the operator's.
pub(super) fn table(catalogue: &Catalogue, own: usize) -> String {
    let mut vendors: Vec<_> = catalogue.iter().collect();
    vendors.sort_by_key(|(_, vendor)| (vendor.purpose, vendor.name.to_lowercase()));
    let heading = ["PURPOSE", "VENDOR", "COUNTRY", "COOKIES", "HOSTS", "FROM"];
    let mut rows = vec![heading.map(str::to_owned)];
    let mut cookies = 0;
    for (id, vendor) in &vendors {
        cookies += vendor.cookies.len();
        rows.push([
            vendor.purpose.to_string(),
            vendor.name.clone(),
            vendor.country.clone().unwrap_or_else(|| "-".to_owned()),
            format!("{:>7}", vendor.cookies.len()),
            format!("{:>5}", vendor.hosts.len()),
            layer(catalogue, *id),
        ]);
    }
    let mut text = Text::default();
    text.rows(&rows);
    let yours = match own {
        0 => "none from [[vendor]]".to_owned(),
        own => format!("{own} from [[vendor]]"),
    };
    text.title(&format!(
        "  {} with {}; {yours}. More of one: privet vendors NAME",
        counted(vendors.len(), "vendor"),
        counted(cookies, "cookie name"),
    ));
    text.into_string()
}
