//! What an entry of the ledger says, and the one way in which it is spelled.
//!
//! The spelling is canonical JSON (RFC 8785): no white space, keys in order of their bytes. What a
//! commitment covers can so be made again from any export by anybody.

use serde_json::{Map, Value};

use super::{consent_id::ConsentId, date::Timestamp, digest::Digest};
use crate::privacy::purpose::{Purpose, Purposes};

/// An entry's content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Statement {
    /// A visitor chose.
    Consent(Box<Record>),
    /// The contents of these entries were deleted.
    Erasure {
        /// When.
        time: Timestamp,
        /// Their numbers.
        numbers: Vec<u64>,
    },
    /// Everything up to this entry was deleted, because its retention was over.
    Pruning {
        /// When.
        time: Timestamp,
        /// The last entry that is gone.
        through: u64,
        /// Its link.
        link: Digest,
    },
}

/// A visitor's choice: no address, no user agent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Record {
    /// Whose.
    pub id: ConsentId,
    /// When.
    pub time: Timestamp,
    /// On which website, as the browser named it.
    pub host: String,
    /// By what the visitor was asked.
    pub source: RecordSource,
    /// `consent.policy_version`.
    pub policy_version: String,
    /// The version of privet's texts.
    pub texts_version: String,
    /// Their language (RFC 5646).
    pub language: String,
    /// Purposes that may be served from then on.
    pub granted: Purposes,
    /// Purposes that may not.
    pub refused: Purposes,
    /// Vendors that were granted apart from their purpose, by name.
    pub vendors_granted: Vec<String>,
    /// Vendors that were refused apart from their purpose.
    pub vendors_refused: Vec<String>,
    /// What the visitor was shown; `None` if privet can't tell.
    pub rendering: Option<Digest>,
}

/// By what a visitor was asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RecordSource {
    /// The banner in a page.
    Banner,
    /// The privacy centre.
    Centre,
    /// The placeholder of an embed.
    Embed,
    /// A form or program that does not say.
    Unknown,
}

impl RecordSource {
    const ALL: [Self; 4] = [Self::Banner, Self::Centre, Self::Embed, Self::Unknown];

    /// The name in forms and exports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Banner => "banner",
            Self::Centre => "centre",
            Self::Embed => "embed",
            Self::Unknown => "unknown",
        }
    }

    /// The source of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

impl Statement {
    /// The canonical spelling.
    pub fn to_canonical(&self) -> Vec<u8> {
        self.to_json().to_string().into_bytes()
    }

    /// Reads a canonical spelling.
    pub fn from_canonical(bytes: &[u8]) -> Option<Self> {
        let value = serde_json::from_slice(bytes).ok()?;
        Self::from_json(&value).filter(|statement| statement.to_canonical() == bytes)
    }

    /// When it was made.
    pub fn time(&self) -> Timestamp {
        match self {
            Self::Consent(record) => record.time,
            Self::Erasure { time, .. } | Self::Pruning { time, .. } => *time,
        }
    }

    /// Whose record it is, if it is one.
    pub fn consent_id(&self) -> Option<ConsentId> {
        match self {
            Self::Consent(record) => Some(record.id),
            Self::Erasure { .. } | Self::Pruning { .. } => None,
        }
    }

