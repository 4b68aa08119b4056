//! Reading a JSON export, an entry at a time: it may be larger than memory.

use std::{fmt, io::Read};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::verify::Failure;
use crate::{
    ledger::FORMAT,
    privacy::ledger::{
        Claims, Day, Digest, Fault, Rendering, Selection, Verdict, Verifier, entry_from_json,
    },
};

/// Reads the whole and verifies it.
pub(super) fn read(reader: impl Read, root: Option<Digest>) -> Result<(Claims, Verdict), Failure> {
    let mut reading = Reading {
        root,
        ..Reading::default()
    };
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let read = Document(&mut reading).deserialize(&mut deserializer);
    let read = read.and_then(|()| deserializer.end());
    if let Some(fault) = reading.fault {
        return Err(fault.into());
    }
    read.map_err(|error| Failure::Malformed(error.to_string()))?;
    let missing = || Failure::Malformed("it does not say what it is an export of".to_owned());
    let claims = Claims {
        selection: reading.selection.ok_or_else(missing)?,
        head: reading.head.ok_or_else(missing)?,
        roots: reading.roots,
    };
    let verdict = reading.verifier.ok_or_else(missing)?.finish(&claims)?;
    Ok((claims, verdict))
}

#[derive(Default)]
struct Reading {
    root: Option<Digest>,
    selection: Option<Selection>,
    head: Option<(u64, Digest)>,
    roots: Option<Vec<(Day, Digest)>>,
    verifier: Option<Verifier>,
    fault: Option<Fault>,
}

fn digest(value: &Value, key: &str) -> Option<Digest> {
    Digest::parse(value.get(key)?.as_str()?)
}

fn head(value: &Value) -> Option<(u64, Digest)> {
    Some((value.get("number")?.as_u64()?, digest(value, "link")?))
}

fn roots(value: &Value) -> Option<Vec<(Day, Digest)>> {
    let root = |root| {
        Some((
            Day::parse(Value::as_str(Value::get(root, "day")?)?)?,
            digest(root, "link")?,
        ))
    };
    value.as_array()?.iter().map(root).collect()
}

/// The object.
struct Document<'a>(&'a mut Reading);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export of the ledger")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let reading = self.0;
        let wrong = |key: &str| M::Error::custom(format!("{key:?} is not what privet writes"));
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "format" => {
                    let format: String = map.next_value()?;
                    if format != FORMAT {
                        return Err(wrong(&key));
                    }
                }
                "selection" => {
                    let selection: String = map.next_value()?;
                    let selection = Selection::parse(&selection).ok_or_else(|| wrong(&key))?;
                    reading.selection = Some(selection);
                }
                "head" => {
                    let value: Value = map.next_value()?;
                    reading.head = Some(head(&value).ok_or_else(|| wrong(&key))?);
                }
                "roots" => {
                    let value: Value = map.next_value()?;
                    reading.roots = match value {
                        Value::Null => None,
                        list => Some(roots(&list).ok_or_else(|| wrong(&key))?),
                    };
                }
                "entries" => {
                    if reading.verifier.is_some() {
                        return Err(wrong(&key));
                    }
                    let verifier = reading.verifier.insert(Verifier::new(reading.root));
                    let fault = &mut reading.fault;
                    map.next_value_seed(Items(|value: &Value| {
                        let (entry, link) = entry_from_json(value)?;
                        *fault = verifier.entry(&entry, link).err();
                        fault.is_none().then_some(())
                    }))?;
                }
                "renderings" => map.next_value_seed(Items(|value: &Value| {
                    let content = value.get("content")?.as_str()?.to_owned();
                    let is_it = Rendering::new(content).digest() == digest(value, "digest")?;
                    is_it.then_some(())
                }))?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// An array whose items are taken one after the other.
struct Items<F>(F);

impl<'de, F: FnMut(&Value) -> Option<()>> DeserializeSeed<'de> for Items<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&Value) -> Option<()>> Visitor<'de> for Items<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<S: SeqAccess<'de>>(mut self, mut items: S) -> Result<(), S::Error> {
        while let Some(value) = items.next_element::<Value>()? {
            if (self.0)(&value).is_none() {
                return Err(S::Error::custom("an item is not what privet writes"));
            }
        }
        Ok(())
    }
}
