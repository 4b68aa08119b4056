//! An entry as an object of a JSON export.

use serde_json::{Value, json};

use super::{
    chain::{Entry, Link, Opened, Salt},
    date::Day,
    digest::Digest,
    statement::Statement,
};

/// The object.
pub fn entry_to_json(entry: &Entry) -> Value {
    let link = &entry.link;
    let opened = entry.opened.as_ref();
    json!({
        "number": link.number,
        "day": link.day.to_string(),
        "previous": link.previous.to_string(),
        "commitment": link.commitment.to_string(),
        "link": link.digest().to_string(),
        "salt": opened.map(|opened| opened.salt.to_string()),
        "record": opened.map(|opened| opened.statement.to_json()),
    })
}

/// The entry that an object says, and the link that it claims.
pub fn entry_from_json(value: &Value) -> Option<(Entry, Digest)> {
    let digest = |key: &str| Digest::parse(value.get(key)?.as_str()?);
    let link = Link {
        number: value.get("number")?.as_u64()?,
        day: Day::parse(value.get("day")?.as_str()?)?,
        previous: digest("previous")?,
        commitment: digest("commitment")?,
    };
    let opened = match (value.get("salt")?, value.get("record")?) {
        (Value::Null, Value::Null) => None,
        (salt, record) => Some(Opened {
            salt: Salt::parse(salt.as_str()?)?,
            statement: Statement::from_json(record)?,
        }),
    };
    Some((Entry { link, opened }, digest("link")?))
}
