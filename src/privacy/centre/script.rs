//! `privet.js`: what runs in pages in which something waits for consent.
//!
//! Its parts share one scope. They see elements in the form in which the rewriter leaves them: names
//! of attributes behind `data-privet-`, the vendor's slug in `data-privet-vendor`. They stand in for
//! vendors' functions, notice a consent, and bring the elements back.

use std::sync::LazyLock;

/// Websites may include it themselves, beside the one that the rewriter puts in.
const BEGIN: &str = "(function (page) {
\"use strict\";
if (Object.prototype.hasOwnProperty.call(page, \"privet\")) return;
page.privet = {};
";

const PARTS: [&str; 5] = [
    BEGIN,
    include_str!("script/stand_ins.js"),
    include_str!("script/restore.js"),
    include_str!("script/watch.js"),
    "})(window);\n",
];

static SCRIPT: LazyLock<String> = LazyLock::new(|| {
    let lines = PARTS.into_iter().flat_map(str::lines).map(str::trim);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.flat_map(|line| [line, "\n"]).collect()
});

/// The script, without its comments and indentation.
pub fn script() -> &'static str {
    &SCRIPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_one_function_and_small() {
        let script = script();
        assert!(script.starts_with("(function (page) {\n") && script.ends_with("})(window);\n"));
        // It may hold a page up.
        assert!(script.len() < 20_500, "{}", script.len());
        assert!(!script.contains("\n//") && !script.contains("\n "));
    }
}
