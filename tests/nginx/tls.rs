//! The handshakes that a stranger's openssl gets, and what is said to who speaks no TLS.

use crate::{openssl::cipher_suites, world::World};

const NO_OPTIONS: [&str; 0] = [];

// As openssl names the alerts of RFC 8446 §6.2.
const HANDSHAKE_FAILURE: &str = "SSL alert number 40";
const PROTOCOL_VERSION: &str = "SSL alert number 70";
const UNRECOGNIZED_NAME: &str = "SSL alert number 112";
const NO_APPLICATION_PROTOCOL: &str = "SSL alert number 120";

#[test]
fn tls_1_2_and_1_3_are_spoken_and_nothing_older() {
    let world = World::new();
    world
        .visit(&["-tls1_3"])
        .must_say("New, TLSv1.3, Cipher is TLS_");
    world
        .visit(&["-tls1_2"])
        .must_say("New, TLSv1.2, Cipher is ECDHE-ECDSA-");
    for version in ["-tls1_1", "-tls1"] {
        let old = world.visit(&[version, "-cipher", "ALL:@SECLEVEL=0"]);
        // Which of the two depends on what else the old client did not say.
        assert!(
            !old.stands
                && [PROTOCOL_VERSION, HANDSHAKE_FAILURE]
                    .iter()
                    .any(|alert| old.said.contains(alert)),
            "{}",
            old.said
        );
    }
}

#[test]
fn tls_1_2_is_refused_where_the_operator_says_1_3() {
    let world = World::with("[tls]\nmin_version = \"1.3\"");
    world.visit(&["-tls1_3"]).must_say("New, TLSv1.3");
    world
        .visit(&["-tls1_2"])
        .must_be_refused_with(PROTOCOL_VERSION);
}

#[test]
fn only_authenticated_encryption_with_ephemeral_keys_is_agreed_on() {
    let world = World::new();
    let sound = |name: &String| {
        name.starts_with("ECDHE-") && (name.contains("GCM") || name.contains("CHACHA20"))
    };
    let (sound, unsound): (Vec<String>, Vec<String>) = cipher_suites().into_iter().partition(sound);
    for kind in [
        "AES128-SHA",
        "AES256-GCM-SHA384",
        "ECDHE-ECDSA-AES128-SHA",
        "DHE-RSA-AES128-GCM-SHA256",
    ] {
        assert!(unsound.iter().any(|name| name == kind), "{kind} is offered");
    }
    let offered = format!("{}:@SECLEVEL=0", unsound.join(":"));
    world
        .visit(&["-tls1_2", "-cipher", &offered])
        .must_be_refused_with(HANDSHAKE_FAILURE);
    // A suite for the website's kind of key is enough.
    for name in sound.iter().filter(|name| name.contains("ECDSA")) {
        // openssl has CCM-like variants of its own that nobody speaks.
        if name.contains("ARIA") || name.contains("CAMELLIA") {
            continue;
        }
        world
            .visit(&["-tls1_2", "-cipher", name])
            .must_say(&format!("Cipher is {name}"));
    }
}

#[test]
fn weak_groups_are_refused() {
    let world = World::new();
    for group in ["X25519", "P-256", "P-384"] {
        world
            .visit(&["-tls1_3", "-groups", group])
            .must_say("New, TLSv1.3");
    }
    for group in ["ffdhe2048", "P-521"] {
        world
            .visit(&["-tls1_3", "-groups", group])
            .must_be_refused_with(HANDSHAKE_FAILURE);
    }
}

#[test]
fn sessions_are_resumed() {
    let world = World::new();
    for version in ["-tls1_2", "-tls1_3"] {
        let file = world.scratch(version);
        let file = file.to_str().expect("text");
        world
            .visit(&[version, "-sess_out", file])
            .must_say("New, TLSv1");
        world
            .visit(&[version, "-sess_in", file])
            .must_say("Reused, TLSv1");
    }
}

