//! `[catalogue] files`: from the rows of a list of cookies to vendors, and every mistake in one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed test may panic"
)]

use std::fs;

use privet::{
    config::{Report, load},
    privacy::Vendor,
};

fn environment(_: &str) -> Option<String> {
    None
}

const HEADER: &str = "ID,Platform,Category,Cookie / Data Key name,Domain,Description,Retention period,Data Controller,User Privacy & GDPR Rights Portals,Wildcard match\n";

/// What is reported of a configuration with the list `text`, and its vendors if it is sound.
fn list(text: impl AsRef<[u8]>) -> (String, Vec<Vendor>) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lists")).unwrap();
    fs::write(folder.path().join("lists/mine.csv"), text).unwrap();
    let path = folder.path().join("proxy.toml");
    let site = "[[site]]\nhosts = [\"*\"]\nupstream = \"demo\"\n";
    fs::write(
        &path,
        format!("[catalogue]\nfiles = [\"lists/mine.csv\"]\n{site}"),
    )
    .unwrap();
    let (mistakes, vendors) = match load(&path, &environment) {
        Ok(loaded) => {
            let file = loaded.config.catalogue_files[0].clone();
            assert_eq!(file.path, folder.path().join("lists/mine.csv"));
            (loaded.warnings, file.vendors)
        }
        Err(report) => (report.mistakes, Vec::new()),
    };
    let report = Report { mistakes }.to_string();
    let folder = folder.path().display().to_string();
    (report.replace(&folder, "FOLDER"), vendors)
}

