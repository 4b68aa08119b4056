//! Which vendors are in force: the built-in ones, those of the operator's files and those of
//! `[[vendor]]`, made one list.
//!
//! Visitors consent to a vendor by its slug, so no two of them may share one. An operator's vendor
//! replaces all others of its name. What a file lists for a platform joins the vendor of that name
//! and purpose, built in or of a file; where the vendor of that name has another purpose, it
//! becomes one of its own, `Name (purpose)`, and the other vendor stays as it is.

use std::collections::{HashMap, HashSet};

use super::{
    catalogue::slug,
    patterns::Layer,
    rules::{CookieList, Vendor},
};

/// A vendor in force.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) vendor: Vendor,
    /// Where the vendor comes from.
    pub(super) layer: Layer,
    /// Where each of its cookies comes from, in their order.
    pub(super) cookies: Vec<Layer>,
}

impl Member {
    fn new(vendor: Vendor, layer: Layer) -> Self {
        Self {
            cookies: vec![layer; vendor.cookies.len()],
            vendor,
            layer,
        }
    }

    fn join(&mut self, vendor: Vendor, layer: Layer) {
        let added = vendor.cookies.iter().map(|_| layer);
        self.cookies.extend(added);
        self.vendor.cookies.extend(vendor.cookies);
        self.vendor.policy = self.vendor.policy.take().or(vendor.policy);
    }
}

/// The vendors in force, the operator's last.
pub(super) fn roster(
    built_in: Vec<Vendor>,
    files: &[CookieList],
    operator: Vec<Vendor>,
) -> Vec<Member> {
    let own: HashSet<String> = operator.iter().map(|vendor| slug(&vendor.name)).collect();
    let mut members: Vec<Member> = built_in
        .into_iter()
        .filter(|vendor| !own.contains(&slug(&vendor.name)))
        .map(|vendor| Member::new(vendor, Layer::BuiltIn))
        .collect();
    let mut seats: HashMap<String, usize> = members
        .iter()
        .enumerate()
        .map(|(seat, member)| (slug(&member.vendor.name), seat))
        .collect();
    for (number, file) in files.iter().enumerate() {
        let layer = Layer::File(u16::try_from(number).unwrap_or(u16::MAX));
        for vendor in &file.vendors {
            if !own.contains(&slug(&vendor.name)) {
                seat(vendor.clone(), layer, &own, &mut seats, &mut members);
            }
        }
    }
    let operator = operator.into_iter();
    members.extend(operator.map(|vendor| Member::new(vendor, Layer::Operator)));
    members
}

/// Gives a file's vendor the first name that is free or that a vendor of its purpose has.
fn seat(
    vendor: Vendor,
    layer: Layer,
    own: &HashSet<String>,
    seats: &mut HashMap<String, usize>,
    members: &mut Vec<Member>,
) {
    let second = format!("{} ({})", vendor.name, vendor.purpose);
    let further = (2_usize..).map(|number| format!("{second} {number}"));
    let names = [vendor.name.clone(), second.clone()];
    for name in names.into_iter().chain(further) {
        let slug = slug(&name);
        if own.contains(&slug) {
            return;
        }
        let Some(seat) = seats.get(&slug) else {
            seats.insert(slug, members.len());
            members.push(Member::new(Vendor { name, ..vendor }, layer));
            return;
        };
        let member = members.get_mut(*seat);
        if let Some(member) = member.filter(|member| member.vendor.purpose == vendor.purpose) {
            member.join(vendor, layer);
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::privacy::{purpose::Purpose, rules::VendorCookie};

    fn vendor(name: &str, purpose: Purpose, cookie: &str) -> Vendor {
        Vendor {
            name: name.to_owned(),
            purpose,
            country: None,
            iab_vendor: None,
            cookies: vec![VendorCookie {
                name: cookie.to_owned(),
                max_lifetime: None,
            }],
            hosts: Vec::new(),
            paths: Vec::new(),
            policy: None,
            marks: Default::default(),
        }
    }

    #[test]
    fn a_files_platform_joins_the_vendor_of_its_name_and_purpose_and_no_other() {
        use Purpose::{Analytics, Functional, Marketing};
        let file = |vendors: &[(&str, Purpose, &str)]| CookieList {
            path: "cookies.csv".into(),
            vendors: vendors
                .iter()
                .map(|(name, purpose, cookie)| vendor(name, *purpose, cookie))
                .collect(),
        };
        let files = [
            file(&[
                ("GOOGLE  analytics", Analytics, "f1"),
                ("Google Analytics", Marketing, "f2"),
                ("New", Functional, "f3"),
                ("New", Marketing, "f4"),
                ("Mine", Marketing, "f5"),
                ("Taken", Marketing, "f6"),
                ("Odd", Marketing, "f7"),
            ]),
            file(&[
                ("new", Functional, "g1"),
                ("New", Marketing, "g2"),
                ("New", Analytics, "g3"),
            ]),
        ];
        let members = roster(
            vec![
                vendor("Google Analytics", Analytics, "b1"),
                vendor("Mine", Marketing, "b2"),
                vendor("Taken", Analytics, "b3"),
                vendor("Odd", Analytics, "b4"),
                vendor("Odd (marketing)", Functional, "b5"),
            ],
            &files,
            vec![
                vendor("mine", Analytics, "o1"),
                vendor("Taken (marketing)", Analytics, "o2"),
            ],
        );
        let found: Vec<String> = members
            .iter()
            .map(|member| {
                assert_eq!(member.cookies.len(), member.vendor.cookies.len());
                let cookies: Vec<&str> = member
                    .vendor
                    .cookies
                    .iter()
                    .map(|cookie| cookie.name.as_str())
                    .collect();
                format!(
                    "{}, {}: {}",
                    member.vendor.name,
                    member.vendor.purpose,
                    cookies.join(" ")
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "Google Analytics, analytics: b1 f1",
                "Taken, analytics: b3",
                "Odd, analytics: b4",
                "Odd (marketing), functional: b5",
                "Google Analytics (marketing), marketing: f2",
                "New, functional: f3 g1",
                "New (marketing), marketing: f4 g2",
                "Odd (marketing) 2, marketing: f7",
                "New (analytics), analytics: g3",
                "mine, analytics: o1",
                "Taken (marketing), analytics: o2",
            ]
        );
        let joined: Vec<Layer> = members
            .iter()
            .flat_map(|member| member.cookies.iter().copied())
            .take(2)
            .collect();
        assert_eq!(joined, [Layer::BuiltIn, Layer::File(0)]);
    }
}
