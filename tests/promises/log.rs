//! The access log: what a line holds, where it goes, and that nobody waits for it.

use std::{collections::BTreeSet, fs, path::Path};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    gateway::{Client, Gateway, Http2, Origin, eventually, http2, process::site},
    visit::{stored, website},
};

const KEYS: [&str; 18] = [
    "time",
    "client",
    "method",
    "host",
    "path",
    "status",
    "bytes",
    "duration_ms",
    "upstream",
    "upstream_ms",
    "protocol",
    "tls",
    "request_id",
    "referer",
    "user_agent",
    "cookies_stripped",
    "set_cookies_stripped",
    "elements_gated",
];

const CHROME: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/142.0.7444.59 Safari/537.36";

const PATH: &str = "/shop/item/42?page=7&q=shoes&jane%40example.com=1";
const REFERER: &str = "https://search.example:8443/secret?q=shoes#x";

fn check(entry: &Value, origin: &Origin, protocol: &str) {
    let keys: BTreeSet<&str> = entry
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(keys, BTreeSet::from(KEYS));
    for (key, expected) in [
        ("client", Value::from("127.0.0.0")),
        ("method", "GET".into()),
        ("host", "www.example.com".into()),
        ("path", "/shop/item/42?page=7&q=…&…=…".into()),
        ("status", 200.into()),
        ("bytes", 5.into()),
        ("upstream", origin.address().to_string().into()),
        ("protocol", protocol.into()),
        ("tls", "TLSv1.3".into()),
        ("referer", "https://search.example:8443".into()),
        ("user_agent", "Chrome/142".into()),
        ("cookies_stripped", 2.into()),
        ("set_cookies_stripped", 1.into()),
        ("elements_gated", 0.into()),
    ] {
        assert_eq!(entry[key], expected, "{key}");
    }
    let time = entry["time"].as_str().expect("a time");
    let form = &time::format_description::well_known::Rfc3339;
    let time = time::OffsetDateTime::parse(time, form).expect("RFC 3339");
    assert!((crate::visit::now() - time.unix_timestamp()).abs() < 3600);
    let (all, website) = (&entry["duration_ms"], &entry["upstream_ms"]);
    let (all, website) = (all.as_f64().expect("ms"), website.as_f64().expect("ms"));
    assert!(all >= website && website > 0.0, "{all} {website}");
    let id = entry["request_id"].as_str().expect("an id");
    let requests = origin.requests();
    let sent: Vec<_> = requests
        .iter()
        .map(|request| request.head.get("x-request-id"))
        .collect();
    assert!(
        sent.contains(&Some(id)),
        "the website knows the request by the same name"
    );
}

#[test]
fn a_line_holds_what_the_contract_names_and_nothing_more() {
    let origin = website(&["Set-Cookie: _ga=1", "Set-Cookie: a=1"]);
    let gateway = Gateway::start(&format!(
        "[[site]]\nhosts = [\"www.example.com\"]\nupstream = {:?}\n[log]\nquery = [\"page\"]\n",
        origin.url()
    ));
    let fields = [
        ("Referer", REFERER),
        ("User-Agent", CHROME),
        ("Cookie", "_ga=1; _gid=2; a=3"),
    ];
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.visit(PATH, &fields).status, 200);
    check(&gateway.wait_log_lines(1)[0], &origin, "HTTP/1.1");
    let mut request = http2::request("GET", PATH, http2::empty());
    for (name, value) in fields {
        let name: http::HeaderName = name.parse().expect("a name");
        request
            .headers_mut()
            .insert(name, value.parse().expect("a value"));
    }
    let answer = Http2::connect(gateway.https()).send(request).answer();
    assert_eq!(answer.status(), 200);
    check(&gateway.wait_log_lines(2)[1], &origin, "HTTP/2");

    // What privet answers itself is a request too.
    client.choose("choice=accept-all", &[]);
    let entry = &gateway.wait_log_lines(3)[2];
    assert_eq!(entry["status"], 303);
    assert_eq!(
        (&entry["upstream"], &entry["upstream_ms"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        (&entry["referer"], &entry["user_agent"]),
        (&Value::Null, &Value::Null)
    );
    client.visit("/", &[("Host", "nobody.example")]);
    assert_eq!(gateway.wait_log_lines(4)[3]["host"], "-");
    client.send("nonsense\r\n\r\n");
    let entry = &gateway.wait_log_lines(5)[4];
    assert_eq!(
        (&entry["status"], &entry["method"]),
        (&400.into(), &"-".into())
    );
    let lines = gateway.stdout();
    let first = lines
        .lines()
        .find(|line| line.starts_with('{'))
        .expect("a line");
    let mut from = 0;
    for key in KEYS {
        let at = first[from..].find(&format!("\"{key}\":"));
        from += at.unwrap_or_else(|| panic!("{key} is out of order: {first}"));
    }
}

#[test]
fn no_visitor_can_forge_a_line() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let forged = "x\",\"status\":999,\"y\":\"\u{1b}[31m\u{ff}";
    client.visit("/a\\b\"c", &[("User-Agent", forged), ("Referer", forged)]);
    let mut client = Client::connect(gateway.https());
    client.visit("/%0a%7b%22forged%22:1%7d\u{e9}", &[]);
    eventually("two lines", || {
        (gateway.access_log().len() >= 2).then_some(())
    });
    // Each line parses (the reading of the log checks that), and says what happened.
    for entry in gateway.access_log() {
        let statuses = [Value::from(200), 400.into()];
        assert!(statuses.contains(&entry["status"]), "{entry}");
        assert_eq!(entry["y"], Value::Null, "{entry}");
    }
    assert!(!gateway.stdout().contains('\u{1b}'));
}

