//! The third parties in a page: the snippets that vendors publish, on pages behind privet, with
//! local stand-ins for the vendors that keep every request.

mod change_of_mind;
mod consent;
mod site;
mod stand_in;
mod visitor;
mod world;
