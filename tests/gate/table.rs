//! The golden table `tests/data/gate/table.html`: what comes out for what goes in, byte for byte, at
//! every split of the input.
//!
//! A case begins with a line `=== name | purposes that are granted`, then what goes in; after a line
//! `---` stands what comes out. In it `{script}` and `{deferred script}` stand for privet's own.

use crate::gate::{Gate, contacts};

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
    let begin = "<script src=\"/.privet/privet.js\"";
    let Some((before, rest)) = page.split_once(begin) else {
        return page.to_owned();
    };
    let (attributes, after) = rest.split_once("></script>").expect("the script's end");
    let is_deferred = attributes.split(' ').any(|it| it == "defer");
    let short = if is_deferred {
        "{deferred script}"
    } else {
        "{script}"
    };
    format!("{before}{short}{after}")
}

#[test]
fn each_case_comes_out_as_it_should() {
    let mut gate = Gate::open();
    let mut wrong = Vec::new();
    for case in cases() {
        let kind = "text/html; charset=utf-8";
        let out = gate.pass(case.input.as_bytes(), kind, 0, case.granted);
        let out = String::from_utf8(out).expect("UTF-8");
        let short = in_short(&out);
        if short != case.output {
            wrong.push(format!(
                "{}:\nin:       {}\nout:      {short}\nexpected: {}\n",
                case.name, case.input, case.output
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
    let mut gate = Gate::open();
    let kind = "text/html; charset=utf-8";
    for case in cases() {
        let whole = gate.pass(case.input.as_bytes(), kind, 0, case.granted);
        for piece in 1..case.input.len() {
            let out = gate.pass(case.input.as_bytes(), kind, piece, case.granted);
            let (out, whole) = (
                out.escape_ascii().to_string(),
                whole.escape_ascii().to_string(),
            );
            assert_eq!(out, whole, "{} in pieces of {piece}", case.name);
        }
    }
}
