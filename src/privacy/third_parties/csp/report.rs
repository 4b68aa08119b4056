//! Browsers' reports on what a policy stopped, with nothing of the visitor left in them.
//!
//! Two forms: `application/csp-report` (Content Security Policy Level 3 §5.3) and
//! `application/reports+json` (Reporting API §2.4). Of a report only the host that was to be contacted, the
//! kind of request and a shortened path of the page are taken: no address, no query, no fragment, no
//! sample of a script, no user agent.

use serde_json::Value;

/// Most reports that are read of one request.
const MOST: usize = 20;
/// The longest segment of a path that is taken for a name and not for a token.
const LONGEST_NAME: usize = 24;

/// One report.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Violation {
    /// The host, lower case, that the page was kept from, or would have been.
    pub host: String,
    /// The directive that decides on that kind of request: `img-src`.
    pub directive: &'static str,
    /// Where the page is: its first segment, if that names no person or thing: `/blog/…`.
    pub page: String,
}

/// Directives that decide on a request to somebody.
const DIRECTIVES: [&str; 17] = [
    "child-src",
    "connect-src",
    "default-src",
    "fenced-frame-src",
    "font-src",
    "form-action",
    "frame-src",
    "img-src",
    "manifest-src",
    "media-src",
    "object-src",
    "prefetch-src",
    "script-src",
    "script-src-elem",
    "style-src",
    "style-src-elem",
    "worker-src",
];

/// The reports in the content of a request; those that are not about a host are left out.
pub fn violations(content: &[u8]) -> Vec<Violation> {
    let reports = match serde_json::from_slice(content) {
        Ok(Value::Array(reports)) => reports,
        Ok(report) => vec![report],
        Err(_) => Vec::new(),
    };
    reports.iter().take(MOST).filter_map(violation).collect()
}

fn violation(report: &Value) -> Option<Violation> {
    let body = report.get("csp-report").or_else(|| report.get("body"))?;
    let text = |names: [&str; 2]| names.iter().find_map(|name| body.get(*name)?.as_str());
    let (host, _) = host_and_path(text(["blocked-uri", "blockedURL"])?)?;
    let directive = text(["effective-directive", "effectiveDirective"])
        .or_else(|| text(["violated-directive", "violatedDirective"]))?;
    let name = directive.split(' ').next().unwrap_or_default();
    let page = text(["document-uri", "documentURL"]).and_then(host_and_path);
    Some(Violation {
        host,
        directive: DIRECTIVES.into_iter().find(|known| *known == name)?,
        page: page.map_or_else(|| "/".to_owned(), |(_, path)| reduced(path)),
    })
}

/// The host, lower case, and the path of a URL as browsers write it in reports.
fn host_and_path(url: &str) -> Option<(String, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    if !["https", "http", "wss", "ws"].contains(&scheme) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at_checked(end)?;
    let path = tail.split(['?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    let is_byte = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_host = (1..=253).contains(&host.len()) && host.bytes().all(is_byte);
    is_host.then_some((host, path))
}

/// The first segment, and whether more follows.
fn reduced(path: &str) -> String {
    let mut segments = path.trim_start_matches('/').splitn(2, '/');
    let first = segments.next().unwrap_or_default();
    let is_name = first.len() <= LONGEST_NAME
        && first
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'));
    let first = if is_name { first } else { "…" };
    match segments.next() {
        Some(_) => format!("/{first}/…"),
        None => format!("/{first}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_reports_are_read() {
        let old = br#"{"csp-report":{"document-uri":"https://shop.example/blog/2026/post?mail=a@b.example#x",
            "blocked-uri":"https://Px.Ads.example:443/p.gif?id=77","violated-directive":"img-src 'self'",
            "script-sample":"secret","source-file":"https://shop.example/a.js?b"}}"#;
        let new = br#"[{"type":"csp-violation","age":1,"url":"https://shop.example/","user_agent":"Mozilla",
            "body":{"documentURL":"https://shop.example/account-77/orders","blockedURL":"wss://live.ads.example",
            "effectiveDirective":"connect-src","disposition":"report"}}]"#;
        let expected = |host: &str, directive, page: &str| Violation {
            host: host.to_owned(),
            directive,
            page: page.to_owned(),
        };
        assert_eq!(
            violations(old),
            [expected("px.ads.example", "img-src", "/blog/…")]
        );
        assert_eq!(
            violations(new),
            [expected("live.ads.example", "connect-src", "/…/…")]
        );
    }

    #[test]
    fn what_calls_nobody_is_left_out() {
        for blocked in [
            "inline",
            "eval",
            "data",
            "blob",
            "https://",
            "https://a b/",
            "https://[::1]/",
            "about:x",
        ] {
            let report = format!(
                r#"{{"csp-report":{{"blocked-uri":"{blocked}","effective-directive":"script-src"}}}}"#
            );
            assert_eq!(violations(report.as_bytes()), [], "{blocked}");
        }
        let odd =
            br#"{"csp-report":{"blocked-uri":"https://a.example/","effective-directive":"odd"}}"#;
        assert_eq!(violations(odd), []);
    }

    #[test]
    fn of_one_request_only_so_many_are_read() {
        let one = r#"{"body":{"blockedURL":"https://a.example/","effectiveDirective":"img-src"}}"#;
        let many = format!("[{}]", [one; 50].join(","));
        assert_eq!(violations(many.as_bytes()).len(), MOST);
    }

    #[test]
    fn paths_are_reduced_to_what_names_nobody() {
        for (path, expected) in [
            ("", "/"),
            ("/", "/"),
            ("/blog", "/blog"),
            ("/blog/", "/blog/…"),
            ("/blog/jane-doe", "/blog/…"),
            ("/order-1234", "/…"),
            ("/a@b.example/x", "/…/…"),
            ("/abcdefghijklmnopqrstuvwxyz", "/…"),
        ] {
            assert_eq!(reduced(path), expected, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_content_is_read_without_panic(bytes: Vec<u8>, text in "[a-z:/?#@.\\[\\]]{0,40}") {
            violations(&bytes);
            host_and_path(&text);
            reduced(&text);
        }
    }
}
