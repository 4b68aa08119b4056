//! By what a `[[vendor]]` is known in pages and requests, beside its cookies, hosts and paths.

use crate::{
    config::{node::Node, problem::Problem, section::Section},
    privacy::VendorMarks,
};

/// Fewer characters would stand in scripts and URLs by chance.
const SHORTEST_SNIPPET: usize = 6;

/// One alone would stand in an ordinary form, a shorter one too.
const SHORTEST_PART: usize = 3;

/// The marks of a vendor.
pub(super) fn marks(section: &Section<'_>) -> VendorMarks {
    let get = |key: &str| section.get(key);
    VendorMarks {
        snippets: get("snippets")
            .and_then(|node| node.list("a list of parts of scripts", snippet))
            .unwrap_or_default(),
        disguises: get("disguises")
            .and_then(|node| node.list("a list of requests", disguise))
            .unwrap_or_default(),
        payloads: get("payloads")
            .and_then(|node| node.list("a list of parts of contents", payload))
            .unwrap_or_default(),
        parameters: get("parameters")
            .and_then(|node| node.list("a list of names of query parameters", parameter))
            .unwrap_or_default(),
        tag_manager: get("tag_manager")
            .and_then(|node| node.boolean())
            .unwrap_or(false),
        adequate: get("adequate").and_then(|node| month(&node)),
    }
}

fn snippet(node: &Node<'_>) -> Option<String> {
    let expected =
        "parts of a script, with \"*\" between them, such as \"_xmSettings*xm-cdn.example/\"";
    node.parsed(expected, |text| {
        let literal = text.split('*').map(str::len).max().unwrap_or(0);
        if literal < SHORTEST_SNIPPET {
            let problem = format!("has no part of {SHORTEST_SNIPPET} characters");
            return Err(Problem::error(problem));
        }
        Ok(text.to_owned())
    })
}

fn disguise(node: &Node<'_>) -> Option<String> {
    let expected =
        "a path, and query parameters that must all be there, such as \"*/collect?tid=XM-*&cid=*\"";
    node.parsed(expected, |text| {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let problem = if !path.starts_with(['/', '*']) {
            Problem::error("does not begin with \"/\" or \"*\"")
        } else if path.trim_matches(['*', '/']).is_empty() && query.split('&').count() < 2 {
            Problem::error("would claim the website itself")
                .expecting("a path of its own, or two query parameters at least")
        } else if query.split('&').any(|pair| pair.starts_with('=')) {
            Problem::error("has a query parameter without a name")
        } else if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains('#') {
            Problem::error("is not how a browser writes it")
        } else {
            return Ok(text.to_owned());
        };
        Err(problem)
    })
}

fn payload(node: &Node<'_>) -> Option<String> {
    let expected = "two parts at least of what is sent, with \"*\" between them, such as \
                    \"xm_site=*xm_visit=\"";
    node.parsed(expected, |text| {
        let parts = text.split('*').filter(|part| part.len() >= SHORTEST_PART);
        if parts.count() < 2 {
            let problem = format!("has no two parts of {SHORTEST_PART} characters");
            return Err(Problem::error(problem));
        }
        Ok(text.to_owned())
    })
}

fn parameter(node: &Node<'_>) -> Option<String> {
    let expected = "the name of a query parameter, such as \"xmclid\" or \"xm_*\", or values of one: \
                    \"xm=??????*\" (\"?\" for a letter or digit)";
    node.parsed(expected, |text| {
        let (name, value) = text.split_once('=').unwrap_or((text, "?"));
        if name.trim_matches('*').is_empty() {
            return Err(Problem::error("would claim every parameter"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic())
            || name.contains(['&', '#', '?'])
            || value.contains(['&', '#', '='])
        {
            return Err(Problem::error("is no name of a query parameter"));
        }
        if value.is_empty() || value.trim_end_matches('*').contains('*') {
            return Err(Problem::error(
                "has values with \"*\" before their end, or none",
            ));
        }
        Ok(text.to_owned())
    })
}

fn month(node: &Node<'_>) -> Option<String> {
    node.parsed("the month of the last look, such as \"2026-11\"", |text| {
        let parts = text.split_once('-');
        let is_month = parts.is_some_and(|(year, month)| {
            let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
            let month_number = month.parse().unwrap_or(0);
            year.len() == 4 && month.len() == 2 && digits(year) && (1..=12).contains(&month_number)
        });
        if !is_month {
            return Err(Problem::error("is not a month"));
        }
        Ok(text.to_owned())
    })
}