#[test]
fn the_combined_format_is_one_that_other_programs_read() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "[log]\nformat = \"combined\"\n");
    let mut client = Client::connect(gateway.https());
    client.visit(
        "/a b".replace(' ', "%20").as_str(),
        &[("User-Agent", CHROME), ("Referer", REFERER)],
    );
    client.visit("/b?q=1", &[]);
    let lines = eventually("two lines", || {
        let lines: Vec<String> = gateway
            .stdout()
            .lines()
            .filter(|line| line.starts_with("127.0.0.0 "))
            .map(str::to_owned)
            .collect();
        (lines.len() == 2).then_some(lines)
    });
    for (line, end) in lines.iter().zip([
        "] \"GET /a%20b HTTP/1.1\" 200 5 \"https://search.example:8443\" \"Chrome/142\"",
        "] \"GET /b?q=… HTTP/1.1\" 200 5 \"-\" \"-\"",
    ]) {
        let rest = line.strip_prefix("127.0.0.0 - - [").expect("a client");
        let time = rest.strip_suffix(end).unwrap_or_else(|| panic!("{line}"));
        // 24/Nov/2026:07:27:00 +0000
        assert_eq!(time.len(), 26, "{time}");
        assert!(
            time.ends_with(" +0000") && time.as_bytes()[2] == b'/',
            "{time}"
        );
    }
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

#[test]
fn a_file_is_opened_anew_after_it_was_renamed() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "[log]\naccess = \"access.log\"\n");
    let current = gateway.folder().join("access.log");
    let rotated = gateway.folder().join("access.log.1");
    let mut client = Client::connect(gateway.https());
    client.get("/one");
    eventually("the first line", || (lines(&current) == 1).then_some(()));
    fs::rename(&current, &rotated).expect("renamed");
    client.get("/two");
    eventually("a line in the renamed file", || {
        (lines(&rotated) == 2).then_some(())
    });
    gateway.signal(Signal::USR1);
    gateway.wait_stderr("access log reopened");
    client.get("/three");
    eventually("a line in the new file", || {
        (lines(&current) == 1).then_some(())
    });
    let text = fs::read_to_string(&current).expect("read");
    let entry: Value = serde_json::from_str(text.trim_end()).expect("JSON");
    assert_eq!(entry["path"], "/three");
    assert_eq!(lines(&rotated), 2, "nothing is lost and nothing twice");
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(&current).expect("a file").permissions().mode();
    assert_eq!(mode & 0o007, 0, "not for everybody: {mode:o}");
    assert!(!gateway.stdout().contains("/one"));
}

#[test]
fn a_log_that_is_off_is_off_until_a_reload() {
    let origin = website(&[]);
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&format!("{site}[log]\naccess = \"off\"\n"));
    let mut client = Client::connect(gateway.https());
    client.get("/silent");
    gateway.rewrite(&format!("{site}[log]\naccess = \"new.log\"\n"));
    assert_eq!(gateway.ask_admin("POST", "/reload").0, 200);
    let path = gateway.folder().join("new.log");
    eventually("a line", || {
        client.get("/logged");
        (lines(&path) > 0).then_some(())
    });
    let text = fs::read_to_string(&path).expect("read") + &gateway.stdout();
    assert!(!text.contains("/silent") && text.contains("/logged"));
}

#[test]
fn a_pipe_that_nobody_reads_blocks_no_request_and_lost_lines_are_counted() {
    let origin = website(&[]);
    let gateway = Gateway::start_unread(&site(&[&origin.url()]));
    let mut client = Client::connect(gateway.https());
    let lost = || gateway.metric("privet_access_log_lines_dropped_total");
    // Words, so that the path is logged as it is, and long lines fill the pipe soon.
    let path = format!("/{}", "some/words/".repeat(180));
    let mut sent = 0;
    while lost() < 1.0 {
        for _ in 0..100 {
            assert_eq!(client.get(&path).status, 200);
        }
        sent += 100;
        assert!(sent < 20_000, "no line was lost, and none was read");
    }
    // Everything else goes on.
    let before = lost();
    let saved = client.choose("choice=accept-all", &[]);
    assert!(stored(&saved, "privet_consent").is_some());
    assert_eq!(client.get(&path).status, 200);
    assert!(lost() >= before, "they are counted on");
}
