//! Exports prove themselves: what was forged, cut off or put in another order is found.

use serde_json::{Value, json};

use privet::privacy::ledger::{Day, Timestamp};

use crate::{
    gateway::Gateway,
    home::{Home, on_both},
    store::{assert_whole, config, export, fine, ledger, verify},
    visitor::Visitor,
};

on_both! {
    a_tampered_export_is_found
    exports_of_a_part_prove_that_part
    a_store_that_was_tampered_with_is_found
    what_is_over_is_pruned_and_the_chain_still_holds
}

/// A gateway with so many records of visitors of their own.
fn with_records(home: &Home, count: usize) -> (Gateway, Vec<String>) {
    let gateway = Gateway::start(&config(&home.store(), ""));
    let mut ids = Vec::new();
    for number in 0..count {
        let mut visitor = Visitor::new(&gateway);
        let purpose = ["analytics", "marketing"][number % 2];
        visitor.choose(&format!("choice=save&purpose={purpose}"));
        ids.extend(visitor.id());
    }
    (gateway, ids)
}

fn a_tampered_export_is_found(home: &mut Home) {
    let (gateway, _) = with_records(home, 6);
    let whole = export(&gateway);
    let root = whole["head"]["link"].as_str().expect("a link");
    let (code, said) = verify(&gateway, &whole.to_string(), &["--root", root]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("entries 1 to 6") && said.contains("link of entry 6"),
        "{said}"
    );
    let stranger = "ab".repeat(32);
    let (code, said) = verify(&gateway, &whole.to_string(), &["--root", &stranger]);
    assert_eq!(code, Some(1), "{said}");

    fn entries(export: &mut Value) -> &mut Vec<Value> {
        export["entries"].as_array_mut().expect("entries")
    }
    type Tamper = fn(&mut Value);
    let tampered: [(&str, Tamper); 9] = [
        ("forged", |export| {
            export["entries"][2]["record"]["purposes_granted"] = json!(["marketing", "media"]);
        }),
        ("another time", |export| {
            export["entries"][2]["record"]["time"] = json!("2026-01-01T00:00:00Z");
        }),
        ("cut off", |export| drop(entries(export).pop())),
        ("without its beginning", |export| {
            drop(entries(export).remove(0))
        }),
        ("a hole", |export| drop(entries(export).remove(3))),
        ("another order", |export| entries(export).swap(1, 2)),
        ("hidden", |export| {
            export["entries"][2]["record"] = Value::Null;
            export["entries"][2]["salt"] = Value::Null;
        }),
        ("another root", |export| {
            export["roots"][0]["link"] = json!("00".repeat(32))
        }),
        ("a field more", |export| {
            export["entries"][0]["record"]["address"] = json!("192.0.2.1")
        }),
    ];
    for (what, tamper) in tampered {
        let mut export = whole.clone();
        tamper(&mut export);
        let (code, said) = verify(&gateway, &export.to_string(), &[]);
        assert_eq!(code, Some(1), "{what}: {said}");
        assert!(said.contains("not proven"), "{what}: {said}");
    }

    let csv = fine(&gateway, &["export", "--format", "csv"]);
    let lines: Vec<&str> = csv.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 7, "{csv}");
    let (code, said) = verify(&gateway, &csv, &["--root", root]);
    assert_eq!(code, Some(0), "{said}");
    for (what, text) in [
        ("forged", csv.replacen(",analytics,", ",marketing,", 1)),
        ("cut off", lines[..6].concat()),
        ("cut off within a line", csv[..csv.len() - 40].to_owned()),
        (
            "without its beginning",
            [&lines[..1], &lines[2..]].concat().concat(),
        ),
        (
            "another order",
            [
                lines[0], lines[1], lines[3], lines[2], lines[4], lines[5], lines[6],
            ]
            .concat(),
        ),
        ("no header", lines[1..].concat()),
        ("nothing", String::new()),
    ] {
        let (code, said) = verify(&gateway, &text, &[]);
        assert_eq!(code, Some(1), "{what}: {said}");
    }
    assert_eq!(ledger(&gateway, &["verify", "/nowhere"]).code, Some(1));
    assert_eq!(
        ledger(&gateway, &["verify", "/nowhere", "--root", "x"]).code,
        Some(2)
    );
}

