//! SIGHUP: all of the new configuration or nothing of it, and nobody notices.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
};

use rustix::process::Signal;

use super::load::{Habit, Load};
use crate::{
    gateway::{
        Client, Gateway, Origin, eventually,
        process::{Port, site},
    },
    tls::{Identity, names_served},
    visit::{last, website},
};

/// Reloads by signal and waits for the verdict.
fn reload(gateway: &Gateway, config: &str, result: &str) {
    let series = format!("privet_reloads_total{{result=\"{result}\"}}");
    let before = gateway.metric(&series);
    gateway.rewrite(config);
    gateway.signal(Signal::HUP);
    eventually("a verdict on the reload", || {
        (gateway.metric(&series) > before).then_some(())
    });
}

#[test]
fn under_load_reloads_fail_no_request_and_drop_no_connection() {
    use Habit::{Fresh, Http1, Http2};
    let origin = Origin::hello();
    let site = site(&[&origin.url()]);
    let quiet = "[log]\naccess = \"off\"\n";
    let gateway = Gateway::start(&format!("{site}{quiet}"));
    let load = Load::on(gateway.https(), &[Http1, Http1, Http2, Http2, Fresh, Fresh]);
    for round in 0..6 {
        let more = match round % 3 {
            0 => "[cookies]\nunknown = \"session\"\n[tls]\nmin_version = \"1.3\"\n",
            1 => "[[site]]\nhosts = [\"other.example\"]\nupstream = \"demo\"\n",
            _ => "",
        };
        reload(&gateway, &format!("{site}{more}{quiet}"), "ok");
        load.wait_answers(30);
        reload(&gateway, "[[site]]\nhosts = 1\n", "failed");
        load.wait_answers(30);
    }
    for (habit, tally) in load.stop() {
        assert_eq!(tally.failed, [""; 0], "{habit:?}");
        assert_eq!(tally.crossed, 0, "{habit:?}");
        if habit != Fresh {
            assert_eq!(tally.connections, 1, "{habit:?}: none was dropped");
        }
    }
}

#[test]
fn a_reload_brings_new_sites_rules_and_certificates_to_old_connections_too() {
    let origin = website(&["Set-Cookie: odd=1"]);
    let old = Identity::for_names(&["www.example.com"]);
    let new = Identity::for_names(&["www.example.com", "new.example.com"]);
    let site = format!(
        "[[site]]\nhosts = [\"www.example.com\"]\nupstream = {:?}\n",
        origin.url()
    );
    let gateway = Gateway::start(&format!("{site}{}", old.config()));
    let mut client = Client::connect(gateway.https());
    let set = |client: &mut Client| {
        let response = client.get("/");
        response.get("set-cookie").map(str::to_owned)
    };
    assert_eq!(
        set(&mut client).as_deref(),
        Some("odd=1; Secure; SameSite=Lax")
    );
    let elsewhere = client.visit("/", &[("Host", "new.example.com")]);
    assert_eq!(elsewhere.status, 421);
    assert_eq!(names_served(gateway.https(), "www.example.com"), old.names);

    let more = format!(
        "[[site]]\nhosts = [\"new.example.com\"]\nupstream = {:?}\n[cookies]\nunknown = \"strip\"\n{}",
        origin.url(),
        new.config()
    );
    reload(&gateway, &format!("{site}{more}"), "ok");
    eventually("the new rules hold", || {
        set(&mut client).is_none().then_some(())
    });
    let elsewhere = client.visit("/", &[("Host", "new.example.com")]);
    assert_eq!(elsewhere.status, 200);
    assert_eq!(last(&origin, "host"), ["new.example.com"]);
    for name in ["www.example.com", "new.example.com"] {
        assert_eq!(names_served(gateway.https(), name), new.names);
    }
}

