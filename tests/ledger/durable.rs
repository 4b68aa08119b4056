//! What was acknowledged is on disk, whatever happens next; and a store that fails keeps nobody waiting.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    gateway::{Gateway, eventually},
    home::{Home, on_both},
    store::{assert_whole, config, export, ledger, records},
    visitor::Visitor,
};

on_both! {
    a_kill_under_load_loses_no_acknowledged_choice
    choices_hold_while_the_store_fails_and_are_recorded_later
    what_waits_survives_a_kill
    a_shutdown_loses_nothing
}

fn ids(gateway: &Gateway) -> BTreeSet<String> {
    let export = export(gateway);
    let ids = records(&export)
        .into_iter()
        .map(|record| record["id"].as_str().expect("an id").to_owned());
    ids.collect()
}

/// New visitors who choose one after the other, on connections of their own, until the gateway ends.
fn load(
    gateway: &Gateway,
    acknowledged: &Arc<Mutex<BTreeSet<String>>>,
) -> Vec<thread::JoinHandle<()>> {
    let address = gateway.https();
    let visitor = move |acknowledged: Arc<Mutex<BTreeSet<String>>>| {
        let mut client = crate::gateway::Client::connect(address);
        loop {
            let form = "choice=accept-all";
            client.send(format!(
                "POST /.privet/consent HTTP/1.1\r\nHost: www.example.com\r\nContent-Length: {}\r\n\r\n{form}",
                form.len()
            ));
            let answer =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client.response("POST")));
            let Ok(response) = answer else { return };
            let cookie = response.head.all("set-cookie").join("");
            let (_, id) = cookie.split_once("&id=").expect("an id");
            acknowledged
                .lock()
                .expect("ids")
                .insert(id[..32].to_owned());
        }
    };
    (0..8)
        .map(|_| {
            let acknowledged = Arc::clone(acknowledged);
            thread::spawn(move || visitor(acknowledged))
        })
        .collect()
}

fn a_kill_under_load_loses_no_acknowledged_choice(home: &mut Home) {
    let mut gateway = Gateway::start(&config(&home.store(), ""));
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    let visitors = load(&gateway, &acknowledged);
    eventually("some choices are acknowledged", || {
        let count = acknowledged.lock().expect("ids").len();
        (count > 300).then_some(())
    });
    gateway.signal(Signal::KILL);
    gateway.wait_exit();
    for visitor in visitors {
        let _ = visitor.join();
    }
    let recorded = ids(&gateway);
    let acknowledged = acknowledged.lock().expect("ids");
    let lost: Vec<_> = acknowledged.difference(&recorded).collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost",
        lost.len(),
        acknowledged.len()
    );
    assert_whole(&gateway);
}

fn choices_hold_while_the_store_fails_and_are_recorded_later(home: &mut Home) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let mut visitor = Visitor::new(&gateway);
    visitor.choose("choice=reject-all");
    home.interrupt(&gateway);
    let begun = Instant::now();
    let mut others = Vec::new();
    for _ in 0..3 {
        let mut other = Visitor::new(&gateway);
        let hidden = other.hidden();
        other.choose(&format!("choice=save&purpose=analytics{hidden}"));
        let state = other.ask("GET", "/.privet/consent", "").text();
        assert!(state.contains("\"analytics\":\"granted\""), "{state}");
        others.extend(other.id());
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "nobody waits for long"
    );
    gateway.wait_stderr("records wait in the backlog");
    let queued = "privet_ledger_records_total{result=\"queued\"}";
    assert!(
        (gateway.metric(queued) - 3.0).abs() < 0.1,
        "{}",
        gateway.metrics()
    );
    assert!((gateway.metric("privet_ledger_backlog_records") - 3.0).abs() < 0.1);
    assert!(gateway.metric("privet_ledger_up") < 0.1);
    // Nobody is told that a record is erased that isn't.
    assert_eq!(
        visitor.ask("POST", "/.privet/record", "do=erase").status,
        503
    );
    assert!(visitor.id().is_some());
    home.resume();
    eventually("the store is back", || {
        (gateway.metric("privet_ledger_up") > 0.9).then_some(())
    });
    assert!(gateway.metric("privet_ledger_backlog_records") < 0.1);
    let recorded = ids(&gateway);
    assert_eq!(recorded.len(), 4, "each of them once");
    assert!(others.iter().all(|id| recorded.contains(id)));
    assert_whole(&gateway);
    visitor.choose("choice=accept-all");
    assert_eq!(records(&export(&gateway)).len(), 5);
    let renderings = export(&gateway)["renderings"].as_array().map(Vec::len);
    assert_eq!(renderings, Some(1), "what was shown waited too");
}

