//! `[catalogue] files`: the operator's own lists of cookies, as the commands show them.

use crate::program::{Folder, row, section, unwrapped};

const OWN: &str = r#"
[catalogue]
files = ["lists/first.csv", "second.csv"]
[[site]]
hosts = ["www.example.com"]
upstream = "demo"
[[vendor]]
name = "Example Metrics"
purpose = "analytics"
cookies = [{ name = "_mine" }]
"#;

const FIRST: &str = "\
Platform,Category,Cookie / Data Key name,Retention period,Wildcard match
Google Analytics,Analytics,_ga_shop,30 days,0
Google Analytics,Marketing,_shopad_,1 year,1
Corner Chat,Functional,corner,2 months,0
Corner Chat,Functional,_mine,2 months,0
Corner Chat,Functional,PHPSESSID,session,0
";

const SECOND: &str = "\
Wildcard match,Platform,Category,Retention period,Cookie / Data Key name
0,Street Ads,Marketing,session,corner
0,Example Metrics,Marketing,session,_theirs
";

fn folder() -> Folder {
    let folder = Folder::with(OWN);
    std::fs::create_dir(folder.path().join("lists")).expect("a folder");
    folder.write("lists/first.csv", FIRST);
    folder.write("second.csv", SECOND);
    folder
}

#[test]
fn check_says_what_each_file_lists() {
    let told = unwrapped(&folder().fine(&["check"]));
    for expected in [
        "first.csv lists 5 cookie names of 3 vendors.",
        "second.csv lists 1 cookie name of 1 vendor.",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn what_is_known_to_be_necessary_stays_so_whatever_a_file_says() {
    let told = unwrapped(&folder().fine(&["vendors", "PHPSESSID"]));
    assert!(told.contains("purpose necessary"), "{told}");
}

#[test]
fn vendors_says_which_file_a_verdict_comes_from() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (first, second) = (at("lists/first.csv"), at("second.csv"));
    for (name, vendor, from, pattern, file) in [
        (
            "_ga_shop",
            "Google Analytics, US",
            format!("built in, {first}"),
            "_ga_shop",
            Some(&first),
        ),
        (
            "_ga_other",
            "Google Analytics, US",
            format!("built in, {first}"),
            "_ga_*",
            None,
        ),
        (
            "_shopad_1",
            "Google Analytics (marketing)",
            first.clone(),
            "_shopad_*",
            Some(&first),
        ),
        (
            "corner",
            "Street Ads",
            second.clone(),
            "corner",
            Some(&second),
        ),
        (
            "_mine",
            "Example Metrics",
            "[[vendor]]".to_owned(),
            "_mine",
            None,
        ),
    ] {
        let told = unwrapped(&folder.fine(&["vendors", name]));
        let of = file.map_or_else(String::new, |file| format!(" of {file}"));
        for expected in [
            format!("vendor {vendor} ({from})"),
            format!("claimed as a cookie, by \"{pattern}\"{of} "),
        ] {
            assert!(told.contains(&expected), "{expected}: {told}");
        }
    }
    let told = folder.fine(&["vendors", "_theirs"]);
    assert!(told.contains("No vendor"), "{told}");
    let told = folder.fine(&["vendors", "corner chat"]);
    assert_eq!(
        row(&told, "cookies"),
        "cookies corner (61 days), _mine (61 days), PHPSESSID"
    );
    let table = folder.fine(&["vendors"]);
    assert!(table.contains("second.csv"), "{table}");
}

#[test]
fn explain_names_the_file_and_the_lifetime_is_the_files() {
    let told = folder().fine(&[
        "explain",
        "https://www.example.com/",
        "--cookie",
        "corner=1; _mine=1; _ga_shop=1",
    ]);
    let cookies = unwrapped(section(&told, "Cookies of the request"));
    for expected in [
        "corner stripped, expired marketing not granted Street Ads of ",
        "second.csv, \"corner\"",
        "_mine stripped, expired analytics not granted Example Metrics of [[vendor]], \"_mine\"",
        "first.csv, \"_ga_shop\"",
    ] {
        assert!(cookies.contains(expected), "{expected}: {cookies}");
    }
}

#[test]
fn config_writes_the_files_back() {
    let folder = folder();
    let first = folder.fine(&["config"]);
    folder.write("again.toml", &first);
    assert!(first.contains("lists/first.csv\", \""), "{first}");
    assert_eq!(folder.fine(&["config", "-c", "again.toml"]), first);
}

#[test]
fn mistakes_in_a_file_are_reported_with_all_others_by_check_and_run_alike() {
    let folder = folder();
    folder.write("second.csv", &SECOND.replace("Marketing", "Marketting"));
    folder.write("proxy.toml", &format!("mod = \"enforce\"\n{OWN}"));
    let check = folder.run(&["check"]);
    let run = folder.run(&["run"]);
    assert_eq!((check.code, run.code), (Some(2), Some(2)));
    assert_eq!(check.err, run.err);
    for expected in [
        "proxy.toml:1:1: mod: unknown key",
        "second.csv:2:14: Category: \"Marketting\" is not a category",
        "second.csv:3:19: Category: ",
        "did you mean \"Marketing\"?",
    ] {
        assert!(check.err.contains(expected), "{expected}: {}", check.err);
    }
}
