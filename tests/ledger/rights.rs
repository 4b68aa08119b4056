//! What visitors may do with their own record, and nobody else.

use crate::{
    gateway::Gateway,
    home::{Home, on_both},
    store::{assert_whole, config, export, fine, ledger, records, verify},
    visitor::Visitor,
};

on_both! {
    visitors_have_and_erase_their_own_record
    the_operator_erases_by_id_and_the_chain_still_holds
    a_forged_id_opens_nothing
}

fn visitors_have_and_erase_their_own_record(home: &mut Home) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let (mut visitor, mut other) = (Visitor::new(&gateway), Visitor::new(&gateway));
    let page = visitor.ask("GET", "/.privet/", "").text();
    assert!(page.contains("Nothing is recorded of you yet"), "{page}");
    visitor.choose("choice=save&purpose=analytics");
    visitor.choose("choice=reject-all");
    other.choose("choice=accept-all");
    let page = visitor.ask("GET", "/.privet/", "").text();
    assert!(page.contains("action=\"/.privet/record\""), "{page}");

    let response = visitor.ask("POST", "/.privet/record", "do=export");
    assert_eq!(response.status, 200);
    let disposition = response.head.all("content-disposition");
    assert_eq!(
        disposition,
        ["attachment; filename=\"consent-record.json\""]
    );
    assert_eq!(response.head.all("cache-control"), ["no-store"]);
    let text = response.text();
    let own: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(records(&own).len(), 2);
    assert!(!text.contains(&other.id().expect("an id")));
    assert_eq!(verify(&gateway, &text, &[]).0, Some(0));

    let id = visitor.id().expect("an id");
    let response = visitor.ask("POST", "/.privet/record", "do=erase");
    assert_eq!(response.status, 303);
    assert_eq!(response.head.all("location"), ["/.privet/?erased"]);
    assert_eq!(visitor.id(), None, "the id is gone");
    let state = visitor.ask("GET", "/.privet/consent", "").text();
    assert!(
        state.contains("\"analytics\":\"refused\""),
        "the choice stays: {state}"
    );
    let page = visitor.ask("GET", "/.privet/?erased", "").text();
    assert!(page.contains("Erased."), "{page}");
    let left = export(&gateway);
    assert!(!left.to_string().contains(&id));
    assert_eq!(records(&left).len(), 1);
    assert_whole(&gateway);

    visitor.choose("choice=accept-all");
    let fresh = visitor.id().expect("an id");
    assert_ne!(fresh, id, "a new one");
}

fn the_operator_erases_by_id_and_the_chain_still_holds(home: &mut Home) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let (mut visitor, mut other) = (Visitor::new(&gateway), Visitor::new(&gateway));
    visitor.choose("choice=accept-all");
    other.choose("choice=accept-all");
    visitor.choose("choice=reject-all");
    let noted = export(&gateway)["head"]["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    let id = visitor.id().expect("an id");
    assert_eq!(
        fine(&gateway, &["erase", "--id", &id]),
        "erased 2 records\n"
    );
    let left = export(&gateway).to_string();
    assert!(!left.contains(&id), "{left}");
    let (code, said) = verify(&gateway, &left, &["--root", &noted]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("erased    2"), "{said}");
    assert_whole(&gateway);
    let said = ledger(&gateway, &["erase", "--id", &id]);
    assert_eq!((said.code, said.err.contains("no record")), (Some(1), true));
    assert_eq!(ledger(&gateway, &["erase", "--all"]).code, Some(2));
    // What the gateway writes next follows what the command wrote.
    other.choose("choice=reject-all");
    assert_whole(&gateway);
    if let Home::Sqlite(_) = home {
        for name in ["records.db", "records.db-wal"] {
            let bytes = std::fs::read(gateway.folder().join(name)).unwrap_or_default();
            let raw: Vec<u8> = (0..32)
                .step_by(2)
                .map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap())
                .collect();
            assert!(
                memchr::memmem::find(&bytes, &raw).is_none(),
                "{name} holds the id's bytes"
            );
            assert!(
                memchr::memmem::find(&bytes, id.as_bytes()).is_none(),
                "{name} holds the id"
            );
        }
    }
}

fn a_forged_id_opens_nothing(home: &mut Home) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let mut victim = Visitor::new(&gateway);
    victim.choose("choice=accept-all");
    let cookie = victim.cookie.clone().expect("a cookie");
    let id = victim.id().expect("an id");
    for (forged, status) in [
        ("0".repeat(32), 200),
        (id.to_uppercase(), 404),
        (id[..31].to_owned(), 404),
        (format!("{id}0"), 404),
        ("%".to_owned(), 404),
        (format!("{}'", &id[..31]), 404),
        (String::new(), 404),
    ] {
        let mut forger = Visitor::new(&gateway);
        forger.cookie = Some(cookie.replace(&id, &forged));
        let response = forger.ask("POST", "/.privet/record", "do=export");
        assert_eq!(response.status, status, "{forged}");
        assert!(!response.text().contains(&id), "{forged}");
        assert_eq!(
            forger.ask("POST", "/.privet/record", "do=erase").status,
            303
        );
    }
    // Of two ids none counts.
    let mut forger = Visitor::new(&gateway);
    forger.cookie = Some(format!(
        "{cookie}; {}",
        cookie.replace(&id, &"0".repeat(32))
    ));
    assert_eq!(
        forger.ask("POST", "/.privet/record", "do=export").status,
        404
    );
    // Another website can't have a record erased, and no link can.
    let mut client = crate::gateway::Client::connect(gateway.https());
    client.send(format!(
        "POST /.privet/record HTTP/1.1\r\nHost: www.example.com\r\nCookie: {cookie}\r\n\
         Sec-Fetch-Site: cross-site\r\nContent-Length: 8\r\n\r\ndo=erase"
    ));
    assert_eq!(client.response("POST").status, 403);
    assert_eq!(
        victim.ask("GET", "/.privet/record?do=erase", "").status,
        405
    );
    assert_eq!(
        victim.ask("POST", "/.privet/record", "do=nothing").status,
        400
    );
    assert_eq!(records(&export(&gateway)).len(), 1);
}
