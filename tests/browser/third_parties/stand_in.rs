//! What a vendor's servers answer: scripts that drain the vendor's command queue, send beacons and
//! set cookies as the real ones do, frames and styles that load more, pixels.
//!
//! `tests/data/stand-ins.tsv` says for each script whose queue it drains, where its beacons go, the
//! cookie that it sets on the website and what it loads or does then. A script that is not in there
//! just tells its own host that it ran.

use std::sync::LazyLock;

use super::{site::GIF, world::Contact};

struct Script {
    /// What `host/path?query` begins with.
    begin: &'static str,
    /// `global.queue`, or a global that is the queue.
    queue: &'static str,
    /// Where a live function is put; empty: in the global's place.
    hook: &'static str,
    beacon: &'static str,
    cookie: &'static str,
    /// JavaScript that runs then; `load('https://…')` is another script.
    then: &'static str,
}

static SCRIPTS: LazyLock<Vec<Script>> = LazyLock::new(|| {
    let table = include_str!("../../data/stand-ins.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let mut columns = row.split('\t').map(|column| match column {
            "-" => "",
            column => column,
        });
        let mut next = || columns.next().unwrap_or_else(|| panic!("a column: {row}"));
        Script {
            begin: next(),
            queue: next(),
            hook: next(),
            beacon: next(),
            cookie: next(),
            then: next(),
        }
    })
    .collect()
});

/// The answer to a request.
pub(super) fn stand_in(contact: &Contact, target: &str) -> Vec<u8> {
    let host = &contact.host;
    let (media_type, content) = match contact.destination.as_str() {
        "script" | "worker" => ("text/javascript", script(host, target)),
        "image" => ("image/gif", GIF.to_vec()),
        "iframe" | "frame" | "object" | "embed" | "document" => ("text/html", frame(host)),
        "style" => ("text/css", style(target)),
        "empty" => ("application/json", b"{}".to_vec()),
        _ => ("application/octet-stream", Vec::new()),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nConnection: close\r\nAccess-Control-Allow-Origin: *\r\n\
         Set-Cookie: third_party=1; Path=/; Max-Age=9999; SameSite=None; Secure\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), &content].concat()
}

fn script(host: &str, target: &str) -> Vec<u8> {
    let place = format!("{host}{target}");
    let known = SCRIPTS
        .iter()
        .filter(|script| place.starts_with(script.begin))
        .max_by_key(|script| script.begin.len());
    let own = format!("https://{host}/ran");
    let (queue, hook, beacon, cookie, then) = match known {
        Some(script) => (
            script.queue,
            script.hook,
            script.beacon,
            script.cookie,
            script.then,
        ),
        None => ("", "", own.as_str(), "", ""),
    };
    let arguments = serde_json::json!([queue, hook, beacon, cookie]);
    format!(
        "(function (queue, hook, beacon, cookie) {{\n{LIVE}\n{then}\n}}).apply(window, {arguments});\n"
    )
    .into_bytes()
}

/// The order of calls can be told by `n`, whatever way the requests take.
const LIVE: &str = r"
var count = 0;
function plain(key, value) {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value)) return 'a time';
  return typeof value === 'function' ? 'a function' : value;
}
function send(call) {
  if (!beacon) return;
  var isList = call && typeof call === 'object' && call.length !== undefined;
  new Image().src = beacon + (beacon.indexOf('?') < 0 ? '?' : '&') + 'n=' + (++count)
    + '&call=' + encodeURIComponent(JSON.stringify(isList ? [].slice.call(call) : call, plain));
}
function load(url) {
  var script = document.createElement('script');
  script.async = true; script.src = url;
  document.head.appendChild(script);
}
function live() { send(arguments); return { then: function () {} }; }
function drain(waiting) { for (var i = 0; i < waiting.length; i++) send(waiting[i]); }
send('ran');
if (cookie) document.cookie = cookie + '=1; path=/; max-age=9999';
if (queue) {
  var names = queue.split('.'), old = window[names[0]];
  var waiting = names[1] ? (old && old[names[1]]) || [] : old || [];
  drain(waiting);
  if (!names[1]) { window[names[0]] = waiting; waiting.push = function () { drain(arguments); }; }
  else if (!hook) window[names[0]] = live;
  else if (old) old[hook] = live;
}
";

/// A small document that loads something itself.
fn frame(host: &str) -> Vec<u8> {
    format!(
        "<!doctype html><title>{host}</title><img src=\"/in-frame.gif\" alt=\"\">\
         <script src=\"/in-frame.js\"></script>"
    )
    .into_bytes()
}

/// Styles that import others and load a font.
fn style(target: &str) -> Vec<u8> {
    // Of its own, since browsers load a style that two import only once.
    let import = match target.strip_prefix("/imported") {
        Some(_) => String::new(),
        None => format!("@import url(\"/imported.css?by={target}\");"),
    };
    format!("{import}@font-face {{ font-family: own; src: url(/own.woff2) }} body {{ font-family: own }}")
        .into_bytes()
}