#[test]
fn http_2_is_preferred_and_what_is_not_http_refused() {
    let world = World::new();
    for (offered, agreed) in [
        ("h2,http/1.1", "h2"),
        ("http/1.1,h2", "h2"),
        ("http/1.1", "http/1.1"),
    ] {
        // HTTP/2 hears no HTTP/1.1 request and says so by closing.
        let handshake = world.handshake(&["-servername", "www.example.com", "-alpn", offered]);
        assert!(
            handshake.said.contains(&format!("ALPN protocol: {agreed}")),
            "{offered}: {}",
            handshake.said
        );
    }
    world
        .visit(&["-alpn", "spdy/3"])
        .must_be_refused_with(NO_APPLICATION_PROTOCOL);
    world.visit(&NO_OPTIONS).must_say("No ALPN negotiated");
}

#[test]
fn a_name_that_no_certificate_has_is_refused() {
    let world = World::new();
    let stranger = world.handshake(&["-servername", "www.example.org"]);
    stranger.must_be_refused_with(UNRECOGNIZED_NAME);
    assert!(
        !stranger.said.contains("BEGIN CERTIFICATE"),
        "and is shown none"
    );
    let elsewhere = format!("www.example.org:{}:127.0.0.1", world.gateway.https().port());
    let url = world.url("/").replace("example.com", "example.org");
    let failure = world
        .try_curl(&url, &["-k", "--resolve", &elsewhere])
        .expect_err("refused");
    assert!(failure.contains("unrecognized name"), "{failure}");
}

#[test]
fn the_post_quantum_group_is_agreed_on() {
    let world = World::new();
    let handshake = world.visit(&["-tls1_3", "-groups", "X25519MLKEM768"]);
    // An openssl before 3.5 does not know it; the tests of privet's TLS cover it in any case.
    if !handshake.said.contains("Call to SSL_CONF_cmd(-groups") {
        handshake.must_say("Negotiated TLS1.3 group: X25519MLKEM768");
    }
}

#[test]
fn browsers_are_told_to_come_over_tls_only() {
    let world = World::new();
    for path in ["/", "/nowhere", "/tracked", "/.privet/", "/.privet/nothing"] {
        let answer = world.curl(&world.url(path), &NO_OPTIONS);
        assert_eq!(
            answer.field("strict-transport-security"),
            Some("max-age=63072000"),
            "{path}"
        );
    }
}

#[test]
fn plain_requests_are_sent_to_tls_with_their_method() {
    let world = World::new();
    let url = format!(
        "http://www.example.com:{}/a/b?c=d",
        world.gateway.http().port()
    );
    let resolve = format!("www.example.com:{}:127.0.0.1", world.gateway.http().port());
    for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
        let answer = world.curl(&url, &["--resolve", &resolve, "-X", method]);
        assert_eq!(answer.status, 308, "{method}");
        assert_eq!(
            answer.field("location"),
            Some(world.url("/a/b?c=d").as_str()),
            "{method}"
        );
        assert_eq!(
            answer.field("strict-transport-security"),
            None,
            "RFC 6797 §7.2"
        );
    }
    let options = ["--resolve", &resolve, "-L", "-d", "note=E6"];
    let followed = world.curl(&url.replace("/a/b?c=d", "/echo"), &options);
    assert_eq!(
        (followed.status, followed.text().as_str()),
        (200, "note=E6")
    );
}

#[test]
fn a_plain_request_to_the_tls_port_is_told_so() {
    let world = World::new();
    let url = format!("http://{}/", world.gateway.https());
    let answer = world.curl(&url, &NO_OPTIONS);
    assert_eq!(answer.status, 400);
    assert!(
        answer.text().to_lowercase().contains("https"),
        "{}",
        answer.text()
    );
    assert_eq!(
        world.curl(&world.url("/"), &NO_OPTIONS).status,
        200,
        "and others are served"
    );
}
