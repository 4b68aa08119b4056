//! The four bells that the shop pretends to sell.
//!
//! A closed table: a slug that is not in it is answered with 404, so no text of a request can
//! become part of a product page or of the cart.

/// A bell and all that its page says about it.
#[derive(Debug)]
pub(super) struct Bell {
    /// Name in URLs, in the `cart` cookie and of the style class.
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    pub(super) tagline: &'static str,
    /// What it is like, a paragraph each.
    pub(super) story: [&'static str; 2],
    /// Price in whole euros.
    pub(super) euros: u32,
    /// The notes that it sounds, with their frequency in hertz.
    pub(super) notes: &'static [(&'static str, u16)],
    /// Tenths of a second until it falls silent.
    pub(super) rings: u8,
    /// Heard over quiet traffic at so many metres.
    pub(super) carries: u8,
    pub(super) grams: u16,
    pub(super) material: &'static str,
}

/// Every bell, in the order of the shelf.
pub(super) const BELLS: [Bell; 4] = [
    Bell {
        slug: "wren",
        name: "Wren",
        tagline: "Small, bright, and answered at once.",
        story: [
            "The bell we made first and still make most. One stroke of the thumb gives a clear, high note that people turn towards rather than away from.",
            "The dome is spun from a single disc of brass and left without lacquer: it will go the colour of honey by the second spring.",
        ],
        euros: 34,
        notes: &[("E6", 1319)],
        rings: 32,
        carries: 35,
        grams: 74,
        material: "Spun brass",
    },
    Bell {
        slug: "goldcrest",
        name: "Goldcrest",
        tagline: "Thirty-one grams, spring and all.",
        story: [
            "For handlebars with no room left. The shell is no wider than a walnut, and a sprung striker makes the most of it: flick the ball and it rings by itself.",
            "It sits on a strap instead of a clamp, so it moves between bicycles as fast as you do.",
        ],
        euros: 29,
        notes: &[("B6", 1976)],
        rings: 16,
        carries: 22,
        grams: 31,
        material: "Blackened bell metal, gold-filled stripe",
    },
    Bell {
        slug: "lapwing",
        name: "Lapwing",
        tagline: "Two notes: one to warn, one to say sorry.",
        story: [
            "Two shells face each other on one spindle, steel above and copper below. The striker swings between them and plays a falling third, the way a door bell does.",
            "It is the politest way we know of asking a whole towpath to step aside.",
        ],
        euros: 52,
        notes: &[("A5", 880), ("F♯5", 740)],
        rings: 44,
        carries: 40,
        grams: 148,
        material: "Stainless steel and copper",
    },
    Bell {
        slug: "bittern",
        name: "Bittern",
        tagline: "Low enough to be felt before it is heard.",
        story: [
            "Eighty millimetres of cast bronze on a leather strap, struck with a knob of pear wood. Made for cargo bicycles, tandems, and anything else that takes a while to stop.",
            "The green is real: six weeks in a box of damp sawdust and salt. No two come out alike.",
        ],
        euros: 78,
        notes: &[("D5", 587)],
        rings: 68,
        carries: 60,
        grams: 236,
        material: "Cast bronze, leather, pear wood",
    },
];

/// The bell of that slug.
pub(super) fn by_slug(slug: &str) -> Option<&'static Bell> {
    BELLS.iter().find(|bell| bell.slug == slug)
}

impl Bell {
    /// Its picture, with the tint of its own behind it.
    pub(super) fn picture(&self) -> String {
        format!(
            r#"<div class="picture {slug}"><img src="/assets/{slug}.svg" width="400" height="320" alt=""></div>"#,
            slug = self.slug
        )
    }

    /// Its notes in words.
    pub(super) fn sounds(&self) -> String {
        let notes: Vec<String> = self
            .notes
            .iter()
            .map(|(note, hertz)| format!("{note}, {hertz} Hz"))
            .collect();
        notes.join(" · ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slugs_of_the_table_are_found() {
        assert_eq!(by_slug("lapwing").map(|bell| bell.euros), Some(52));
        for stranger in ["", "Wren", "wren/", "../wren", "<b>"] {
            assert!(by_slug(stranger).is_none(), "{stranger:?}");
        }
    }
}