fn exports_of_a_part_prove_that_part(home: &mut Home) {
    let (gateway, ids) = with_records(home, 4);
    for format in ["json", "csv"] {
        let export =
            |more: &[&str]| fine(&gateway, &[&["export", "--format", format], more].concat());
        let one = export(&["--id", &ids[2]]);
        assert!(one.contains(&ids[2]) && !one.contains(&ids[1]), "{one}");
        let (code, said) = verify(&gateway, &one, &[]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("1 entries of one visitor"), "{said}");
        let (code, said) = verify(&gateway, &export(&["--since", "2020-01-01"]), &[]);
        assert_eq!(code, Some(0), "{said}");
        assert!(
            said.contains("whole since 2020-01-01: entries 1 to 4"),
            "{said}"
        );
        let none = export(&["--since", "2999-01-01"]);
        assert!(!none.contains(&ids[0]));
        assert_eq!(verify(&gateway, &none, &[]).0, Some(0));
        let none = export(&["--id", &"0".repeat(32)]);
        assert!(!none.contains(&ids[0]));
    }
    for arguments in [
        &["export", "--id", "x"][..],
        &["export", "--since", "yesterday"],
        &["export", "--format", "xml"],
        &["export", "--since", "2026-01-01", "--id", &ids[0]],
    ] {
        assert_eq!(ledger(&gateway, arguments).code, Some(2), "{arguments:?}");
    }
}

fn a_store_that_was_tampered_with_is_found(home: &mut Home) {
    let (gateway, _) = with_records(home, 4);
    home.execute(&gateway, "DELETE FROM {entry} WHERE number = 2");
    let (code, said) = verify(&gateway, &export(&gateway).to_string(), &[]);
    assert_eq!(code, Some(1), "{said}");
    home.execute(&gateway, "DELETE FROM {entry} WHERE number < 3");
    let (code, said) = verify(&gateway, &export(&gateway).to_string(), &[]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("begins with entry 3"), "{said}");
}

/// Makes entries look as if they had been written so many days before today, link by link, as only
/// somebody could who made the chain anew.
fn age(home: &Home, gateway: &Gateway, days: &[i32]) {
    use privet::privacy::ledger::{Digest, Head, entry_from_json};
    let export = export(gateway);
    let today = Day::of(Timestamp(i64::try_from(now()).expect("a time")));
    let mut head = Head::START;
    for (value, days) in export["entries"]
        .as_array()
        .expect("entries")
        .iter()
        .zip(days)
    {
        let (entry, _) = entry_from_json(value).expect("an entry");
        let link = head.next(Day(today.0 - days), entry.link.commitment);
        head = link.head();
        let literal = |digest: Digest| home.literal(&digest.to_string());
        let sql = format!(
            "UPDATE {{entry}} SET day = {}, previous = {}, link = {} WHERE number = {}",
            link.day.0,
            literal(link.previous),
            literal(head.link),
            link.number
        );
        home.execute(gateway, &sql);
    }
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_secs()
}

fn what_is_over_is_pruned_and_the_chain_still_holds(home: &mut Home) {
    let (gateway, ids) = with_records(home, 5);
    age(home, &gateway, &[4000, 3000, 2000, 0, 0]);
    let noted = export(&gateway)["head"]["link"]
        .as_str()
        .expect("a link")
        .to_owned();
    assert_eq!(fine(&gateway, &["prune"]), "pruned 3 records\n");
    let after = export(&gateway);
    let text = after.to_string();
    assert!(
        !text.contains(&ids[2]) && text.contains(&ids[3]),
        "{after:#}"
    );
    let (code, said) = verify(&gateway, &text, &["--root", &noted]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("pruned    entries up to 3"), "{said}");
    assert_whole(&gateway);
    assert_eq!(fine(&gateway, &["prune"]), "pruned 0 records\n");
    // The gateway does so by itself, at its start and once a day.
    age_again(home, &gateway);
    let again = gateway.restart();
    again.wait_stderr("consent records pruned");
    assert!(!export(&again).to_string().contains(&ids[3]));
}

/// Makes the oldest entry that is left look old; the chain is not looked at any more.
fn age_again(home: &Home, gateway: &Gateway) {
    home.execute(gateway, "UPDATE {entry} SET day = 1 WHERE number = 4");
}
