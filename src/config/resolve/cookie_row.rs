//! One row of a list of cookies.
//!
//! A row that can't mean a cookie of a website (the format lists keys of `localStorage` too), or
//! that would claim too much, is left out with a warning. A name may hold characters that are
//! wildcards to privet; here they stand for themselves, and only the column `Wildcard match` makes a
//! name the beginning of others.

use std::ops::Range;

use super::{
    cookie_list::{CATEGORY, Columns, NAME, Notes, PLATFORM, PORTALS, RETENTION, WILDCARD, whole},
    retention::lifetime,
    vendor::is_url,
};
use crate::{
    config::{csv::Field, mistake::nearest, node::one_of, problem::Problem},
    privacy::{CONSENT_COOKIE, Purpose, VendorCookie, exactly, slug},
};

const PLATFORM_LIMIT: usize = 100;
/// The vendor of cookies whose platform is not named.
const UNNAMED: &str = "Unnamed";
const NAME_LIMIT: usize = 256;
/// A wildcard after fewer characters would claim cookies of half the web.
const SHORTEST_PREFIX: usize = 3;
/// What privet itself keeps in browsers, and must be able to read.
const OWN: [&str; 2] = [CONSENT_COOKIE, "privet_mirror"];

/// What the format calls purposes. Much of its `Functional` is strictly necessary in a website's
/// hands (sessions, carts), but only its operator knows which.
const CATEGORIES: &[(&str, Purpose)] = &[
    ("Functional", Purpose::Functional),
    ("Analytics", Purpose::Analytics),
    ("Marketing", Purpose::Marketing),
    ("Personalization", Purpose::Functional),
    ("Preferences", Purpose::Functional),
    ("Security", Purpose::Necessary),
    ("Necessary", Purpose::Necessary),
];

/// What a row says.
pub(super) struct Row {
    pub(super) platform: String,
    pub(super) purpose: Purpose,
    pub(super) cookie: VendorCookie,
    pub(super) policy: Option<String>,
}

/// Reads a row; `None` if it has a mistake or is left out.
pub(super) fn row(fields: &[Field<'_>], columns: &Columns, notes: &Notes<'_>) -> Option<Row> {
    if fields.len() != columns.count {
        let (found, wanted) = (fields.len(), columns.count);
        let problem = Problem::error(format!("{found} fields, where the header has {wanted}"));
        let expected = "quotes around fields that hold a comma";
        notes.add(&whole(fields), "", problem.expecting(expected));
        return None;
    }
    let cell = |index: usize, column: &'static str| {
        let field = fields.get(index)?;
        Some(Cell {
            text: field.text.trim(),
            place: &field.place,
            column,
            notes,
        })
    };
    let platform = cell(columns.platform, PLATFORM)?.platform();
    let purpose = cell(columns.category, CATEGORY)?.purpose();
    let wildcard = cell(columns.wildcard, WILDCARD)?.wildcard();
    let name = cell(columns.name, NAME)?.pattern(wildcard);
    let retention = cell(columns.retention, RETENTION)?;
    let portals = columns.portals.and_then(|index| cell(index, PORTALS));
    let portal = portals.filter(|cell| is_url(cell.text));
    wildcard?;
    Some(Row {
        platform: platform?.to_owned(),
        purpose: purpose?,
        cookie: VendorCookie {
            name: name?,
            max_lifetime: lifetime(retention.text),
        },
        policy: portal.map(|cell| cell.text.to_owned()),
    })
}

/// A field of a known column.
struct Cell<'a> {
    text: &'a str,
    place: &'a Range<usize>,
    column: &'static str,
    notes: &'a Notes<'a>,
}

impl<'a> Cell<'a> {
    /// Notes what is wrong with the field, as it is written.
    fn report(&self, problem: Problem) {
        let problem = if self.text.is_empty() {
            problem
        } else {
            problem.about(self.text)
        };
        self.notes.add(self.place, self.column, problem);
    }

    fn platform(&self) -> Option<&'a str> {
        let length = self.text.chars().count();
        if self.text.is_empty() {
            // The row still says what the cookie is for; without it, the cookie might pass.
            let problem = format!("is empty; its vendor is called {UNNAMED:?}");
            self.report(Problem::warning(problem).expecting("whose cookie it is"));
            return Some(UNNAMED);
        } else if length > PLATFORM_LIMIT {
            let expected = format!("a name of 1 to {PLATFORM_LIMIT} characters");
            self.report(Problem::error("is too long").expecting(expected));
        } else if self.text.chars().any(char::is_control) {
            self.report(Problem::error("holds a control character"));
        } else if slug(self.text).is_empty() {
            // It stands so in the cookie that carries the visitor's choice.
            let problem = Problem::error("is not a name that a choice can be stored by");
            self.report(problem.expecting("letters of A to Z, or digits, in it"));
        } else {
            return Some(self.text);
        }
        None
    }

    fn purpose(&self) -> Option<Purpose> {
        let mut known = CATEGORIES.iter();
        if let Some((_, purpose)) = known.find(|(name, _)| name.eq_ignore_ascii_case(self.text)) {
            return Some(*purpose);
        }
        let names: Vec<&str> = CATEGORIES.iter().map(|(name, _)| *name).collect();
        let what = if self.text.is_empty() {
            "is empty"
        } else {
            "is not a category"
        };
        let meant = nearest(self.text, names.iter().copied());
        self.report(Problem::error(what).expecting(one_of(&names)).meant(meant));
        None
    }

    fn wildcard(&self) -> Option<bool> {
        match self.text {
            "0" => Some(false),
            "1" => Some(true),
            text => {
                let what = if text.is_empty() {
                    "is empty"
                } else {
                    "is neither"
                };
                let expected = "1 for names that begin so, 0 for the name itself";
                self.report(Problem::error(what).expecting(expected));
                None
            }
        }
    }

    /// The name as a pattern; with `wildcard`, of all names that begin with it.
    fn pattern(&self, wildcard: Option<bool>) -> Option<String> {
        let is_prefix = wildcard == Some(true);
        let name = if is_prefix {
            // Whoever writes a wildcard too means the same.
            self.text.trim_end_matches('*')
        } else {
            self.text
        };
        let claims = |own: &&str| {
            if is_prefix {
                own.starts_with(name)
            } else {
                *own == name
            }
        };
        let own = OWN.iter().find(|own| claims(own));
        if self.text.is_empty() {
            self.report(Problem::error("is empty").expecting("the cookie's name"));
        } else if name.len() > NAME_LIMIT {
            let expected = format!("a name of at most {NAME_LIMIT} bytes");
            self.report(Problem::error("is too long").expecting(expected));
        } else if name
            .chars()
            .any(|character| character.is_control() || matches!(character, '=' | ';'))
        {
            self.leave_out("can't be a cookie's name");
        } else if is_prefix && name.chars().count() < SHORTEST_PREFIX {
            self.leave_out(&format!(
                "is less than {SHORTEST_PREFIX} characters, and would claim too many cookies as their beginning"
            ));
        } else if let Some(own) = own {
            self.leave_out(&format!("would claim privet's own cookie {own}"));
        } else {
            if wildcard == Some(false) && name.ends_with('*') {
                let problem = Problem::warning("is taken for a name that ends with \"*\"");
                self.report(
                    problem.expecting(format!("1 as {WILDCARD}, if names that begin so are meant")),
                );
            }
            let pattern = exactly(name);
            return Some(if is_prefix { pattern + "*" } else { pattern });
        }
        None
    }

    fn leave_out(&self, why: &str) {
        self.report(Problem::warning(format!("{why}; the row is left out")));
    }
}
