//! What nginx learns of a visitor, and which cookies pass, by what curl and nginx write down.

use crate::world::World;

const NO_OPTIONS: [&str; 0] = [];

#[test]
fn the_websites_log_knows_a_shortened_address_and_no_other() {
    let world = World::new();
    for (number, protocol) in ["--http1.1", "--http2"].into_iter().enumerate() {
        let target = format!("/?{number}");
        let answer = world.curl(
            &world.url(&target),
            &[
                protocol,
                "-H",
                "X-Forwarded-For: 203.0.113.77",
                "-H",
                "Forwarded: for=203.0.113.77",
                "-H",
                "X-Real-IP: 203.0.113.77",
                "-H",
                "CF-Connecting-IP: 203.0.113.77",
                "-H",
                "True-Client-IP: 203.0.113.77",
                "-H",
                "Via: 1.1 office-203-0-113-77",
                "-H",
                "X-Forwarded-Host: evil.example",
                "-H",
                "X-Privet-Consent: marketing",
            ],
        );
        assert_eq!(answer.status, 200);
        let seen = world.nginx.wait_seen(&target);
        assert_eq!(seen["x-forwarded-for"], "127.0.0.0", "{protocol}");
        assert_eq!(seen["x-forwarded-proto"], "https");
        let authority = format!("www.example.com:{}", world.gateway.https().port());
        assert_eq!(seen["host"], authority.as_str());
        assert_eq!(seen["x-forwarded-host"], authority.as_str());
        assert!(
            seen["x-request-id"]
                .as_str()
                .is_some_and(|id| id.len() >= 16),
            "{seen}"
        );
        for absent in [
            "forwarded",
            "x-real-ip",
            "cf-connecting-ip",
            "true-client-ip",
            "consent",
        ] {
            assert_eq!(seen[absent], "", "{protocol} {absent}");
        }
        assert!(!names_the_visitor(&seen.to_string()), "{seen}");
    }
    // privet's own log says no more.
    let logged = world
        .gateway
        .wait_log("an entry", |entry| entry["status"] == 200);
    assert_eq!(logged["client"], "127.0.0.0");
    assert!(!names_the_visitor(&world.gateway.stdout()));
}

/// Whether a text holds the address, in either spelling that was sent.
fn names_the_visitor(text: &str) -> bool {
    text.contains("0.113") || text.contains("0-113")
}

/// A visitor with a cookie jar.
struct Visitor<'a> {
    world: &'a World,
    protocol: &'static str,
    jar: String,
}

impl Visitor<'_> {
    /// The names of the cookies that are set there.
    fn visit(&self, target: &str) -> Vec<String> {
        let options = [self.protocol, "-b", &self.jar, "-c", &self.jar];
        let answer = self.world.curl(&self.world.url(target), &options);
        let lines = answer.all("set-cookie").into_iter();
        let mut names: Vec<String> = lines
            .filter(|line| !line.contains("Max-Age=0"))
            .map(|line| line.split('=').next().unwrap_or_default().to_owned())
            .collect();
        names.sort_unstable();
        names
    }

    /// Presses a button of the privacy centre: the cookies that the answer sets.
    fn choose(&self, choice: &str) -> Vec<String> {
        let form = format!("choice={choice}&return_to=/tracked");
        let options = [self.protocol, "-b", &self.jar, "-c", &self.jar, "-d", &form];
        let answer = self
            .world
            .curl(&self.world.url("/.privet/consent"), &options);
        assert_eq!(answer.status, 303, "{}", self.protocol);
        assert_eq!(answer.field("location"), Some("/tracked"));
        let lines = answer.all("set-cookie").into_iter();
        lines.map(str::to_owned).collect()
    }
}

