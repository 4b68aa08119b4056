//! What a name stands for: a vendor, a cookie, a host, a URL or a path; and why.

use crate::{
    cli::{
        explain::{layer, source},
        layout::{Text, listed},
    },
    config::write_duration,
    privacy::{
        Catalogue, Claim, Consent, FieldLines, Origin, Policy, Purpose, TransferBasis, Vendor,
        VendorId, Verdict, is_own_cookie, slug, transfer_basis,
    },
    serve::Site,
};

/// Where to look.
pub(super) struct Lookup<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) sites: &'a [Site],
}

impl Lookup<'_> {
    /// Tells everything that `name` stands for.
    pub(super) fn tell(&self, name: &str, text: &mut Text) {
        text.title(name);
        let mut found = false;
        if let Some(id) = self.catalogue.by_slug(&slug(name)) {
            self.vendor(id, text);
            found = true;
        }
        if let Some(claim) = self.catalogue.cookie(name.as_bytes()) {
            self.cookie(name, claim, text);
            found = true;
        }
        found |= self.address(name, text);
        if found {
            return;
        }
        if self.is_kept_somewhere(name) {
            text.rows(&[["as a cookie".to_owned(), self.fate(name)]]);
            return;
        }
        text.note("No vendor has this name, and none claims such a cookie, host or path.");
        let near = self.near(name);
        if !near.is_empty() {
            text.note(&format!("Vendors of similar names: {}.", near.join(", ")));
        }
        if !name.contains('/') {
            text.note(&format!("A cookie of this name {}.", self.fate(name)));
        }
    }

    fn vendor(&self, id: VendorId, text: &mut Text) {
        let Some(vendor) = self.catalogue.vendor(id) else {
            return;
        };
        let cookies: Vec<String> = vendor
            .cookies
            .iter()
            .map(|cookie| match cookie.max_lifetime {
                Some(lifetime) => format!("{} ({})", cookie.name, write_duration(lifetime)),
                None => cookie.name.clone(),
            })
            .collect();
        let mut rows = self.of(id, vendor);
        for (label, items) in [
            ("cookies", &cookies),
            ("hosts", &vendor.hosts),
            ("paths", &vendor.paths),
            ("disguises", &vendor.marks.disguises),
            ("payloads", &vendor.marks.payloads),
            ("click ids", &vendor.marks.parameters),
        ] {
            if !items.is_empty() {
                rows.push([label.to_owned(), items.join(", ")]);
            }
        }
        if vendor.marks.tag_manager {
            let all = "with consent to every purpose only, for it loads others";
            rows.push(["tag manager".to_owned(), all.to_owned()]);
        }
        text.rows(&rows);
    }

    fn cookie(&self, name: &str, claim: Claim, text: &mut Text) {
        let Some(vendor) = self.catalogue.vendor(claim.vendor) else {
            return;
        };
        let claiming = self.catalogue.claiming_pattern(claim.vendor, name);
        let (pattern, of) = match claiming {
            Some((pattern, origin @ Origin::File(_))) => {
                (pattern, format!(" of {}", source(origin)))
            }
            Some((pattern, _)) => (pattern, String::new()),
            None => ("", String::new()),
        };
        let mut rows = self.of(claim.vendor, vendor);
        rows.push([
            "claimed".to_owned(),
            format!("as a cookie, by \"{pattern}\"{of}"),
        ]);
        if let Some(seconds) = claim.max_lifetime {
            let lifetime = std::time::Duration::from_secs(seconds.into());
            rows.push([
                "lifetime".to_owned(),
                format!("{} at most", write_duration(lifetime)),
            ]);
        }
        rows.push(["at first".to_owned(), self.fate(name)]);
        text.rows(&rows);
    }

    /// `name` as a URL, a host or a path.
    fn address(&self, name: &str, text: &mut Text) -> bool {
        let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let target = target.split('#').next().unwrap_or_default();
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        let authority = crate::site::Authority::parse(authority.as_bytes());
        let host = authority.and_then(|authority| {
            let (id, pattern) = self.catalogue.host(&authority.host, target)?;
            Some((id, pattern.to_owned()))
        });
        let mut found = false;
        let disguise = self.catalogue.disguise(path, query);
        let path = self.catalogue.path(path);
        for (id, claimed) in [
            host.map(|(id, pattern)| (id, format!("as a host, by \"{pattern}\""))),
            path.map(|id| (id, "as a path on your own websites".to_owned())),
            disguise.map(|id| (id, "as a request to your own websites".to_owned())),
        ]
        .into_iter()
        .flatten()
        {
            if let Some(vendor) = self.catalogue.vendor(id) {
                let mut rows = self.of(id, vendor);
                rows.push(["claimed".to_owned(), claimed]);
                text.rows(&rows);
                found = true;
            }
        }
        found
    }

    /// Whose something is.
    fn of(&self, id: VendorId, vendor: &Vendor) -> Vec<[String; 2]> {
        let country = vendor
            .country
            .as_ref()
            .map(|country| format!(", {country}"))
            .unwrap_or_default();
        let transfer = vendor.country.as_ref().map(|_| transfer(vendor));
        let purpose = match vendor.purpose {
            Purpose::Necessary => "necessary: needs no consent".to_owned(),
            purpose => format!("{purpose}: only with consent"),
        };
        let mut rows = vec![
            [
                "vendor".to_owned(),
                format!("{}{country} ({})", vendor.name, layer(self.catalogue, id)),
            ],
            ["purpose".to_owned(), purpose],
        ];
        rows.extend(transfer.map(|transfer| ["transfer".to_owned(), transfer]));
        let refusing = self
            .sites
            .iter()
            .filter(|site| site.policy.is_elsewhere(id));
        let refusing: Vec<&str> = refusing.map(|site| site.name.as_ref()).collect();
        if !refusing.is_empty() {
            rows.push([
                "refused".to_owned(),
                format!(
                    "on {}, whatever the consent: outside the allowed countries",
                    listed(&refusing, "and")
                ),
            ]);
        }
        rows.extend(
            vendor
                .policy
                .iter()
                .map(|policy| ["policy".to_owned(), policy.clone()]),
        );
        rows
    }

    /// What becomes of the cookie `name` before any choice, on each site.
    fn fate(&self, name: &str) -> String {
        let mut fates: Vec<(String, Vec<&str>)> = Vec::new();
        for site in self.sites {
            let fate = fate(name, &site.policy);
            match fates.iter_mut().find(|(other, _)| *other == fate) {
                Some((_, names)) => names.push(&site.name),
                None => fates.push((fate, vec![&site.name])),
            }
        }
        match fates.as_slice() {
            [(fate, _)] => fate.clone(),
            several => several
                .iter()
                .map(|(fate, names)| format!("on {} {fate}", listed(names, "and")))
                .collect::<Vec<_>>()
                .join("; "),
        }
    }

    fn is_kept_somewhere(&self, name: &str) -> bool {
        self.sites
            .iter()
            .any(|site| site.policy.keeps(name.as_bytes()))
    }

    /// Vendors whose name was perhaps meant, the nearest first.
    fn near(&self, name: &str) -> Vec<&str> {
        let wanted = name.to_lowercase();
        let mut near: Vec<(f64, &str)> = self
            .catalogue
            .iter()
            .map(|(_, vendor)| {
                let known = vendor.name.to_lowercase();
                let words = known.split(|character: char| !character.is_alphanumeric());
                let nearest_word = words
                    .map(|word| strsim::normalized_damerau_levenshtein(&wanted, word))
                    .fold(0.0, f64::max);
                let whole = strsim::normalized_damerau_levenshtein(&wanted, &known);
                (whole.max(nearest_word), vendor.name.as_str())
            })
            .filter(|(likeness, _)| *likeness >= 0.65)
            .collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().take(4).map(|(_, name)| name).collect()
    }
}

