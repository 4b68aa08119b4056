//! The consent ledger's proof, pure: what a record says, and what binds all of them together.
//!
//! The operator must be able to demonstrate consent (GDPR Art. 7(1)) and to erase it (Art. 17). So a
//! link of the chain holds no record, only a salted commitment to one: without the salt and the
//! record, which are deleted together, it tells nothing, and the chain still holds.
//!
//! ```text
//! commitment = SHA-256(label, salt, record)        the record as canonical JSON (RFC 8785)
//! link       = SHA-256(label, number, day, previous link, commitment)
//! ```
//!
//! Each link covers everything before it. The last link of a day is that day's root: whoever has
//! noted it elsewhere can tell later that nothing up to it was changed, added or left out.
//! Erasing and pruning are statements of the chain themselves, so that neither can be pretended.
//!
//! Random bytes and times come in as arguments; `crate::ledger` keeps all this on disk.

mod chain;
mod consent_id;
mod csv;
mod date;
mod digest;
mod json;
mod rendering;
mod statement;
mod verify;

pub use chain::{Entry, Head, Link, Opened, Salt, Sealed};
pub use consent_id::ConsentId;
pub use csv::{COLUMNS, CsvColumns, csv_row};
pub use date::{Day, Timestamp};
pub use digest::Digest;
pub use json::{entry_from_json, entry_to_json};
pub use rendering::Rendering;
pub use statement::{Record, RecordSource, Statement};
pub use verify::{Claims, Fault, Selection, Verdict, Verifier};
