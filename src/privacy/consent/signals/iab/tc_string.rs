//! A TC string (IAB Tech Lab, Consent string and vendor list formats v2): `core.segment.segment`.
//!
//! Only consent counts, legitimate interest never does. A string that the framework's own policies
//! call void is not read: one made before TCF 2.2 (policy version 4), one for many websites at
//! once, one that bases advertising on legitimate interest, one of March 2026 or later that does
//! not say which vendors were shown.

use super::{
    bits::{Bits, CUT_OFF, Read},
    vendor_section::{Range, Vendors, ranges},
};

/// The policies of TCF 2.2.
const FIRST_VALID_POLICY: u32 = 4;
/// Purposes 3 to 6 as bits of 24, of which the leftmost is purpose 1.
const CONSENT_ONLY: u32 = 0b1111 << 18;
/// The first moment of March 2026, in tenths of a second since 1970; until then strings could do
/// without disclosed vendors.
const DISCLOSURE_BEGINS: u64 = 17_723_232_000;
/// Bits of the shortest publisher restriction: purpose, kind, and that it is about no vendor.
const SHORTEST_RESTRICTION: usize = 20;

/// What a TC string says. By default that nothing is consented to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::privacy::consent::signals) struct TcString {
    /// Purposes consented to, as in the string.
    purposes: u32,
    /// Vendors that are consented to and, where the string says so, were shown.
    vendors: Vendors,
    /// Purposes, each as a bit of 24, for which the website forbids some vendors everything.
    forbidden: Vec<(u32, Vendors)>,
}

/// What the segments behind the core say.
#[derive(Default)]
struct Segments {
    disclosed: Option<Vendors>,
    /// Types that have been there, as bits: so no string holds more segments than there are types.
    seen: u8,
}

impl TcString {
    /// Reads a string; else in what way it is malformed or void.
    pub(super) fn read(text: &[u8]) -> Read<Self> {
        let mut parts = text.split(|byte| *byte == b'.');
        let (mut string, created) = Self::core(parts.next().unwrap_or_default())?;
        let mut segments = Segments::default();
        for part in parts {
            segments.read(part)?;
        }
        match segments.disclosed {
            Some(disclosed) => string.vendors.intersect(&disclosed),
            None if created >= DISCLOSURE_BEGINS => {
                return Err("does not say which vendors were shown");
            }
            None => {}
        }
        Ok(string)
    }

    /// The core, and when the string was made.
    fn core(text: &[u8]) -> Read<(Self, u64)> {
        let mut bits = Bits::of(text)?;
        if bits.number(6)? != 2 {
            return Err("is not of version 2");
        }
        let created = u64::from(bits.number(18)?) << 18 | u64::from(bits.number(18)?);
        // When it was changed, by which platform and its version, on which screen, in which
        // language, by which list of vendors.
        bits.skip(36 + 12 + 12 + 6 + 12 + 12)?;
        if bits.number(6)? < FIRST_VALID_POLICY {
            return Err("is void: it was made before TCF 2.2");
        }
        if !bits.flag()? {
            return Err("is void: it is not for this website alone");
        }
        // Own texts, special features.
        bits.skip(1 + 12)?;
        let purposes = bits.number(24)?;
        if bits.number(24)? & CONSENT_ONLY != 0 {
            return Err("is void: it bases advertising on legitimate interest");
        }
        // Whether purpose 1 was asked for, and the publisher's country.
        bits.skip(1 + 12)?;
        let vendors = Vendors::read(&mut bits)?;
        let _legitimate_interest = Vendors::read(&mut bits)?;
        let forbidden = forbidden(&mut bits)?;
        bits.end()?;
        let string = Self {
            purposes,
            vendors,
            forbidden,
        };
        Ok((string, created))
    }

    /// Whether each of `purposes` (1 to 24) is consented to.
    pub(in crate::privacy::consent::signals) fn consents(&self, purposes: &[u8]) -> bool {
        let needed = bits_of(purposes);
        needed.is_some_and(|needed| self.purposes & needed == needed)
    }

    /// Whether the vendor of that id in the Global Vendor List may, on consent, pursue each of
    /// `purposes` (1 to 24).
    pub(in crate::privacy::consent::signals) fn allows(
        &self,
        vendor: u16,
        purposes: &[u8],
    ) -> bool {
        let allows = |needed: u32| {
            let mut forbidden = self.forbidden.iter();
            !forbidden.any(|(purpose, vendors)| purpose & needed != 0 && vendors.contains(vendor))
        };
        self.vendors.contains(vendor)
            && bits_of(purposes)
                .is_some_and(|needed| self.purposes & needed == needed && allows(needed))
    }

    /// What both grant.
    pub(in crate::privacy::consent::signals) fn agreeing_with(mut self, other: &Self) -> Self {
        self.purposes &= other.purposes;
        self.vendors.intersect(&other.vendors);
        self.forbidden.extend(other.forbidden.iter().cloned());
        self
    }
}

/// `purposes` as bits of 24; `None` if there are none, or others than 1 to 24.
fn bits_of(purposes: &[u8]) -> Option<u32> {
    let bits = purposes.iter().try_fold(0, |bits, purpose| {
        (1..=24)
            .contains(purpose)
            .then(|| bits | 1 << (24 - u32::from(*purpose)))
    })?;
    (bits != 0).then_some(bits)
}

/// Which vendors the website forbids everything, for each purpose. Restrictions that demand
/// consent demand what is always demanded here; those that demand legitimate interest speak of
/// what never counts.
fn forbidden(bits: &mut Bits) -> Read<Vec<(u32, Vendors)>> {
    let count = usize::try_from(bits.number(12)?).unwrap_or(usize::MAX);
    if count.saturating_mul(SHORTEST_RESTRICTION) > bits.left() {
        return Err(CUT_OFF);
    }
    let mut forbidden: Vec<(u32, Vec<Range>)> = Vec::new();
    for _ in 0..count {
        let purpose = u8::try_from(bits.number(6)?).unwrap_or_default();
        let kind = bits.number(2)?;
        let ranges = ranges(bits)?;
        match (kind, bits_of(&[purpose])) {
            (0, Some(purpose)) => match forbidden.iter_mut().find(|(own, _)| *own == purpose) {
                Some((_, others)) => others.extend(ranges),
                None => forbidden.push((purpose, ranges)),
            },
            // Purposes that don't exist yet are none that anybody asks for.
            (0..=2, _) => {}
            _ => return Err("has a publisher restriction of no known kind"),
        }
    }
    let forbidden = forbidden.into_iter();
    Ok(forbidden
        .map(|(purpose, ranges)| (purpose, Vendors::of_ranges(ranges)))
        .collect())
}

impl Segments {
    /// Reads one more; those that are not known are passed over.
    fn read(&mut self, text: &[u8]) -> Read<()> {
        let mut bits = Bits::of(text)?;
        let kind = bits.number(3)?;
        if self.seen & 1 << kind != 0 {
            return Err("has a segment twice");
        }
        self.seen |= 1 << kind;
        match kind {
            0 => return Err("has two cores"),
            1 => self.disclosed = Some(Vendors::read(&mut bits)?),
            2 => drop(Vendors::read(&mut bits)?),
            3 => {
                // The website's own consent and legitimate interest, for the framework's purposes
                // and for as many of its own.
                bits.skip(24 + 24)?;
                let own = usize::try_from(bits.number(6)?).unwrap_or(usize::MAX);
                bits.skip(own.saturating_mul(2))?;
            }
            _ => return Ok(()),
        }
        bits.end()
    }
}
