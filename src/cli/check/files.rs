//! What the files of `[catalogue] files` bring.

use crate::{cli::layout::counted, privacy::Catalogue};

/// How many cookies of how many vendors each file lists.
pub(super) fn listed_by(catalogue: &Catalogue) -> impl Iterator<Item = String> {
    catalogue.files().map(|(path, vendors, cookies)| {
        format!(
            "{} lists {} of {}.",
            path.display(),
            counted(cookies, "cookie name"),
            counted(vendors, "vendor")
        )
    })
}
