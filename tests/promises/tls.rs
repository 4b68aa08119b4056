//! TLS as a visitor meets it: names, versions, key exchange, resumption, and what is promised of it.

use std::{fs, net::SocketAddr, net::TcpStream, path::PathBuf, sync::Arc};

use rustls::{ClientConfig, HandshakeKind, NamedGroup, ProtocolVersion, pki_types::ServerName};
use tempfile::TempDir;
use x509_parser::{
    extensions::GeneralName,
    prelude::{FromDer, X509Certificate},
};

use crate::{
    gateway::{Client, Gateway, Http2, Origin, Tls, process::site},
    visit::website,
};

/// A certificate and its key, in files.
pub(crate) struct Identity {
    pub(crate) names: Vec<String>,
    pub(crate) cert_pem: String,
    pub(crate) key_pem: String,
    folder: TempDir,
}

impl Identity {
    pub(crate) fn for_names(names: &[&str]) -> Self {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names.clone()).expect("a certificate");
        let identity = Self {
            names,
            cert_pem: made.cert.pem(),
            key_pem: made.signing_key.serialize_pem(),
            folder: tempfile::tempdir().expect("a folder"),
        };
        fs::write(identity.cert(), &identity.cert_pem).expect("written");
        fs::write(identity.key(), &identity.key_pem).expect("written");
        identity
    }

    pub(crate) fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    /// The part of the configuration that names it.
    pub(crate) fn config(&self) -> String {
        format!(
            "[[tls.certificate]]\ncert = {:?}\nkey = {:?}\n",
            self.cert(),
            self.key()
        )
    }
}

fn asking(name: &str) -> Tls {
    Tls {
        sni: Some(name.to_owned()),
        ..Tls::default()
    }
}

/// The names in the certificate that is served to who asks for `name`.
pub(crate) fn names_served(address: SocketAddr, name: &str) -> Vec<String> {
    let client = Client::with(address, &asking(name)).expect("a handshake");
    let chain = client
        .input
        .stream
        .conn
        .peer_certificates()
        .expect("a chain");
    let (_, certificate) = X509Certificate::from_der(&chain[0]).expect("a certificate");
    let names = certificate
        .subject_alternative_name()
        .expect("an extension");
    let names = &names.expect("names").value.general_names;
    let names = names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        _ => None,
    });
    names.collect()
}

#[test]
fn the_certificate_is_chosen_by_the_name_asked_for() {
    let origin = Origin::hello();
    let exact = Identity::for_names(&["www.example.com"]);
    let wildcard = Identity::for_names(&["*.example.com"]);
    let certificates = format!("{}{}", exact.config(), wildcard.config());
    let gateway = Gateway::before(&origin, &certificates);
    for (name, expected) in [
        ("www.example.com", &exact),
        ("shop.example.com", &wildcard),
        ("WWW.EXAMPLE.COM", &exact),
    ] {
        assert_eq!(
            names_served(gateway.https(), name),
            expected.names,
            "{name}"
        );
    }
    for name in ["other.example", "a.shop.example.com", "example.com"] {
        let error = Client::with(gateway.https(), &asking(name)).expect_err("a handshake");
        assert!(
            error.to_string().contains("UnrecognisedName"),
            "{name}: {error}"
        );
    }
    let series = "privet_tls_handshakes_total{result=\"unknown_name\",version=\"unknown\"}";
    assert!((gateway.metric(series) - 3.0).abs() < f64::EPSILON);
}

#[test]
fn an_older_version_than_the_operator_wants_is_refused() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "[tls]\nmin_version = \"1.3\"\n");
    let error = Client::with(gateway.https(), &Tls::v12()).expect_err("a handshake");
    assert!(error.to_string().contains("ProtocolVersion"), "{error}");
    let mut client = Client::connect(gateway.https());
    assert_eq!(client.version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(client.get("/").status, 200);

    let gateway = Gateway::before(&origin, "");
    let mut client = Client::with(gateway.https(), &Tls::v12()).expect("a handshake");
    assert_eq!(client.version(), Some(ProtocolVersion::TLSv1_2));
    assert_eq!(client.get("/").status, 200);
    let entry = gateway.wait_log("the request", |entry| entry["status"] == 200);
    assert_eq!(entry["tls"], "TLSv1.2");
}