fn what_waits_survives_a_kill(home: &mut Home) {
    let mut gateway = Gateway::start(&config(&home.store(), ""));
    home.interrupt(&gateway);
    let mut visitor = Visitor::new(&gateway);
    visitor.choose("choice=accept-all");
    gateway.signal(Signal::KILL);
    gateway.wait_exit();
    home.resume();
    let said = ledger(&gateway, &["export"]);
    assert!(said.err.contains("wait in the backlog"), "{}", said.err);
    let again = gateway.restart();
    assert_eq!(ids(&again), visitor.id().into_iter().collect());
    assert_whole(&again);
}

fn a_shutdown_loses_nothing(home: &mut Home) {
    let mut gateway = Gateway::start(&config(&home.store(), ""));
    let mut visitor = Visitor::new(&gateway);
    visitor.choose("choice=accept-all");
    gateway.signal(Signal::TERM);
    assert!(gateway.wait_exit().success(), "{}", gateway.stderr());
    assert_eq!(ids(&gateway), visitor.id().into_iter().collect());
}

#[test]
fn a_file_that_was_moved_away_takes_no_more_records() {
    let gateway = Gateway::start(&config("sqlite:records.db", ""));
    Visitor::new(&gateway).choose("choice=accept-all");
    let path = gateway.folder().join("records.db");
    std::fs::rename(&path, gateway.folder().join("moved.db")).expect("moved");
    let mut visitor = Visitor::new(&gateway);
    visitor.choose("choice=accept-all");
    eventually("a new file has the record", || {
        path.exists()
            .then(|| ids(&gateway))
            .filter(|ids| !ids.is_empty())
    });
    assert_eq!(ids(&gateway), visitor.id().into_iter().collect());
}

#[test]
fn a_database_that_is_away_at_the_start_is_waited_for() {
    let mut home = Home::postgres();
    let Home::Postgres(cluster) = &mut home else {
        return;
    };
    cluster.interrupt();
    let gateway = Gateway::start(&config(&cluster.url(), ""));
    let mut visitor = Visitor::new(&gateway);
    visitor.choose("choice=accept-all");
    cluster.resume();
    eventually("the store is in use", || {
        (gateway.metric("privet_ledger_up") > 0.9).then_some(())
    });
    assert_eq!(ids(&gateway), visitor.id().into_iter().collect());
}

#[test]
fn two_gateways_on_one_database_add_to_one_chain() {
    let home = Home::postgres();
    let config = config(&home.store(), "");
    let gateways = [Gateway::start(&config), Gateway::start(&config)];
    let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
    thread::scope(|scope| {
        for gateway in &gateways {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..30 {
                        let mut visitor = Visitor::new(gateway);
                        visitor.choose("choice=accept-all");
                        acknowledged.lock().expect("ids").extend(visitor.id());
                    }
                });
            }
        }
    });
    let acknowledged = acknowledged.lock().expect("ids");
    assert_eq!(acknowledged.len(), 180);
    assert_eq!(ids(&gateways[0]), *acknowledged);
    assert_whole(&gateways[1]);
    // A visitor of one may have their record erased at the other.
    let mut visitor = Visitor::new(&gateways[0]);
    visitor.choose("choice=accept-all");
    let cookie = visitor.cookie.clone();
    let mut elsewhere = Visitor::new(&gateways[1]);
    elsewhere.cookie = cookie;
    assert_eq!(
        elsewhere.ask("POST", "/.privet/record", "do=erase").status,
        303
    );
    assert_eq!(ids(&gateways[0]).len(), 180);
    assert_whole(&gateways[0]);
}

#[test]
fn the_way_to_a_database_is_encrypted_and_its_server_verified() {
    let cluster = crate::cluster::Cluster::start_with_tls();
    let config = config(&cluster.tls_url(), "");
    let authorities = cluster.certificate();
    let authorities = authorities.to_str().expect("UTF-8");
    let gateway = Gateway::start_with(&config, &[("SSL_CERT_FILE", authorities)]);
    assert!(
        gateway.metric("privet_ledger_up") > 0.9,
        "{}",
        gateway.stderr()
    );
    Visitor::new(&gateway).choose("choice=accept-all");
    let encrypted = "DO $$ BEGIN
        ASSERT (SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE application_name = 'privet');
        ASSERT (SELECT count(*) FROM privet_ledger) = 1;
    END $$";
    cluster.execute(encrypted).expect("encrypted");
    // Who can't be verified is not spoken to; the choice holds.
    let stranger = Gateway::start(&config);
    Visitor::new(&stranger).choose("choice=accept-all");
    assert!(stranger.metric("privet_ledger_up") < 0.1);
    assert!((stranger.metric("privet_ledger_backlog_records") - 1.0).abs() < 0.1);
}