#[test]
fn a_list_of_cookies_becomes_a_vendor_for_each_platform_and_purpose() {
    let rows = "\u{feff}wildcard MATCH,Retention Period,Cookie / data key name,category, Platform ,Note,User Privacy & GDPR Rights Portals\r\n\
        0,1 year,shop_view,Analytics,\"Shop, Stats\",\"two\r\nlines\",see below\r\n\
        1,13 months,shop_v_,ANALYTICS,\"shop, stats\",,https://stats.example/privacy\r\n\
        0,session,shop_chat,Functional,\"Shop, Stats\",,\r\n\
        \r\n\
        0,Persistent,shop_view,analytics,\"Shop, Stats\",again,\r\n\
        0,90 days,shop*#,Marketing,Ads,,javascript:alert(1)\r\n\
        1,90 days,shop#_*,Personalization,Look,,\r\n\
        0,90 days,pref,Preferences,Look,,\r\n\
        0,90 days,safe[0],security,Guard,,\r\n\
        0,90 days,need,necessary,Guard,,";
    let (report, vendors) = list(rows);
    assert_eq!(report, "");
    let found: Vec<String> = vendors
        .iter()
        .map(|vendor| {
            let cookies: Vec<String> = vendor
                .cookies
                .iter()
                .map(|cookie| {
                    let days = cookie.max_lifetime.map(|life| life.as_secs() / 86_400);
                    format!("{} {days:?}", cookie.name)
                })
                .collect();
            format!(
                "{} {} {:?}: {}",
                vendor.name,
                vendor.purpose,
                vendor.policy,
                cookies.join(", ")
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            "Shop, Stats analytics Some(\"https://stats.example/privacy\"): shop_view Some(365), shop_v_* Some(397)",
            "Shop, Stats functional None: shop_chat None",
            "Ads marketing None: shop\\*\\# Some(90)",
            "Look functional None: shop\\#_* Some(90), pref Some(90)",
            "Guard necessary None: safe[0] Some(90), need Some(90)",
        ]
    );
}

#[test]
fn every_mistake_in_a_list_is_reported_at_its_line_and_column() {
    let rows = format!(
        "{HEADER}\
         1,Ads,Analitics,ad_1,,,1 year,,,0\n\
         2,,Marketing,,,,1 year,,,yes\n\
         3,\"Ads\",Marketing,ad,,\"a\nb\",1 year,,,\n\
         4,Ads,Marketing,{},,,1 year,,,0\n\
         5,{},Statistics,ad_2,,,1 year,,,0\n\
         6,日本,Marketing,ad_3,,,1 year,,,0\n\
         7,Ads,Marketing,ad_4,1 year,0\n",
        "n".repeat(257),
        "P".repeat(101)
    );
    let (report, _) = list(rows);
    for expected in [
        "FOLDER/lists/mine.csv:2:7: Category: \"Analitics\" is not a category",
        "expected one of: \"Functional\", \"Analytics\", \"Marketing\",",
        "did you mean \"Analytics\"?",
        "mine.csv:3:3: Platform: warning: is empty; its vendor is called \"Unnamed\"",
        "mine.csv:3:14: Cookie / Data Key name: is empty",
        "mine.csv:3:26: Wildcard match: \"yes\" is neither",
        "mine.csv:5:13: Wildcard match: is empty",
        "mine.csv:6:17: Cookie / Data Key name: \"nnn",
        "is too long",
        "mine.csv:7:3: Platform: \"PPP",
        "mine.csv:7:105: Category: \"Statistics\" is not a category",
        "mine.csv:8:3: Platform: \"日本\" is not a name that a choice can be stored by",
        "mine.csv:9:1: 6 fields, where the header has 10",
    ] {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    assert_eq!(report.matches("mine.csv:").count(), 10, "{report}");
}

#[test]
fn rows_that_would_claim_too_much_are_left_out_with_a_warning() {
    let rows = format!(
        "{HEADER}\
         ,Ads,Marketing,ad,,,,,,1\n\
         ,Ads,Marketing,ad*,,,,,,1\n\
         ,Ads,Marketing,priv,,,,,,1\n\
         ,Ads,Marketing,privet_mirror,,,,,,0\n\
         ,Ads,Marketing,a=b,,,,,,0\n\
         ,Ads,Marketing,ads*,,,,,,0\n\
         ,Ads,Marketing,privat,,,,,,1\n"
    );
    let (report, vendors) = list(rows);
    for (line, expected) in [
        (2, "\"ad\" is less than 3 characters"),
        (3, "\"ad*\" is less than 3 characters"),
        (
            4,
            "\"priv\" would claim privet's own cookie privet_consent; the row is left out",
        ),
        (
            5,
            "\"privet_mirror\" would claim privet's own cookie privet_mirror",
        ),
        (6, "\"a=b\" can't be a cookie's name; the row is left out"),
        (7, "\"ads*\" is taken for a name that ends with \"*\""),
    ] {
        let expected = format!("mine.csv:{line}:16: Cookie / Data Key name: warning: {expected}");
        assert!(report.contains(&expected), "{expected}: {report}");
    }
    assert_eq!(report.matches("warning").count(), 6, "{report}");
    let names: Vec<&str> = vendors[0]
        .cookies
        .iter()
        .map(|cookie| cookie.name.as_str())
        .collect();
    assert_eq!(names, ["ads\\*", "privat*"]);
}

#[test]
fn what_is_no_list_of_cookies_says_why() {
    let row = ",Ads,Marketing,a,,,,,,0\n";
    let many = |row: &str, count| format!("{HEADER}{}", row.repeat(count));
    let platforms: String = (0..66_000)
        .map(|number| format!(",P{number},Marketing,c{number},,,,,,0\n"))
        .collect();
    for (text, expected) in [
        (String::new(), "mine.csv:1:1: lists no cookies"),
        (HEADER.to_owned(), "mine.csv:1:1: lists no cookies"),
        (
            HEADER.replace("Category", "Categories"),
            "mine.csv:1:1: Category: is missing among the columns \"ID\", \"Platform\", \"Categories\",",
        ),
        (
            HEADER.replace(',', ";"),
            "Platform: is missing among the columns \"ID;Platform;Category;",
        ),
        (
            HEADER.replace("Description", "platform"),
            "mine.csv:1:52: Platform: is a column twice",
        ),
        (
            format!("{HEADER},\"Ads,Marketing,a,,,,,,0\n"),
            "mine.csv:2:2: \"\"\" begins with a quote that is never closed",
        ),
        (
            format!("{HEADER},\"Ads\" too,Marketing,a,,,,,,0\n"),
            "mine.csv:2:7: \" too\" stands after a closing quote",
        ),
        (
            many(row, 100_001),
            "mine.csv:100002:1: has more than 100000 rows",
        ),
        (
            format!("{HEADER}{platforms}"),
            "proxy.toml:2:10: catalogue.files[0]: \"FOLDER/lists/mine.csv\" makes ",
        ),
        (
            many(",Ads,X,a,,,,,,0\n", 60),
            "mine.csv:62:1: 10 more mistakes in this file",
        ),
        ("x".repeat(17 << 20), "larger than 16 MiB"),
    ] {
        let (report, _) = list(&text);
        assert!(report.contains(expected), "{expected}: {report}");
    }
    let (report, _) = list(b"Platform\nCaf\xe9,\n");
    assert!(report.contains("mine.csv:2:4: not UTF-8"), "{report}");
}
