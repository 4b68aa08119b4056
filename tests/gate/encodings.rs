//! Pages in encodings other than UTF-8: their markup is found and their text is left alone.

use encoding_rs::Encoding;

use crate::gate::{Gate, contacts};

/// Encodings with text whose bytes look like markup where that is possible.
const TEXTS: &[(&str, &str)] = &[
    ("utf-8", "Glocken für 7 €"),
    ("windows-1252", "Glocken für 7 €"),
    ("iso-8859-15", "Glocken für 7 €"),
    ("windows-1251", "Колокола"),
    ("koi8-r", "Колокола"),
    ("shift_jis", "表示ソ予約ボタン"),
    ("euc-jp", "表示ソ予約ボタン"),
    ("iso-2022-jp", "失礼、職人の鐘"),
    ("gbk", "钟楼鐘乗俓"),
    ("gb18030", "钟楼𠀀㐀ß"),
    ("big5", "功許蓋鐘"),
    ("euc-kr", "종소리"),
];

fn page(label: &str, text: &str) -> String {
    format!(
        "<!doctype html><meta charset={label}><title>{text}</title>\
         <p title=\"{text}\">{text}</p><img alt=\"{text}\" src=\"https://metrics.example/x\">\
         <script src=//metrics.example/{text}></script><p>{text}</p>"
    )
}

fn encode(label: &str, text: &str) -> Vec<u8> {
    let units = text.encode_utf16().collect::<Vec<u16>>();
    match label {
        "utf-16le" => [0xFEFF]
            .iter()
            .chain(&units)
            .flat_map(|it| it.to_le_bytes())
            .collect(),
        "utf-16be" => [0xFEFF]
            .iter()
            .chain(&units)
            .flat_map(|it| it.to_be_bytes())
            .collect(),
        label => {
            let encoding = Encoding::for_label(label.as_bytes()).expect("an encoding");
            let (bytes, _, has_holes) = encoding.encode(text);
            assert!(!has_holes, "{label} has all of {text}");
            bytes.into_owned()
        }
    }
}

fn decode(label: &str, bytes: &[u8]) -> String {
    let encoding = Encoding::for_label(label.as_bytes()).expect("an encoding");
    let (text, _, is_broken) = encoding.decode(bytes);
    assert!(!is_broken, "{label}: {}", bytes.escape_ascii());
    text.into_owned()
}

#[test]
fn a_page_is_gated_in_every_encoding() {
    let mut gate = Gate::open();
    let wide = ["utf-16le", "utf-16be"].map(|label| (label, "Glocken für 7 € 㰀㸀"));
    for (label, text) in TEXTS.iter().copied().chain(wide) {
        let page = page(label, text);
        let bytes = encode(label, &page);
        // The label in the field, then in the page alone.
        for kind in [
            format!("text/html; charset={label}"),
            "text/html".to_owned(),
        ] {
            // A label that comes after the page's first piece comes too late for bytes that are no ASCII:
            // such a page is not sent.
            let is_late = label == "iso-2022-jp" && kind == "text/html";
            for piece in [0, 1, 5]
                .into_iter()
                .filter(|piece| *piece == 0 || !is_late)
            {
                let out = gate.pass(&bytes, &kind, piece, "");
                let out = decode(label, &out);
                let left = contacts(&out);
                assert!(left.is_empty(), "{kind} ({label}): {out}");
                let texts = out.matches(text).count();
                assert_eq!(texts, page.matches(text).count(), "{label}: {out}");
            }
            let out = gate.pass(&bytes, &kind, 0, "functional.analytics.marketing.media");
            assert_eq!(out, bytes, "{label}: with consent, byte for byte");
        }
    }
}

#[test]
fn a_field_with_another_encoding_than_the_page_says_counts() {
    let mut gate = Gate::open();
    let page =
        "<!doctype html><meta charset=utf-16le><title>\u{fc}</title><img src=//metrics.example/>";
    let out = gate.html(page);
    assert_eq!(contacts(&out), []);
    assert!(out.contains("<title>\u{fc}</title>"), "{out}");
}
