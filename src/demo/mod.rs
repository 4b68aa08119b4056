//! The bundled demonstration website (`upstream = "demo"`): an invented shop for bicycle bells.
//!
//! It behaves as many shops do: every page sets its own few cookies and those of eleven trackers,
//! without asking anybody. Its home page shows what arrived at it, so that the effect of the
//! gateway in front is seen at once. A pure function answers; it opens nothing and keeps nothing.
//!
//! Flow: [`respond()`] routes to a page (`home`, `product`, `cart`, `about`, `missing`), `layout`
//! wraps it, `cookies` says what is set, `assets` holds style sheet and pictures.

mod about;
mod assets;
mod bells;
mod cart;
mod cookies;
mod home;
mod layout;
mod missing;
mod product;
mod respond;
mod sound;

pub use respond::respond;
