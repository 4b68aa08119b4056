//! The golden table `tests/data/gate/table.html`: what comes out for what goes in, byte for byte, at
//! every split of the input.
//!
//! A case begins with a line `=== name | purposes that are granted`, then what goes in; after a line
//! `---` stands what comes out. In it `{script}` and `{deferred script}` stand for privet's own.

use std::collections::{BTreeMap, BTreeSet};

use crate::{gate::contacts, in_process::Gate};

struct Case {
    name: &'static str,
    granted: &'static str,
    input: &'static str,
    output: &'static str,
}

fn cases() -> Vec<Case> {
    let table = include_str!("../data/gate/table.html");
    let blocks = table.split("\n=== ").skip(1);
    blocks
        .map(|block| {
            let (title, block) = block.split_once('\n').expect("a title");
            let (name, granted) = title.split_once(" | ").unwrap_or((title, ""));
            let (input, output) = block.split_once("\n---\n").expect("input and output");
            Case {
                name,
                granted: granted.trim(),
                input,
                output: output.trim_end_matches('\n'),
            }
        })
        .collect()
}

/// With privet's own script tag as the table writes it.
fn in_short(page: &str) -> String {
    let begins = ["", "https://www.example.com"]
        .map(|origin| format!("<script src=\"{origin}/.privet/privet.js\""));
    let parted = begins.iter().find_map(|begin| page.split_once(begin));
    let Some((before, rest)) = parted else {
        return page.to_owned();
    };
    let (attributes, after) = rest.split_once("></script>").expect("the script's end");
    let is_deferred = attributes.contains(" defer=\"\"");
    let short = if is_deferred {
        "{deferred script}"
    } else {
        "{script}"
    };
    format!("{before}{short}{after}")
}

/// A gate for each consent that a case has.
fn gates() -> BTreeMap<&'static str, Gate> {
    let consents: BTreeSet<&str> = cases().iter().map(|case| case.granted).collect();
    let gates = consents
        .into_iter()
        .map(|granted| (granted, Gate::new(granted)));
    gates.collect()
}

#[test]
fn each_case_comes_out_as_it_should() {
    let (gates, mut wrong) = (gates(), Vec::new());
    for case in cases() {
        let out = gates[case.granted].html(case.input);
        let short = in_short(&out);
        if short != case.output {
            let Case {
                name,
                input,
                output,
                ..
            } = case;
            wrong.push(format!(
                "{name}\nin:  {input}\nout: {short}\nnot: {output}\n"
            ));
        }
        if case.granted.is_empty() {
            assert_eq!(contacts(&out), [], "{}", case.name);
        }
    }
    assert!(
        wrong.is_empty(),
        "{}\n{} in all",
        wrong.join("\n"),
        wrong.len()
    );
}

#[test]
fn each_case_comes_out_the_same_at_every_split() {
    let gates = gates();
    for case in cases() {
        let (gate, page) = (&gates[case.granted], case.input.as_bytes());
        let whole = gate.pass([page]).escape_ascii().to_string();
        let bytes = gate.pass(page.chunks(1)).escape_ascii().to_string();
        assert_eq!(bytes, whole, "{} byte by byte", case.name);
        for at in 1..page.len() {
            let (first, second) = page.split_at(at);
            let parted = gate.pass([first, second]).escape_ascii().to_string();
            assert_eq!(parted, whole, "{} parted at {at}", case.name);
        }
    }
}
