//! From a platform's words to purposes and vendors.

use std::collections::HashMap;

use super::{
    super::super::{
        catalogue::{Catalogue, VendorId, slug},
        purpose::{Purpose, Purposes},
        rules::PlatformRules,
    },
    answers::Answers,
    platform::PlatformId,
    services::vendor_slug,
};

/// What the words of one platform mean on one website.
#[derive(Clone, Debug)]
pub(in crate::privacy::consent) struct Mapping {
    platform: PlatformId,
    /// Purposes of the operator's groups, by their names in lower case.
    groups: HashMap<Box<str>, Purposes>,
    /// Vendors of the operator's services, by their names in lower case.
    services: HashMap<Box<str>, VendorId>,
    /// Numbers of TCF purposes that each purpose needs, for vendors of the Global Vendor List.
    numbers: Vec<(Purpose, Vec<u8>)>,
}

/// What a signal says, in privet's words.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::privacy::consent) struct Reading {
    /// Said yes to.
    pub(in crate::privacy::consent) granted: Purposes,
    /// Said no to.
    pub(in crate::privacy::consent) refused: Purposes,
    /// Vendors whose answer differs from that for their purpose.
    pub(in crate::privacy::consent) vendors: Vec<(VendorId, bool)>,
}

impl Reading {
    /// No to `purposes`, and nothing else.
    pub(in crate::privacy::consent) fn refusing(purposes: Purposes) -> Self {
        Self {
            refused: purposes,
            ..Self::default()
        }
    }
}

impl Mapping {
    /// The operator's words over the platform's own.
    pub(in crate::privacy::consent) fn new(rules: &PlatformRules, catalogue: &Catalogue) -> Self {
        let key = |name: &String| name.to_lowercase().into_boxed_str();
        let groups = rules
            .categories
            .iter()
            .map(|(name, purposes)| (key(name), *purposes));
        let services = rules
            .vendors
            .iter()
            .filter_map(|(name, vendor)| Some((key(name), catalogue.by_slug(&slug(vendor))?)));
        Self {
            platform: rules.platform,
            groups: groups.collect(),
            services: services.collect(),
            numbers: rules.numbers.clone(),
        }
    }

    /// What an answer's name stands for: the operator's word, else the platform's.
    pub(in crate::privacy::consent) fn purposes(&self, name: &str) -> Purposes {
        let operators = self.groups.get(name.to_lowercase().as_str());
        operators
            .copied()
            .unwrap_or_else(|| self.platform.purposes(name))
    }

    /// Numbers of TCF purposes that each purpose needs.
    pub(in crate::privacy::consent) fn numbers(&self) -> &[(Purpose, Vec<u8>)] {
        &self.numbers
    }

    /// Which vendor an answer's name stands for.
    pub(in crate::privacy::consent) fn vendor(
        &self,
        name: &str,
        catalogue: &Catalogue,
    ) -> Option<VendorId> {
        let operators = self.services.get(name.to_lowercase().as_str());
        operators
            .copied()
            .or_else(|| catalogue.by_slug(&vendor_slug(name)))
    }

    /// What the answers mean. A purpose is granted where something that stands for it was, and
    /// nothing that stands for it was refused.
    pub(in crate::privacy::consent) fn apply(
        &self,
        answers: &Answers,
        catalogue: &Catalogue,
    ) -> Reading {
        let (mut yes, mut no) = (Purposes::NONE, Purposes::NONE);
        let mut vendors: Vec<(VendorId, bool)> = Vec::new();
        for answer in &answers.list {
            let purposes = self.purposes(&answer.name);
            let side = if answer.granted { &mut yes } else { &mut no };
            *side = side.union(purposes);
            if purposes.is_empty()
                && let Some(vendor) = self.vendor(&answer.name, catalogue)
            {
                match vendors.iter_mut().find(|(id, _)| *id == vendor) {
                    Some((_, granted)) => *granted &= answer.granted,
                    None => vendors.push((vendor, answer.granted)),
                }
            }
        }
        // Of several groups that the operator named for a purpose, all must be granted.
        let mut lacking = Purposes::NONE;
        for (name, purposes) in &self.groups {
            let is_granted = |answer: &super::Answer| {
                answer.granted && answer.name.to_lowercase() == name.as_ref()
            };
            if !answers.list.iter().any(is_granted) {
                lacking = lacking.union(*purposes);
            }
        }
        if let Some(tc_string) = &answers.vendors {
            for (purpose, numbers) in &self.numbers {
                let side = if tc_string.consents(numbers) {
                    &mut yes
                } else {
                    &mut no
                };
                *side = side.with(*purpose);
            }
        }
        // Where none of them was answered, nobody was asked.
        no = no.union(lacking.intersection(yes));
        if answers.unlisted_refused {
            no = no.union(Purposes::ALL.difference(yes));
        }
        let asked = Purposes::ALL.difference(Purposes::NECESSARY);
        let (granted, refused) = (
            yes.difference(no).intersection(asked),
            no.intersection(asked),
        );
        self.add_listed_vendors(answers, granted, catalogue, &mut vendors);
        vendors.retain(|(id, yes)| {
            let purpose = catalogue.vendor(*id).map(|vendor| vendor.purpose);
            purpose.is_some_and(|purpose| {
                let same = if *yes { granted } else { refused };
                purpose != Purpose::Necessary && !same.contains(purpose)
            })
        });
        Reading {
            granted,
            refused,
            vendors,
        }
    }

    /// Vendors of the Global Vendor List need consent of their own beside that to their purposes.
    fn add_listed_vendors(
        &self,
        answers: &Answers,
        granted: Purposes,
        catalogue: &Catalogue,
        vendors: &mut Vec<(VendorId, bool)>,
    ) {
        let Some(tc_string) = &answers.vendors else {
            return;
        };
        for (id, vendor) in catalogue.iter() {
            let Some(number) = vendor.iab_vendor else {
                continue;
            };
            let numbers = self
                .numbers
                .iter()
                .find(|(purpose, _)| *purpose == vendor.purpose);
            if granted.contains(vendor.purpose)
                && let Some((_, numbers)) = numbers
                && !tc_string.allows(number, numbers)
            {
                vendors.push((id, false));
            }
        }
    }
}
