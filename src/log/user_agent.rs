//! Which browser or robot a `User-Agent` names: family and major version, no more.
//!
//! The full text singles people out together with a shortened address (WP29 Opinion 05/2014). Only
//! names from the table below and a short number are shown, never a byte of the rest; what isn't
//! in the table is `other`.

use std::fmt;

/// Beyond this a `User-Agent` is not read.
const LONGEST: usize = 512;

/// What is shown of a `User-Agent`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct UserAgent {
    /// From the table, or `other`.
    pub(super) family: &'static str,
    /// The number before the first dot.
    pub(super) major: Option<u16>,
}

impl UserAgent {
    const OTHER: Self = Self {
        family: "other",
        major: None,
    };

    /// Reads the products of the field (RFC 9110 §10.1.5); the most telling one names it.
    pub(super) fn new(field: &[u8]) -> Self {
        let field = field.get(..LONGEST).unwrap_or(field);
        let mut best = (0, Self::OTHER);
        let mut version = None;
        for slash in memchr::memchr_iter(b'/', field) {
            let (before, after) = field.split_at_checked(slash).unwrap_or_default();
            let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
            let name = before.get(slash - length..).unwrap_or_default();
            let major = major(after.get(1..).unwrap_or_default());
            if name == b"Version" {
                version = major;
            } else if let Some((rank, family)) = family(name)
                && rank > best.0
            {
                best = (rank, Self { family, major });
            }
        }
        // Safari's own number is that of its engine.
        if best.1.family == "Safari" {
            best.1.major = version;
        }
        best.1
    }
}

/// The number at the start of a version; none if it is longer than versions are.
fn major(version: &[u8]) -> Option<u16> {
    let length = version
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let digits = version
        .get(..length)
        .filter(|_| (1..=4).contains(&length))?;
    Some(
        digits
            .iter()
            .fold(0, |number, digit| number * 10 + u16::from(digit - b'0')),
    )
}

/// A product's family, and how telling it is: robots name browsers too, browsers name those they
/// descend from.
fn family(product: &[u8]) -> Option<(u8, &'static str)> {
    robot(product)
        .map(|family| (4, family))
        .or_else(|| {
            browser(product)
                .or_else(|| tool(product))
                .map(|family| (3, family))
        })
        .or(match product {
            b"Chrome" => Some((2, "Chrome")),
            b"Safari" => Some((1, "Safari")),
            _ => None,
        })
}

fn browser(product: &[u8]) -> Option<&'static str> {
    Some(match product {
        b"Firefox" | b"FxiOS" | b"Focus" | b"Klar" => "Firefox",
        b"Edg" | b"EdgA" | b"EdgiOS" | b"Edge" => "Edge",
        b"OPR" | b"OPX" | b"OPT" | b"Opera" => "Opera",
        b"CriOS" => "Chrome",
        b"HeadlessChrome" => "HeadlessChrome",
        b"SamsungBrowser" => "SamsungBrowser",
        b"Vivaldi" => "Vivaldi",
        b"YaBrowser" => "YaBrowser",
        b"DuckDuckGo" | b"Ddg" => "DuckDuckGo",
        b"UCBrowser" => "UCBrowser",
        b"MiuiBrowser" => "MiuiBrowser",
        b"Whale" => "Whale",
        b"Electron" => "Electron",
        b"Trident" => "Trident",
        _ => return None,
    })
}

fn tool(product: &[u8]) -> Option<&'static str> {
    Some(match product {
        b"curl" => "curl",
        b"Wget" => "Wget",
        b"python-requests" => "python-requests",
        b"python-httpx" => "python-httpx",
        b"Python-urllib" => "Python-urllib",
        b"aiohttp" => "aiohttp",
        b"Go-http-client" => "Go-http-client",
        b"okhttp" => "okhttp",
        b"Java" => "Java",
        b"Java-http-client" => "Java-http-client",
        b"Apache-HttpClient" => "Apache-HttpClient",
        b"axios" => "axios",
        b"node-fetch" => "node-fetch",
        b"undici" => "undici",
        b"PostmanRuntime" => "PostmanRuntime",
        b"HTTPie" => "HTTPie",
        b"libwww-perl" => "libwww-perl",
        b"GuzzleHttp" => "GuzzleHttp",
        b"Dalvik" => "Dalvik",
        b"CFNetwork" => "CFNetwork",
        b"k6" => "k6",
        b"Prometheus" => "Prometheus",
        b"kube-probe" => "kube-probe",
        _ => return None,
    })
}