/// Why data may go where the vendor sits.
fn transfer(vendor: &Vendor) -> String {
    match transfer_basis(vendor) {
        Some(TransferBasis::Eea) => "none out of the EEA".to_owned(),
        Some(TransferBasis::Adequacy(decision)) => {
            let seen = vendor.marks.adequate.as_ref();
            let seen = seen.map_or(String::new(), |month| {
                format!("; last seen there in {month}")
            });
            format!(
                "adequate by decision {} of {}{seen}",
                decision.number, decision.date
            )
        }
        None => "no adequacy decision known".to_owned(),
    }
}

/// What becomes of the cookie before any choice, and by which key.
fn fate(name: &str, policy: &Policy) -> String {
    let nobody = FieldLines::default();
    let consent = Consent::read(&nobody, policy.consent(), 0);
    let name = name.as_bytes();
    if policy.keeps(name) {
        return "passes as necessary: cookies.keep names it".to_owned();
    }
    let why = match policy.catalogue().cookie(name) {
        Some(claim) if claim.purpose == Purpose::Necessary => "",
        Some(claim) if policy.is_elsewhere(claim.vendor) => ": outside the allowed countries",
        Some(claim) if consent.allows(claim) => " by consent.default",
        Some(_) => " until the visitor consents",
        None if is_own_cookie(name) => ": it is privet's own",
        None => " by cookies.unknown",
    };
    match policy.verdict(name, &consent) {
        Verdict::Kept(_) => format!("passes{why}"),
        Verdict::KeptForSession => format!("passes for the browser's session{why}"),
        Verdict::Stripped(_) if policy.enforces() => format!("is stripped{why}"),
        Verdict::Stripped(_) => format!("would be stripped{why}, but for mode \"observe\""),
    }
}
