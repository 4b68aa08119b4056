//! Cookiebot.
//!
//! `CookieConsent` is the source of a JavaScript object, not JSON: bare keys, strings in `'`, their
//! quotes and the commas percent-encoded. All its groups are `true` where nobody was asked, as in
//! regions without a banner (`stamp:'-1'`, `method:'implied'`); only `method:'explicit'` tells that
//! somebody answered. `-1` and `0` alone are no answer either.

pub(super) use super::groups::conventional as purposes;
use super::{
    answers::{Answers, Outcome},
    jar::Cookies,
    percent,
};

const CONSENT: &str = "CookieConsent";

/// The names of its cookies.
pub(super) const COOKIES: &[&str] = &[CONSENT];

/// More than any version of it writes.
const MOST_MEMBERS: usize = 64;

/// Reads the cookies.
pub(super) fn decode(cookies: &Cookies<'_>) -> Outcome {
    Outcome::of_each(cookies.values(CONSENT), consent)
}

fn consent(value: &[u8]) -> Outcome {
    let Some(source) = percent::decoded(value) else {
        return Outcome::Unreadable("has a broken escape");
    };
    if matches!(source.as_ref(), "-1" | "0") {
        return Outcome::Unanswered("nobody was asked");
    }
    let Some(members) = object(&source) else {
        return Outcome::Unreadable("is no object literal");
    };
    let is = |name: &str, value: &str| members.contains(&(name, Literal::Text(value)));
    if !is("method", "explicit") || is("stamp", "-1") {
        return Outcome::Unanswered("consent was not explicit");
    }
    let mut answers = Answers::default();
    for (name, literal) in &members {
        if let Literal::Switch(granted) = literal {
            answers.push((*name).to_owned(), *granted);
        }
    }
    if answers.list.is_empty() {
        return Outcome::Unanswered("names no groups");
    }
    Outcome::Answered(answers)
}

/// A value in an object literal.
#[derive(Debug, Eq, PartialEq)]
enum Literal<'a> {
    Text(&'a str),
    Switch(bool),
    Number,
}

/// The members of a flat object literal, none named twice.
fn object(source: &str) -> Option<Vec<(&str, Literal<'_>)>> {
    let mut rest = source.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut members: Vec<(&str, Literal<'_>)> = Vec::new();
    loop {
        let (name, after) = quoted(rest.trim_start()).or_else(|| word(rest.trim_start()))?;
        let after = after.trim_start().strip_prefix(':')?;
        let (literal, after) = literal(after.trim_start())?;
        if members.len() == MOST_MEMBERS || members.iter().any(|(known, _)| *known == name) {
            return None;
        }
        members.push((name, literal));
        let after = after.trim_start();
        if after.is_empty() {
            return Some(members);
        }
        rest = after.strip_prefix(',')?;
    }
}

fn literal(source: &str) -> Option<(Literal<'_>, &str)> {
    if let Some((text, rest)) = quoted(source) {
        return Some((Literal::Text(text), rest));
    }
    let (word, rest) = word(source)?;
    let literal = match word {
        "true" => Literal::Switch(true),
        "false" => Literal::Switch(false),
        number => {
            let digits = number.strip_prefix('-').unwrap_or(number);
            let is_number = digits.starts_with(|first: char| first.is_ascii_digit())
                && digits.parse::<f64>().is_ok();
            is_number.then_some(Literal::Number)?
        }
    };
    Some((literal, rest))
}

/// A string without escapes, of which the platform writes none.
fn quoted(source: &str) -> Option<(&str, &str)> {
    let quote = source.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (text, rest) = source.strip_prefix(quote)?.split_once(quote)?;
    (!text.contains('\\')).then_some((text, rest))
}

/// A bare key, a keyword or a number.
fn word(source: &str) -> Option<(&str, &str)> {
    let belongs = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-' | '.');
    let end = source.find(|c| !belongs(c)).unwrap_or(source.len());
    let (word, rest) = source.split_at_checked(end)?;
    (!word.is_empty()).then_some((word, rest))
}

#[cfg(test)]
mod tests {
    use super::super::platform::testing::granted;

    #[test]
    fn only_an_explicit_answer_counts() {
        let groups = "necessary:true%2Cpreferences:false%2Cstatistics:true%2Cmarketing:false";
        let tail = "%2Cver:1%2Cutc:1780306200000%2Cregion:%27de%27}";
        for (name, value, expected) in [
            (
                "explicit",
                format!("{{stamp:%27abc==%27%2C{groups}%2Cmethod:%27explicit%27{tail}"),
                Some("analytics"),
            ),
            (
                "raw",
                "{stamp:'a+/b==',necessary:true,preferences:true,statistics:false,marketing:true,method:'explicit',ver:1,utc:1780306200000,iab:'CQ.YA'}".to_owned(),
                Some("functional,marketing"),
            ),
            (
                "wholly encoded, with spaces and quoted keys",
                "%7B%20%22stamp%22%3A%20%22a%22%20%2C%20%22statistics%22%20%3A%20true%2C%22method%22%3A%22explicit%22%20%7D".to_owned(),
                Some("analytics"),
            ),
            (
                "all refused",
                "{stamp:%27a%27%2Cnecessary:true%2Cpreferences:false%2Cstatistics:false%2Cmarketing:false%2Cmethod:%27explicit%27}".to_owned(),
                Some(""),
            ),
            (
                "implied",
                format!("{{stamp:%27-1%27%2C{groups}%2Cmethod:%27implied%27{tail}"),
                None,
            ),
            (
                "explicit without a region",
                format!("{{stamp:%27-1%27%2C{groups}%2Cmethod:%27explicit%27{tail}"),
                None,
            ),
            (
                "method inside a string",
                format!("{{stamp:%27method:explicit%27%2C{groups}}}"),
                None,
            ),
            (
                "groups inside a string",
                "{stamp:%27marketing:true%27%2Cmarketing:false%2Cmethod:%27explicit%27}".to_owned(),
                Some(""),
            ),
            (
                "a group that is a string",
                "{marketing:'true',statistics:true,method:'explicit'}".to_owned(),
                Some("analytics"),
            ),
            ("no method", format!("{{stamp:%27a%27%2C{groups}}}"), None),
            ("outside", "-1".to_owned(), None),
            ("refused of old", "0".to_owned(), None),
            (
                "cut off",
                format!("{{stamp:%27abc%27%2C{groups}%2Cmethod:%27explicit%27"),
                None,
            ),
            (
                "named twice",
                "{marketing:false,marketing:true,method:'explicit'}".to_owned(),
                None,
            ),
            (
                "an expression",
                "{marketing:!0,method:'explicit'}".to_owned(),
                None,
            ),
            (
                "an escape",
                r"{marketing:true,method:'explicit',x:'\''}".to_owned(),
                None,
            ),
            ("broken", "{marketing:true%2}".to_owned(), None),
            ("nothing in it", "{}".to_owned(), None),
            (
                "too much",
                format!(
                    "{{{}method:'explicit'}}",
                    (0..80).map(|n| format!("g{n}:true,")).collect::<String>()
                ),
                None,
            ),
        ] {
            let cookies = format!("CookieConsent={value}");
            assert_eq!(
                granted("cookiebot", &cookies).as_deref(),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn of_two_answers_the_stricter_counts() {
        let cookies = "CookieConsent={statistics:true,marketing:true,method:'explicit'}; \
                       CookieConsent={statistics:true,marketing:false,method:'explicit'}";
        assert_eq!(granted("cookiebot", cookies).as_deref(), Some("analytics"));
    }
}
