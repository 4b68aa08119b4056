//! Cookie values that hold JSON: raw where the platform writes it so, else percent-encoded once.

use serde_json::{Map, Value};

use super::{answers::Outcome, percent};

/// The object that the value holds.
pub(super) fn object(value: &[u8]) -> Result<Map<String, Value>, Outcome> {
    let raw = serde_json::from_slice(value).ok();
    let stored = raw.or_else(|| serde_json::from_str(&percent::decoded(value)?).ok());
    match stored {
        Some(Value::Object(object)) => Ok(object),
        _ => Err(Outcome::Unreadable("holds no JSON object")),
    }
}

/// The strings of a list; `None` where it is no list or holds anything else.
pub(super) fn strings(list: &Value) -> Option<Vec<&str>> {
    list.as_array()?.iter().map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_objects_are_read() {
        for (value, is_object) in [
            (&br#"{"a":true}"#[..], true),
            (b"%7B%22a%22%3Atrue%7D", true),
            (b"{%22a%22:true}", true),
            (b"%7B%22a%22%3Atrue", false),
            (b"%257B%2522a%2522%253Atrue%257D", false),
            (b"%7B%7D%", false),
            (b"[]", false),
            (b"true", false),
            (b"", false),
        ] {
            assert_eq!(object(value).is_ok(), is_object, "{value:?}");
        }
        let deep = "[".repeat(4096);
        assert!(object(deep.as_bytes()).is_err());
    }
}
