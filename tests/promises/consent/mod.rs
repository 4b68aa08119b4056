//! Consent over the wire: told, taken, stored, withdrawn, and what the browser's signals do to it.

mod assets;
mod form;
mod platforms;
mod prefix;
mod signals;
mod stored;
mod withdrawal;
