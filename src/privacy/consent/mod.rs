//! What this visitor consented to, and who says so.
//!
//! Signals are asked in the operator's order; for each purpose the first that holds an answer
//! decides. A new signal is one file here and one line in [`signals`].

mod choice;
mod decide;
mod policy;
mod signals;

pub(super) use choice::without_id;
pub use choice::{CONSENT_COOKIE, Choice};
pub use decide::{Consent, ConsentSource, State};
pub use policy::{ConsentPolicy, PlatformReading};
pub use signals::consent_id;
pub use signals::{Answer, Answers, MIRROR_COOKIE, Outcome, PlatformId, SERVICE_ALIASES};
pub(super) use signals::{do_not_track, global_privacy_control};