#[test]
fn a_broken_configuration_changes_nothing_and_is_reported() {
    let origin = website(&["Set-Cookie: odd=1"]);
    let site = site(&[&origin.url()]);
    let gateway = Gateway::start(&site);
    let mut client = Client::connect(gateway.https());
    let strip = "[cookies]\nunknown = \"strip\"\n";
    let other = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = other.local_addr().expect("an address");
    for (broken, reason) in [
        (
            format!("{site}{strip}[log]\nlevel = \"loud\"\n"),
            "proxy.toml:7:",
        ),
        (
            format!("{site}{strip}[[tls.certificate]]\ncert = \"none.pem\"\nkey = \"none.pem\"\n"),
            "none.pem",
        ),
        (
            format!("{site}{strip}[listen]\nhttps = [\"{{https}}\", \"{taken}\"]\nhttp = []\n"),
            "another program does",
        ),
        (
            format!("{site}{strip}[admin]\nlisten = \"off\"\n"),
            "admin.listen",
        ),
        (format!("{site}{strip}["), "proxy.toml"),
        (String::new(), "site"),
    ] {
        reload(&gateway, &broken, "failed");
        gateway.wait_stderr("reload refused, nothing changed");
        assert!(gateway.stderr().contains(reason), "{reason}");
        assert!(gateway.metric("privet_last_reload_success").abs() < f64::EPSILON);
        let response = client.get("/");
        assert_eq!(
            response.get("set-cookie"),
            Some("odd=1; Secure; SameSite=Lax")
        );
        assert_eq!(Client::connect(gateway.https()).get("/").status, 200);
        // As an operator asks.
        let (status, reasons) = gateway.ask_admin("POST", "/reload");
        assert_eq!(status, 409);
        assert!(reasons.contains(reason), "{reasons}");
    }
    reload(&gateway, &format!("{site}{strip}"), "ok");
    assert!((gateway.metric("privet_last_reload_success") - 1.0).abs() < f64::EPSILON);
    eventually("the new rules hold", || {
        client.get("/").get("set-cookie").is_none().then_some(())
    });
}

#[test]
fn listeners_come_and_go() {
    let origin = Origin::hello();
    let site = site(&[&origin.url()]);
    let other = Port::reserve();
    let listen = |https: &[SocketAddr]| {
        let all: Vec<String> = https.iter().map(SocketAddr::to_string).collect();
        format!("{site}[listen]\nhttps = {all:?}\nhttp = []\n")
    };
    let gateway = Gateway::start(
        &listen(&["127.0.0.1:0".parse().expect("an address")]).replace("127.0.0.1:0", "{https}"),
    );
    let (first, second) = (gateway.https(), other.address);
    let mut old = Client::connect(first);
    assert!(TcpStream::connect(second).is_err());

    reload(&gateway, &listen(&[first, second]), "ok");
    let mut new = eventually("the new address is listened on", || {
        Client::with(second, &crate::gateway::Tls::default()).ok()
    });
    assert_eq!(new.get("/").text(), "hello");
    assert_eq!(Client::connect(first).get("/").text(), "hello");

    reload(&gateway, &listen(&[second]), "ok");
    eventually("the old address is given up", || {
        TcpStream::connect(first).is_err().then_some(())
    });
    // Connections through it go on.
    assert_eq!(old.get("/").text(), "hello");
    assert_eq!(new.get("/").text(), "hello");
    assert_eq!(Client::connect(second).get("/").text(), "hello");
}

#[test]
fn certificate_files_that_change_are_served_without_a_signal() {
    let origin = Origin::hello();
    let identity = Identity::for_names(&["www.example.com"]);
    let gateway = Gateway::before(&origin, &identity.config());
    assert_eq!(
        names_served(gateway.https(), "www.example.com"),
        identity.names
    );
    let renewed = Identity::for_names(&["www.example.com", "more.example.com"]);
    // Half of a pair is no reason to serve neither.
    fs::write(identity.cert(), &renewed.cert_pem).expect("written");
    fs::write(identity.key(), &renewed.key_pem).expect("written");
    eventually("the new certificate is served", || {
        (names_served(gateway.https(), "www.example.com") == renewed.names).then_some(())
    });
    assert!(gateway.metric("privet_reloads_total{result=\"ok\"}").abs() < f64::EPSILON);
}
