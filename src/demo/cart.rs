//! The cart: how many of each bell, kept in the `cart` cookie (`wren.2_lapwing.1`), and its page.
//!
//! The shop has no memory, so the cookie is all there is: a cart that survives the gateway shows
//! that necessary cookies pass. What the cookie holds is only ever compared with the table of
//! bells, never shown.

use super::bells::{BELLS, by_slug};
use super::cookies::pairs;

/// Nobody needs more bells than this.
const MOST: u32 = 9;

/// How many of each bell, in the order of the shelf.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Cart([u32; BELLS.len()]);

impl Cart {
    /// The cart in the visitor's cookies; what cannot be read is not in it.
    pub(super) fn from_fields(cookie_fields: &[String]) -> Self {
        let mut cart = Self::default();
        let value = pairs(cookie_fields)
            .find(|(name, _)| *name == "cart")
            .map_or("", |(_, value)| value);
        for item in value.split('_') {
            let Some((slug, number)) = item.split_once('.') else {
                continue;
            };
            cart.change(slug, |_| number.parse().unwrap_or(0));
        }
        cart
    }

    /// The cart after `POST /cart?add=…` or `?remove=…`; another query changes nothing.
    pub(super) fn after(mut self, query: &str) -> Self {
        for parameter in query.split('&') {
            match parameter.split_once('=') {
                Some(("add", slug)) => self.change(slug, |number| number.saturating_add(1)),
                Some(("remove", slug)) => self.change(slug, |_| 0),
                _ => {}
            }
        }
        self
    }

    fn change(&mut self, slug: &str, new: impl FnOnce(u32) -> u32) {
        let found = BELLS
            .iter()
            .zip(&mut self.0)
            .find(|(bell, _)| bell.slug == slug);
        if let Some((_, number)) = found {
            *number = new(*number).min(MOST);
        }
    }

    /// How many bells are in it.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().sum()
    }

    /// The `Set-Cookie` value that keeps it for a week.
    pub(super) fn set_cookie(&self) -> String {
        let items: Vec<String> = BELLS
            .iter()
            .zip(self.0)
            .filter(|(_, number)| *number > 0)
            .map(|(bell, number)| format!("{}.{number}", bell.slug))
            .collect();
        format!("cart={}; Path=/; Max-Age=604800", items.join("_"))
    }

    /// The content of `/cart`.
    pub(super) fn page(&self) -> String {
        if self.count() == 0 {
            return EMPTY.to_owned();
        }
        let mut items = String::new();
        let mut total = 0;
        for (bell, number) in BELLS.iter().zip(self.0).filter(|(_, number)| *number > 0) {
            total += bell.euros * number;
            items.push_str(&format!(
                r#"<li>{picture}<div><a class="name" href="/products/{slug}">{name}</a><p>{number} × €{euros}</p></div>
<form method="post" action="/cart?remove={slug}"><button class="quiet">Remove<span class="hidden"> {name}</span></button></form></li>"#,
                picture = bell.picture(),
                slug = bell.slug,
                name = bell.name,
                euros = bell.euros,
            ));
        }
        format!(
            r#"<div class="wrap prose"><h1>Your cart</h1>
<ul class="cart">{items}</ul>
<p class="total"><span>Together</span><span>€{total}</span></p>
<p class="lead">The road ends here: the shop is invented, and nobody will ask for your address.</p>
<p><a href="/">Back to the bells</a></p></div>"#
        )
    }
}

const EMPTY: &str = r#"<div class="wrap prose"><h1>Your cart is quiet</h1>
<p class="lead">There is nothing in it yet. Start with the one that we started with.</p>
<div class="actions"><a class="button" href="/products/wren">Look at the Wren</a> <a href="/">See all four bells</a></div></div>"#;

/// Whether `query` asks for a bell that exists.
pub(super) fn asks_for_a_bell(query: &str) -> bool {
    query.split('&').any(|parameter| {
        matches!(parameter.split_once('='), Some(("add" | "remove", slug)) if by_slug(slug).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(cookie: &str) -> Cart {
        Cart::from_fields(&[cookie.to_owned()])
    }

    #[test]
    fn the_cookie_holds_the_cart_and_nothing_else() {
        for (cookie, expected) in [
            ("", "cart="),
            ("sid=1; cart=wren.2_lapwing.1; x=y", "cart=wren.2_lapwing.1"),
            ("cart=wren.99", "cart=wren.9"),
            ("cart=wren.4294967296_bittern.1", "cart=bittern.1"),
            ("cart=<script>.3_owl.1_.._", "cart="),
        ] {
            let set = cart(cookie).set_cookie();
            assert_eq!(set.split(';').next(), Some(expected), "{cookie}");
        }
    }

    #[test]
    fn adding_and_removing_change_one_bell() {
        for (query, expected) in [
            ("add=wren", "cart=wren.2_bittern.1"),
            ("remove=wren", "cart=bittern.1"),
            ("add=owl&x", "cart=wren.1_bittern.1"),
        ] {
            let after = cart("cart=wren.1_bittern.1").after(query);
            assert!(after.set_cookie().starts_with(expected), "{query}");
        }
    }
}
