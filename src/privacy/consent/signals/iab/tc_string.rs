//! A TC string (IAB Tech Lab, Consent string and vendor list formats v2).

/// What a TC string says. By default that nothing is consented to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(in crate::privacy::consent::signals) struct TcString {}

impl TcString {
    /// Whether each of `purposes` (1 to 24) is consented to.
    pub(in crate::privacy::consent::signals) fn consents(&self, _purposes: &[u8]) -> bool {
        false
    }

    /// Whether the vendor of that id in the Global Vendor List may, on consent, pursue each of
    /// `purposes` (1 to 24).
    pub(in crate::privacy::consent::signals) fn allows(
        &self,
        _vendor: u16,
        _purposes: &[u8],
    ) -> bool {
        false
    }

    /// What both grant.
    pub(in crate::privacy::consent::signals) fn agreeing_with(self, _other: &Self) -> Self {
        self
    }
}
