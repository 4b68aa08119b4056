//! Everybody whom a page may call: one TLS server that stands in for any host, keeps who was
//! contacted in which order, and answers as that vendor's own servers do in essence.
//!
//! A handshake alone is a contact too: it is kept with the name that it asked for.

use std::{
    collections::BTreeSet,
    fmt,
    io::Write,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::aws_lc_rs,
    pki_types::PrivatePkcs8KeyDer,
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use super::{
    site::{self, SITES},
    stand_in::stand_in,
};
use crate::gateway::message::{Head, Input};

/// A request to somebody else than the website.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Contact {
    pub(super) host: String,
    /// `/path?query`; long numbers, which are times, as `#`.
    pub(super) target: String,
    pub(super) method: String,
    /// `Sec-Fetch-Dest`.
    pub(super) destination: String,
    /// Names of the cookies that came.
    pub(super) cookies: Vec<String>,
    pub(super) referer: String,
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, target, .. } = self;
        write!(f, "{host}{target} as {} {}", self.method, self.destination)
    }
}

#[derive(Debug, Default)]
struct Seen {
    contacts: Mutex<Vec<Contact>>,
    /// Of handshakes.
    names: Mutex<BTreeSet<String>>,
    /// Requests of any kind, the website's own included.
    count: AtomicUsize,
    ended: AtomicBool,
}

/// See the module.
#[derive(Debug)]
pub(super) struct World {
    pub(super) address: SocketAddr,
    seen: Arc<Seen>,
}

/// One certificate for all names.
#[derive(Debug)]
struct AnyName(Arc<CertifiedKey>, Arc<Seen>);

impl ResolvesServerCert for AnyName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().unwrap_or_default().to_owned();
        if !SITES.contains(&name.as_str()) {
            self.1.names.lock().expect("names").insert(name);
        }
        Some(Arc::clone(&self.0))
    }
}

impl World {
    pub(super) fn start() -> Self {
        let seen = Arc::<Seen>::default();
        let made = rcgen::generate_simple_self_signed(["any.test".to_owned()]);
        let made = made.expect("a certificate");
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()).into();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let key = provider.key_provider.load_private_key(key).expect("a key");
        let certified = Arc::new(CertifiedKey::new(vec![made.cert.der().clone()], key));
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(AnyName(certified, Arc::clone(&seen))));
        let config = Arc::new(config);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            while let Ok((tcp, _)) = listener.accept() {
                if shared.ended.load(SeqCst) {
                    return;
                }
                let (config, shared) = (Arc::clone(&config), Arc::clone(&shared));
                // A browser ends connections as it likes: no error is of interest.
                thread::spawn(move || serve(tcp, config, &shared));
            }
        });
        Self { address, seen }
    }

    /// Every request so far, in order of arrival.
    pub(super) fn contacts(&self) -> Vec<Contact> {
        self.seen.contacts.lock().expect("contacts").clone()
    }

    /// Every name that a handshake asked for.
    pub(super) fn names(&self) -> BTreeSet<String> {
        self.seen.names.lock().expect("names").clone()
    }

    /// How many requests there were.
    pub(super) fn count(&self) -> usize {
        self.seen.count.load(SeqCst)
    }

    /// Forgets what was.
    pub(super) fn forget(&self) {
        self.seen.contacts.lock().expect("contacts").clear();
        self.seen.names.lock().expect("names").clear();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.seen.ended.store(true, SeqCst);
        // Wakes the accept loop.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(tcp: TcpStream, config: Arc<ServerConfig>, seen: &Seen) -> Option<()> {
    tcp.set_nodelay(true).ok()?;
    let session = ServerConnection::new(config).ok()?;
    let mut input = Input::new(StreamOwned::new(session, tcp));
    // One request each, so that every contact begins with a handshake that is seen.
    let head = input.head().ok()??;
    if let Some(length) = head.length().ok()? {
        input.exact(length).ok()?;
    }
    let host = head.get("host")?.to_owned();
    seen.count.fetch_add(1, SeqCst);
    let answer = if SITES.contains(&host.as_str()) {
        site::answer(&head)
    } else {
        let contact = contact(&head, &host);
        let answer = stand_in(&contact, target(&head));
        seen.contacts.lock().expect("contacts").push(contact);
        answer
    };
    input.stream.write_all(&answer).ok()?;
    input.stream.conn.send_close_notify();
    input.stream.flush().ok()
}

/// `/path?query`.
pub(super) fn target(head: &Head) -> &str {
    head.start.split(' ').nth(1).unwrap_or_default()
}

fn contact(head: &Head, host: &str) -> Contact {
    let cookies = head.get("cookie").unwrap_or_default();
    let names = cookies
        .split("; ")
        .filter_map(|pair| pair.split('=').next());
    let mut cookies: Vec<String> = names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    cookies.sort();
    Contact {
        host: host.to_owned(),
        target: timeless(target(head)),
        method: head.start.split(' ').next().unwrap_or_default().to_owned(),
        destination: head.get("sec-fetch-dest").unwrap_or_default().to_owned(),
        cookies,
        referer: timeless(head.get("referer").unwrap_or_default()),
    }
}

/// Times and random numbers differ from one visit to the next, and so does the website's name.
fn timeless(target: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for character in target.chars().chain(['\0']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        out.push_str(if digits.len() >= 10 { "#" } else { &digits });
        digits.clear();
        out.push(character);
    }
    out.pop();
    out.replace(site::BARE, site::BEHIND)
}
