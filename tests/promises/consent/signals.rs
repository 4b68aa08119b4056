//! What the browser's own signals do: `Sec-GPC` and `DNT`, with and without a choice.

use crate::{
    gateway::{Client, Gateway, Http2, http2},
    visit::{choice, last, stored, website},
};

const GPC: (&str, &str) = ("Sec-GPC", "1");
const DNT: (&str, &str) = ("DNT", "1");

#[test]
fn each_signal_refuses_its_purposes_in_the_operators_order() {
    let origin = website(&[]);
    let all = choice("functional.analytics.marketing.media", "", 5);
    let told = format!("{all}&gpc=told");
    let everything = "functional,analytics,marketing,media";
    let site = |host: &str, rules: &str| {
        let url = origin.url();
        format!("[[site]]\nhosts = [{host:?}]\nupstream = {url:?}\n[site.consent]\n{rules}\n")
    };
    let gateway = Gateway::start(&format!(
        "{}{}{}{}{}",
        site(
            "default.example",
            "default = [\"necessary\", \"analytics\", \"marketing\"]"
        ),
        site("strict.example", "signals = [\"gpc\", \"dnt\", \"privet\"]"),
        site("brief.example", "signals = [\"privet\"]"),
        site("deaf.example", "gpc = []\ndnt = []"),
        site("wide.example", "gpc = [\"marketing\", \"media\"]\ndnt = []"),
    ));
    let cases = [
        ("default.example", &[][..], "analytics,marketing"),
        ("default.example", &[GPC], "analytics"),
        ("default.example", &[DNT], ""),
        ("default.example", &[GPC, DNT], ""),
        (
            "default.example",
            &[("Sec-GPC", "0")],
            "analytics,marketing",
        ),
        (
            "default.example",
            &[("Sec-GPC", "true")],
            "analytics,marketing",
        ),
        ("default.example", &[("Sec-GPC", "0"), GPC], "analytics"),
        ("default.example", &[("DNT", "0")], "analytics,marketing"),
        ("default.example", &[("Cookie", &all)], everything),
        (
            "default.example",
            &[("Cookie", &all), GPC],
            "functional,analytics,media",
        ),
        ("default.example", &[("Cookie", &all), DNT], everything),
        ("default.example", &[("Cookie", &told), GPC], everything),
        (
            "strict.example",
            &[("Cookie", &all), DNT],
            "functional,media",
        ),
        (
            "strict.example",
            &[("Cookie", &told), GPC],
            "functional,analytics,media",
        ),
        ("deaf.example", &[("Cookie", &all), GPC, DNT], everything),
        (
            "brief.example",
            &[("Cookie", &all), GPC, DNT],
            "functional,analytics,media",
        ),
        (
            "wide.example",
            &[("Cookie", &all), GPC, DNT],
            "functional,analytics",
        ),
    ];
    let mut client = Client::connect(gateway.https());
    for (host, fields, expected) in cases {
        let mut lines = vec![("Host", host)];
        lines.extend_from_slice(fields);
        client.visit("/", &lines);
        let granted = last(&origin, "x-privet-consent").concat();
        assert_eq!(granted, expected, "{host} {fields:?}");
    }
}

