//! The third parties in a page: the snippets that vendors publish, on pages behind privet, with
//! local stand-ins for the vendors that keep every request.

mod broken;
mod change_of_mind;
mod consent;
mod history;
#[path = "../../gate/nasty.rs"]
#[allow(dead_code, reason = "a part is used here")]
mod nasty;
mod platforms;
mod rules;
mod site;
mod stand_in;
mod visitor;
mod world;