#[test]
fn a_trackers_cookie_is_dropped_until_the_visitor_consents_and_after_they_withdraw() {
    for protocol in ["--http1.1", "--http2"] {
        let world = World::new();
        let jar = world.scratch("jar").display().to_string();
        let visitor = Visitor {
            world: &world,
            protocol,
            jar,
        };
        assert_eq!(visitor.visit("/tracked"), ["own", "sid"], "{protocol}");

        visitor.choose("accept-all");
        let all = visitor.visit("/tracked?1");
        assert_eq!(all, ["_ga", "own", "sid"], "{protocol}");
        visitor.visit("/tracked?2");
        let seen = world.nginx.wait_seen("/tracked?2");
        let arrived: Vec<&str> = seen["cookie"].as_str().expect("text").split("; ").collect();
        for pair in ["_ga=GA1.1.1", "sid=7", "own=8"] {
            assert!(arrived.contains(&pair), "{protocol} {pair}: {arrived:?}");
        }
        assert_eq!(seen["consent"], "functional,analytics,marketing,media");

        // The answer itself expires it. (What curl wrote down says nothing: as it writes, it reads
        // its jar again, and the expired cookie with it.)
        let expired = visitor.choose("reject-all");
        for domain in ["", "; Domain=www.example.com", "; Domain=example.com"] {
            let line = format!("_ga=; Path=/; Max-Age=0; Secure{domain}");
            assert!(expired.contains(&line), "{protocol}: {expired:?}");
        }
        assert_eq!(visitor.visit("/tracked?3"), ["own", "sid"], "{protocol}");
        let seen = world.nginx.wait_seen("/tracked?3");
        let arrived = seen["cookie"].as_str().expect("text");
        assert!(!arrived.contains("_ga"), "{protocol}: {arrived}");
        let asked = world.nginx.seen();
        let own = asked
            .iter()
            .filter(|entry| entry.to_string().contains(".privet"));
        assert_eq!(own.count(), 0, "privet answers for itself");
    }
}

#[test]
fn a_cookie_that_the_visitor_sends_by_hand_does_not_arrive_without_consent() {
    let world = World::new();
    let cookies = "a=\"1, 2\"; _ga=GA1.1.1; b=; _fbp=fb.1; c=x=y";
    for (number, protocol) in ["--http1.1", "--http2"].into_iter().enumerate() {
        let target = format!("/?{number}");
        let answer = world.curl(&world.url(&target), &[protocol, "-b", cookies]);
        let seen = world.nginx.wait_seen(&target);
        assert_eq!(
            seen["cookie"], "a=\"1, 2\"; b=; c=x=y",
            "{protocol}: byte for byte, in order"
        );
        let expired = |name: &str| {
            let begin = format!("{name}=;");
            answer
                .all("set-cookie")
                .iter()
                .any(|line| line.starts_with(&begin) && line.contains("Max-Age=0"))
        };
        assert!(
            expired("_ga") && expired("_fbp"),
            "{protocol}: {:?}",
            answer.fields
        );
    }
}

#[test]
fn cookies_are_brought_up_to_the_rules() {
    let world = World::new();
    let accepted = world.curl(&world.url("/.privet/consent"), &["-d", "choice=accept-all"]);
    let consent = accepted
        .field("set-cookie")
        .and_then(|line| line.split(';').next())
        .expect("a choice");
    let answer = world.curl(&world.url("/tracked"), &["-b", consent]);
    // 400 days at most, whatever the website says.
    for expected in [
        "_ga=GA1.1.1; Path=/; Max-Age=34560000; Secure; SameSite=Lax",
        "sid=7; Path=/; HttpOnly; Secure; SameSite=Lax",
        "own=8; Path=/; Max-Age=34560000; Secure; SameSite=Lax",
    ] {
        assert!(
            answer.all("set-cookie").contains(&expected),
            "{expected} in {:?}",
            answer.fields
        );
    }
}

#[test]
fn the_visitor_is_told_what_holds_as_json() {
    let world = World::new();
    let nothing = world.curl(&world.url("/.privet/consent"), &NO_OPTIONS);
    let nothing: serde_json::Value = serde_json::from_slice(&nothing.content).expect("JSON");
    assert_eq!(nothing["purposes"]["analytics"], "not-asked");
    let options = [
        "-H",
        "Accept: application/json",
        "-d",
        "choice=save&purpose=analytics",
    ];
    let chosen = world.curl(&world.url("/.privet/consent"), &options);
    let told: serde_json::Value = serde_json::from_slice(&chosen.content).expect("JSON");
    assert_eq!(told["purposes"]["analytics"], "granted");
    assert_eq!(told["purposes"]["marketing"], "refused");
    let elsewhere = [
        "-H",
        "Origin: https://evil.example",
        "-d",
        "choice=accept-all",
    ];
    let refused = world.curl(&world.url("/.privet/consent"), &elsewhere);
    assert_eq!((refused.status, refused.field("set-cookie")), (403, None));
}
