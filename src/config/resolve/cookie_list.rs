//! A list of cookies in the CSV format of the Open Cookie Database: from its rows to vendors.
//!
//! Every row is checked, so that one run finds every mistake; of a file with thousands of them only
//! the first are shown. Of two rows for the same name and vendor the first one holds.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
    ops::Range,
};

use super::cookie_row::{Row, row};
use crate::{
    config::{
        csv::{Field, Records},
        mistake::{nearest, quoted},
        problem::{Finding, Findings, Problem},
        source::Place,
    },
    privacy::{Purpose, Vendor, slug},
};

const ROW_LIMIT: usize = 100_000;
/// Errors, and warnings, that are shown of one file.
const SHOWN: usize = 50;

pub(super) const PLATFORM: &str = "Platform";
pub(super) const CATEGORY: &str = "Category";
pub(super) const NAME: &str = "Cookie / Data Key name";
pub(super) const RETENTION: &str = "Retention period";
pub(super) const PORTALS: &str = "User Privacy & GDPR Rights Portals";
pub(super) const WILDCARD: &str = "Wildcard match";

const NEEDED: [&str; 5] = [PLATFORM, CATEGORY, NAME, RETENTION, WILDCARD];

/// The vendors of `text`, one for each platform and purpose, in the order of their first rows.
pub(super) fn vendors(text: &str, findings: &Findings) -> Vec<Vendor> {
    let notes = Notes::new(findings);
    let mut list = List::default();
    let mut records = Records::new(text);
    let mut columns = None;
    let mut rows = 0;
    for record in &mut records {
        let fields = match record {
            Ok(fields) => fields,
            Err(malformed) => {
                let written = text.get(malformed.place.clone()).unwrap_or_default();
                let problem = Problem::error(malformed.what).about(written);
                let expected = "quotes around the whole field, and those inside it doubled";
                notes.add(&malformed.place, "", problem.expecting(expected));
                break;
            }
        };
        let Some(columns) = &columns else {
            columns = Columns::of(&fields, &notes);
            if columns.is_none() {
                break;
            }
            continue;
        };
        rows += 1;
        if rows > ROW_LIMIT {
            let problem = format!("has more than {ROW_LIMIT} rows");
            notes.add(&whole(&fields), "", Problem::error(problem));
            break;
        }
        if let Some(row) = row(&fields, columns, &notes) {
            list.add(row);
        }
    }
    if rows == 0 && !notes.has_any() {
        let problem = Problem::error("lists no cookies");
        let header = format!("a header with the columns {}, and rows", NEEDED.join(", "));
        notes.add(&(0..0), "", problem.expecting(header));
    }
    notes.close(text.len());
    list.vendors
}

/// What is noted of one file.
pub(super) struct Notes<'a> {
    findings: &'a Findings,
    errors: Cell<usize>,
    warnings: Cell<usize>,
}

impl<'a> Notes<'a> {
    fn new(findings: &'a Findings) -> Self {
        Self {
            findings,
            errors: Cell::new(0),
            warnings: Cell::new(0),
        }
    }

    pub(super) fn add(&self, place: &Range<usize>, column: &str, problem: Problem) {
        let count = if problem.is_error() {
            &self.errors
        } else {
            &self.warnings
        };
        count.set(count.get() + 1);
        if count.get() <= SHOWN {
            self.findings.add(Finding {
                place: Some(Place::new(0, place)),
                key: column.to_owned(),
                problem,
            });
        }
    }

    fn has_any(&self) -> bool {
        self.errors.get() + self.warnings.get() > 0
    }

    /// Says at the `end` of the file how much was not shown.
    fn close(self, end: usize) {
        let more = |count: &Cell<usize>| count.get().saturating_sub(SHOWN);
        let (errors, warnings) = (more(&self.errors), more(&self.warnings));
        let say = |problem| {
            self.findings.add(Finding {
                place: Some(Place::new(0, &(end..end))),
                key: String::new(),
                problem,
            });
        };
        if errors > 0 {
            say(Problem::error(format!(
                "{errors} more mistakes in this file"
            )));
        }
        if warnings > 0 {
            say(Problem::warning(format!(
                "{warnings} more warnings in this file"
            )));
        }
    }
}

/// Which field of a row is which.
pub(super) struct Columns {
    pub(super) count: usize,
    pub(super) platform: usize,
    pub(super) category: usize,
    pub(super) name: usize,
    pub(super) retention: usize,
    pub(super) wildcard: usize,
    pub(super) portals: Option<usize>,
}

impl Columns {
    fn of(header: &[Field<'_>], notes: &Notes<'_>) -> Option<Self> {
        let found: Vec<&str> = header.iter().map(|field| field.text.trim()).collect();
        let place = |column: &str| {
            let mut places = found.iter().zip(0..);
            let (_, place) = places.find(|(name, _)| name.eq_ignore_ascii_case(column))?;
            Some(place)
        };
        for column in NEEDED.iter().chain([&PORTALS]) {
            let mut same = header
                .iter()
                .filter(|field| field.text.trim().eq_ignore_ascii_case(column));
            if let Some(second) = same.nth(1) {
                notes.add(&second.place, column, Problem::error("is a column twice"));
            }
        }
        let required = |column: &str| {
            let place = place(column);
            if place.is_none() {
                let others = found.iter().copied();
                let names: Vec<String> = others.clone().map(quoted).collect();
                let problem = format!("is missing among the columns {}", names.join(", "));
                let expected = format!("a header with {}", NEEDED.join(", "));
                let meant = nearest(column, others).map(|_| column);
                let problem = Problem::error(problem).expecting(expected).meant(meant);
                notes.add(&whole(header), column, problem);
            }
            place
        };
        let [platform, category, name, retention, wildcard] = NEEDED.map(required);
        Some(Self {
            count: header.len(),
            platform: platform?,
            category: category?,
            name: name?,
            retention: retention?,
            wildcard: wildcard?,
            portals: place(PORTALS),
        })
    }
}

/// The place of a whole row.
pub(super) fn whole(fields: &[Field<'_>]) -> Range<usize> {
    let start = fields.first().map_or(0, |field| field.place.start);
    start..fields.last().map_or(start, |field| field.place.end)
}

/// The vendors so far.
#[derive(Default)]
struct List {
    vendors: Vec<Vendor>,
    seats: HashMap<(String, Purpose), usize>,
    listed: HashSet<(usize, String)>,
}

impl List {
    fn add(&mut self, row: Row) {
        let new = self.vendors.len();
        let key = (slug(&row.platform), row.purpose);
        let seat = *self.seats.entry(key).or_insert(new);
        if seat == new {
            self.vendors.push(Vendor {
                name: row.platform,
                purpose: row.purpose,
                country: None,
                iab_vendor: None,
                cookies: Vec::new(),
                hosts: Vec::new(),
                paths: Vec::new(),
                policy: None,
                marks: Default::default(),
            });
        }
        let is_new = self.listed.insert((seat, row.cookie.name.clone()));
        if let Some(vendor) = self.vendors.get_mut(seat).filter(|_| is_new) {
            vendor.cookies.push(row.cookie);
            vendor.policy = vendor.policy.take().or(row.policy);
        }
    }
}