fn robot(product: &[u8]) -> Option<&'static str> {
    Some(match product {
        b"Googlebot" | b"Googlebot-Image" | b"Googlebot-News" | b"Googlebot-Video" => "Googlebot",
        b"AdsBot-Google" => "AdsBot-Google",
        b"GoogleOther" => "GoogleOther",
        b"bingbot" => "bingbot",
        b"Applebot" => "Applebot",
        b"DuckDuckBot" => "DuckDuckBot",
        b"YandexBot" => "YandexBot",
        b"Baiduspider" => "Baiduspider",
        b"AhrefsBot" => "AhrefsBot",
        b"SemrushBot" => "SemrushBot",
        b"MJ12bot" => "MJ12bot",
        b"DotBot" => "DotBot",
        b"PetalBot" => "PetalBot",
        b"Bytespider" => "Bytespider",
        b"Amazonbot" => "Amazonbot",
        b"GPTBot" => "GPTBot",
        b"ChatGPT-User" => "ChatGPT-User",
        b"OAI-SearchBot" => "OAI-SearchBot",
        b"ClaudeBot" => "ClaudeBot",
        b"PerplexityBot" => "PerplexityBot",
        b"CCBot" => "CCBot",
        b"facebookexternalhit" => "facebookexternalhit",
        b"meta-externalagent" => "meta-externalagent",
        b"Twitterbot" => "Twitterbot",
        b"LinkedInBot" => "LinkedInBot",
        b"Pinterestbot" => "Pinterestbot",
        b"Slackbot" => "Slackbot",
        b"Discordbot" => "Discordbot",
        b"TelegramBot" => "TelegramBot",
        b"WhatsApp" => "WhatsApp",
        b"UptimeRobot" => "UptimeRobot",
        b"Qwantbot" => "Qwantbot",
        b"SeznamBot" => "SeznamBot",
        b"archive_bot" => "archive_bot",
        _ => return None,
    })
}

/// Remembers the last answer: requests of one visitor come in rows.
#[derive(Default)]
pub(super) struct LastUserAgent {
    field: Vec<u8>,
    answer: Option<UserAgent>,
}

impl LastUserAgent {
    /// What is shown of `field`.
    pub(super) fn of(&mut self, field: &[u8]) -> UserAgent {
        let field = field.get(..LONGEST).unwrap_or(field);
        if let Some(answer) = self.answer.filter(|_| self.field == field) {
            return answer;
        }
        let answer = UserAgent::new(field);
        self.field.clear();
        self.field.extend_from_slice(field);
        self.answer = Some(answer);
        answer
    }
}

impl fmt::Debug for LastUserAgent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LastUserAgent").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEBKIT: &str = "AppleWebKit/537.36 (KHTML, like Gecko)";

    fn shown(field: &str) -> String {
        let agent = UserAgent::new(field.as_bytes());
        let major = agent
            .major
            .map_or_else(String::new, |major| format!("/{major}"));
        format!("{}{major}", agent.family)
    }

    #[test]
    fn the_family_and_major_version_are_named() {
        let mozilla = format!("Mozilla/5.0 (X11; Linux x86_64) {WEBKIT}");
        for (field, expected) in [
            (
                format!("{mozilla} Chrome/142.0.7444.59 Safari/537.36"),
                "Chrome/142",
            ),
            (
                format!("{mozilla} Chrome/142.0.0.0 Safari/537.36 Edg/142.0.3595.53"),
                "Edge/142",
            ),
            (
                format!("{mozilla} Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0"),
                "Opera/125",
            ),
            (
                format!("{mozilla} Version/18.1 Safari/605.1.15"),
                "Safari/18",
            ),
            (
                format!("{mozilla} CriOS/142.0 Mobile/15E148 Safari/604.1"),
                "Chrome/142",
            ),
            (
                format!("{mozilla} Version/4.0 Chrome/142.0 Mobile Safari/537.36"),
                "Chrome/142",
            ),
            (
                "Mozilla/5.0 (X11; rv:145.0) Gecko/20100101 Firefox/145.0".into(),
                "Firefox/145",
            ),
            ("curl/8.5.0".into(), "curl/8"),
            (
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)".into(),
                "Googlebot/2",
            ),
            (
                format!("{WEBKIT}; compatible; bingbot/2.0; Chrome/100.0 Safari/537.36"),
                "bingbot/2",
            ),
            ("Firefox/4915112345678".into(), "Firefox"),
            ("Firefox/".into(), "Firefox"),
            ("Jane's own browser/1.0".into(), "other"),
            ("Safari".into(), "other"),
            (String::new(), "other"),
        ] {
            assert_eq!(shown(&field), expected, "{field}");
        }
    }

    #[test]
    fn the_last_answer_is_that_of_the_same_field() {
        let mut last = LastUserAgent::default();
        for field in ["curl/8", "curl/8", "Firefox/145", "", "curl/8"] {
            assert_eq!(last.of(field.as_bytes()), UserAgent::new(field.as_bytes()));
        }
    }
}
