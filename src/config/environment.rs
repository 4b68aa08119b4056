//! `${NAME}` and `${NAME:-default}` in strings.
//!
//! As in a shell, the default also stands for a variable that is set but empty. `$${` is a `${`
//! that stands for itself. What a variable holds may be secret, so mistakes in such a value quote
//! what is written, not what it became.

use std::borrow::Cow;

use super::{mistake::quoted, problem::Problem};

/// Where variables come from.
pub(super) type Environment<'e> = &'e dyn Fn(&str) -> Option<String>;

/// `text` with its variables replaced; borrowed if it names none.
pub(super) fn expand<'t>(
    text: &'t str,
    environment: Environment<'_>,
) -> Result<Cow<'t, str>, Problem> {
    if !text.contains("${") {
        return Ok(Cow::Borrowed(text));
    }
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = after;
            continue;
        }
        let Some((inside, after)) = after.split_once('}') else {
            return Err(Problem::error("\"${\" is not closed").expecting(
                "\"${NAME}\" or \"${NAME:-default}\", or \"$${\" for the characters themselves",
            ));
        };
        expanded.push_str(before);
        expanded.push_str(&variable(inside, environment)?);
        rest = after;
    }
    expanded.push_str(rest);
    Ok(Cow::Owned(expanded))
}

fn variable(inside: &str, environment: Environment<'_>) -> Result<String, Problem> {
    let (name, default) = match inside.split_once(":-") {
        Some((name, default)) => (name, Some(default)),
        None => (inside, None),
    };
    let first = name.bytes().next();
    let starts_well = first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if !starts_well
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(Problem::error(format!(
            "{} is not the name of an environment variable",
            quoted(name)
        ))
        .expecting("letters, digits and \"_\""));
    }
    match (environment(name), default) {
        (Some(value), None) => Ok(value),
        (Some(value), Some(_)) if !value.is_empty() => Ok(value),
        (_, Some(default)) => Ok(default.to_owned()),
        (None, None) => Err(Problem::error(format!(
            "the environment variable {} is not set",
            quoted(name)
        ))
        .expecting(format!(
            "it to be set, or a default: \"${{{name}:-default}}\""
        ))),
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_as_a_shell_would() {
        let environment = |name: &str| match name {
            "HOST" => Some("example.com".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("plain $HOST", Some("plain $HOST")),
            ("https://${HOST}:1", Some("https://example.com:1")),
            ("${HOST}${HOST}", Some("example.comexample.com")),
            ("${HOST:-x}", Some("example.com")),
            ("${NONE:-x}", Some("x")),
            ("${NONE:-}", Some("")),
            ("${EMPTY:-x}", Some("x")),
            ("a${EMPTY}b", Some("ab")),
            ("$${HOST} costs", Some("${HOST} costs")),
            ("${NONE}", None),
            ("${HOST", None),
            ("${}", None),
            ("${1A}", None),
            ("${A-B}", None),
        ] {
            let expanded = expand(text, &environment).ok();
            assert_eq!(expanded.as_deref(), expected, "{text}");
        }
    }
}