    /// As an object.
    pub fn to_json(&self) -> Value {
        let fields = match self {
            Self::Consent(record) => record.fields(),
            Self::Erasure { time, numbers } => vec![
                ("erased", numbers.clone().into()),
                ("kind", "erasure".into()),
                ("time", time.to_string().into()),
            ],
            Self::Pruning {
                time,
                through,
                link,
            } => vec![
                ("kind", "pruning".into()),
                ("link", link.to_string().into()),
                ("through", (*through).into()),
                ("time", time.to_string().into()),
            ],
        };
        let fields = fields.into_iter();
        // `Map` keeps its keys in order, and so are they here, should it ever not.
        Value::Object(fields.map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// From an object that has these fields and no others.
    pub fn from_json(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        let time = Timestamp::parse(text(fields, "time")?)?;
        let (statement, count) = match text(fields, "kind")? {
            "consent" => (Self::Consent(Box::new(Record::read(fields, time)?)), 13),
            "erasure" => {
                let numbers = fields.get("erased")?.as_array()?.iter().map(Value::as_u64);
                let numbers = numbers.collect::<Option<_>>()?;
                (Self::Erasure { time, numbers }, 3)
            }
            "pruning" => {
                let through = fields.get("through")?.as_u64()?;
                let link = Digest::parse(text(fields, "link")?)?;
                let pruning = Self::Pruning {
                    time,
                    through,
                    link,
                };
                (pruning, 4)
            }
            _ => return None,
        };
        (fields.len() == count).then_some(statement)
    }
}

impl Record {
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let rendering = self.rendering.map(|digest| digest.to_string());
        vec![
            ("host", self.host.as_str().into()),
            ("id", self.id.to_string().into()),
            ("kind", "consent".into()),
            ("language", self.language.as_str().into()),
            ("policy_version", self.policy_version.as_str().into()),
            ("purposes_granted", names(self.granted)),
            ("purposes_refused", names(self.refused)),
            ("rendering", rendering.into()),
            ("source", self.source.name().into()),
            ("texts_version", self.texts_version.as_str().into()),
            ("time", self.time.to_string().into()),
            ("vendors_granted", self.vendors_granted.clone().into()),
            ("vendors_refused", self.vendors_refused.clone().into()),
        ]
    }

    fn read(fields: &Map<String, Value>, time: Timestamp) -> Option<Self> {
        let owned = |key| text(fields, key).map(str::to_owned);
        let rendering = match fields.get("rendering")? {
            Value::Null => None,
            digest => Some(Digest::parse(digest.as_str()?)?),
        };
        Some(Self {
            id: ConsentId::parse(text(fields, "id")?)?,
            time,
            host: owned("host")?,
            source: RecordSource::from_name(text(fields, "source")?)?,
            policy_version: owned("policy_version")?,
            texts_version: owned("texts_version")?,
            language: owned("language")?,
            granted: purposes(fields, "purposes_granted")?,
            refused: purposes(fields, "purposes_refused")?,
            vendors_granted: list(fields, "vendors_granted")?,
            vendors_refused: list(fields, "vendors_refused")?,
            rendering,
        })
    }
}

fn names(purposes: Purposes) -> Value {
    purposes.iter().map(Purpose::name).collect()
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    fields.get(key)?.as_str()
}

fn list(fields: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
    let items = fields.get(key)?.as_array()?.iter();
    items.map(|item| item.as_str().map(str::to_owned)).collect()
}

fn purposes(fields: &Map<String, Value>, key: &str) -> Option<Purposes> {
    let names = list(fields, key)?;
    let purposes = names.iter().map(|name| Purpose::from_name(name));
    purposes.collect()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::privacy::ledger) fn record(seed: u8) -> Record {
        Record {
            id: ConsentId::new([seed; 16]),
            time: Timestamp(1_795_514_400 + i64::from(seed) * 3600),
            host: "www.example.com".into(),
            source: RecordSource::Centre,
            policy_version: "2026-11".into(),
            texts_version: "1".into(),
            language: "en".into(),
            granted: [Purpose::Analytics].into_iter().collect(),
            refused: [Purpose::Marketing].into_iter().collect(),
            vendors_granted: vec!["Hotjar, \"Ltd\"".into()],
            vendors_refused: vec![],
            rendering: Some(Digest::of("test", &[&[seed]])),
        }
    }

    #[test]
    fn a_record_has_one_spelling() {
        let statement = Statement::Consent(Box::new(record(1)));
        let text = String::from_utf8(statement.to_canonical()).expect("text");
        let rendering = Digest::of("test", &[&[1]]);
        assert_eq!(
            text,
            format!(
                "{{\"host\":\"www.example.com\",\"id\":\"01010101010101010101010101010101\",\
                 \"kind\":\"consent\",\"language\":\"en\",\"policy_version\":\"2026-11\",\
                 \"purposes_granted\":[\"analytics\"],\"purposes_refused\":[\"marketing\"],\
                 \"rendering\":\"{rendering}\",\"source\":\"centre\",\"texts_version\":\"1\",\
                 \"time\":\"2026-11-24T11:00:00Z\",\
                 \"vendors_granted\":[\"Hotjar, \\\"Ltd\\\"\"],\"vendors_refused\":[]}}"
            )
        );
        assert_eq!(Statement::from_canonical(text.as_bytes()), Some(statement));
        let other = text.replace("{\"host\"", "{ \"host\"");
        assert_eq!(
            Statement::from_canonical(other.as_bytes()),
            None,
            "white space"
        );
        let other = text.replace("[]}", "[],\"x\":1}");
        assert_eq!(
            Statement::from_canonical(other.as_bytes()),
            None,
            "a field more"
        );
    }

    proptest! {
        #[test]
        fn any_statement_is_read_as_it_was_written(
            host in ".{0,40}",
            vendors in proptest::collection::vec(".{0,20}", 0..4),
            numbers: Vec<u64>,
            through: u64,
        ) {
            let consent = Record { host, vendors_refused: vendors, ..record(7) };
            let time = Timestamp(99);
            for statement in [
                Statement::Consent(Box::new(consent)),
                Statement::Erasure { time, numbers },
                Statement::Pruning { time, through, link: Digest::ZERO },
            ] {
                let bytes = statement.to_canonical();
                prop_assert_eq!(Statement::from_canonical(&bytes), Some(statement));
            }
        }
    }
}