#[test]
fn gpc_takes_an_older_yes_back_for_good() {
    let origin = website(&["Set-Cookie: _fbp=1"]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let yes = choice("analytics.marketing", "", 5);
    let cookie = format!("_ga=1; _fbp=2; {yes}");
    let beaten = client.visit("/", &[("Cookie", &cookie), GPC]);
    assert_eq!(last(&origin, "cookie"), [format!("_ga=1; {yes}")]);
    let lines = beaten.head.all("set-cookie").join("\n");
    assert!(lines.contains("_fbp=; Path=/; Max-Age=0"), "{lines}");
    assert!(!lines.contains("_fbp=1"), "{lines}");
    assert_eq!(beaten.get("cache-control"), Some("private"));
    let kept = stored(&beaten, "privet_consent").expect("the choice is stored again");
    assert!(
        kept.ends_with("&granted=analytics&refused=marketing"),
        "{kept}"
    );
    assert!(
        lines.contains("; Path=/") && lines.contains("SameSite=Lax"),
        "{lines}"
    );

    // Without the signal, what is stored now still holds.
    let cookie = format!("_ga=1; _fbp=2; {kept}");
    let later = client.visit("/", &[("Cookie", &cookie)]);
    assert_eq!(last(&origin, "cookie"), [format!("_ga=1; {kept}")]);
    assert_eq!(
        stored(&later, "privet_consent"),
        None,
        "nothing new to store"
    );
    let still = client.visit("/", &[("Cookie", &cookie), GPC]);
    assert_eq!(
        stored(&still, "privet_consent"),
        None,
        "nothing new to store"
    );
}

#[test]
fn a_yes_that_gpc_takes_back_is_taken_back_wherever_the_visitor_comes_first() {
    let origin = website(&[]);
    let more = "[[vendor]]\nname = \"X\"\npurpose = \"marketing\"\npaths = [\"/x/*\"]\n";
    let gateway = Gateway::before(&origin, more);
    let mut client = Client::connect(gateway.https());
    let yes = choice("analytics.marketing", "", 5);
    for target in ["/", "/.privet/", "/.privet/consent", "/x/script.js"] {
        let answer = client.visit(target, &[("Cookie", &yes), GPC]);
        let kept = stored(&answer, "privet_consent");
        let refused = kept.is_some_and(|kept| kept.contains("&refused=marketing"));
        assert!(refused, "{target}: {:?}", answer.head);
    }
}

#[test]
fn a_visitor_who_knows_of_the_conflict_may_say_yes_all_the_same() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let mut client = Client::connect(gateway.https());
    let yes = choice("marketing", "", 5);
    let page = client.visit("/.privet/", &[("Cookie", &yes), GPC]).text();
    assert!(
        page.contains("Global Privacy Control"),
        "the visitor is told"
    );
    let chosen = client.choose("choice=accept-all", &[("Cookie", &yes), GPC]);
    let lines = chosen.head.all("set-cookie");
    assert_eq!(lines.len(), 1, "one choice is stored: {lines:?}");
    let told = stored(&chosen, "privet_consent").expect("a choice");
    assert!(told.contains("&gpc=told&id="), "{told}");
    for signal in [&[][..], &[GPC]] {
        let mut fields = vec![("Cookie", told.as_str())];
        fields.extend_from_slice(signal);
        let answer = client.visit("/", &fields);
        let granted = last(&origin, "x-privet-consent");
        assert_eq!(granted, ["functional,analytics,marketing,media"]);
        assert_eq!(answer.head.all("set-cookie"), [""; 0]);
    }
    // A yes without the signal does not know of it.
    let blind = client.choose("choice=accept-all", &[]);
    let blind = stored(&blind, "privet_consent").expect("a choice");
    assert!(!blind.contains("gpc"), "{blind}");
    client.visit("/", &[("Cookie", &blind), GPC]);
    let granted = last(&origin, "x-privet-consent");
    assert_eq!(granted, ["functional,analytics,media"]);
}

#[test]
fn signals_count_over_http2_and_reach_the_website() {
    let origin = website(&[]);
    let gateway = Gateway::before(&origin, "");
    let client = Http2::connect(gateway.https());
    let mut request = http2::request("GET", "/", http2::empty());
    let fields = request.headers_mut();
    fields.insert("sec-gpc", "1".parse().expect("a value"));
    fields.insert("dnt", "1".parse().expect("a value"));
    let yes = choice("analytics.marketing", "", 5);
    fields.insert("cookie", yes.parse().expect("a value"));
    let answer = client.send(request).answer();
    assert_eq!(last(&origin, "x-privet-consent"), ["analytics"]);
    assert_eq!(last(&origin, "sec-gpc"), ["1"]);
    assert_eq!(last(&origin, "dnt"), ["1"]);
    let again = answer.get("set-cookie").expect("stored again");
    assert!(again.contains("refused=marketing"), "{again}");
}