#[test]
fn the_key_exchange_is_proof_against_quantum_computers() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    let client = Client::connect(gateway.https());
    let group = client.input.stream.conn.negotiated_key_exchange_group();
    assert_eq!(
        group.map(|group| group.name()),
        Some(NamedGroup::X25519MLKEM768)
    );
}

#[test]
fn the_protocol_is_agreed_on_and_http1_is_spoken_where_none_is() {
    let origin = Origin::hello();
    let gateway = Gateway::before(&origin, "");
    for (offered, agreed) in [
        (vec!["h2", "http/1.1"], Some("h2")),
        (vec!["http/1.1", "h2"], Some("h2")),
        (vec!["http/1.1"], Some("http/1.1")),
        (vec![], None),
    ] {
        let tls = Tls {
            alpn: offered.clone(),
            ..Tls::default()
        };
        let mut client = Client::with(gateway.https(), &tls).expect("a handshake");
        assert_eq!(client.alpn().as_deref(), agreed, "{offered:?}");
        if agreed != Some("h2") {
            assert_eq!(client.get("/").text(), "hello", "{offered:?}");
        }
    }
    let strange = Tls {
        alpn: vec!["spdy/3"],
        ..Tls::default()
    };
    assert!(Client::with(gateway.https(), &strange).is_err());
    assert_eq!(Http2::connect(gateway.https()).get("/").text(), "hello");
}

/// Connects with a configuration that remembers sessions, and reads an answer, behind which tickets
/// have come.
fn kind(address: SocketAddr, config: &Arc<ClientConfig>) -> Option<HandshakeKind> {
    let stream = TcpStream::connect(address).expect("a connection");
    let name = ServerName::try_from("www.example.com").expect("a name");
    let mut client = Client::over(stream, Arc::clone(config), name).expect("a handshake");
    assert_eq!(client.get("/").status, 200);
    client.input.stream.conn.handshake_kind()
}

#[test]
fn sessions_are_resumed_also_after_a_reload_and_not_by_another_gateway() {
    let origin = Origin::hello();
    let identity = Identity::for_names(&["www.example.com"]);
    let config = format!("{}{}", site(&[&origin.url()]), identity.config());
    let gateway = Gateway::start(&config);
    let other = Gateway::start(&config);
    for tls in [Tls::default(), Tls::v12()] {
        let client = tls.config();
        let first = kind(gateway.https(), &client);
        assert_ne!(first, Some(HandshakeKind::Resumed), "{tls:?}");
        for _ in 0..4 {
            // Each worker knows what another one began.
            let again = kind(gateway.https(), &client);
            assert_eq!(again, Some(HandshakeKind::Resumed), "{tls:?}");
        }
        assert_eq!(gateway.ask_admin("POST", "/reload").0, 200);
        let reloaded = kind(gateway.https(), &client);
        assert_eq!(reloaded, Some(HandshakeKind::Resumed), "{tls:?}");
        let elsewhere = kind(other.https(), &client);
        assert_ne!(elsewhere, Some(HandshakeKind::Resumed), "{tls:?}");
    }
}

#[test]
fn browsers_are_told_to_use_https_as_the_operator_says() {
    let origin = website(&["Strict-Transport-Security: max-age=1"]);
    for (rule, expected) in [
        ("", Some("max-age=63072000")),
        ("[tls]\nhsts = \"off\"\n", None),
        (
            "[tls]\nhsts = { max_age = \"1 hour\" }\n",
            Some("max-age=3600"),
        ),
        (
            "[tls]\nhsts = { max_age = \"400 days\", include_subdomains = true, preload = true }\n",
            Some("max-age=34560000; includeSubDomains; preload"),
        ),
    ] {
        let gateway = Gateway::before(&origin, rule);
        let mut client = Client::connect(gateway.https());
        for path in ["/", "/.privet/", "/.privet/nothing"] {
            let response = client.get(path);
            assert_eq!(
                response.get("strict-transport-security"),
                expected,
                "{rule} {path}"
            );
        }
    }
}
