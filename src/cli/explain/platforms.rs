//! What the cookies of consent platforms say, word by word.

use super::show::Told;
use crate::{
    cli::layout::Text,
    privacy::{Answer, Answers, Outcome, PlatformReading, Policy, Purpose, Purposes},
    serve::Rehearsed,
};

/// The platforms whose cookies the browser sends.
pub(super) fn read(text: &mut Text, told: &Told<'_>, rehearsed: &Rehearsed, policy: &Policy) {
    let readings = policy.consent().readings(&rehearsed.fields, told.now);
    if readings.is_empty() {
        return;
    }
    text.title("Consent platforms, as consent.signals asks them");
    for reading in readings {
        platform(text, &reading, policy);
    }
}

fn platform(text: &mut Text, reading: &PlatformReading, policy: &Policy) {
    let name = reading.platform.name();
    match &reading.outcome {
        Outcome::Absent => {}
        Outcome::Unanswered(why) => text.note(&format!("{name}: no answer ({why})")),
        Outcome::Unreadable(why) => text.note(&format!("{name}: unreadable ({why})")),
        Outcome::Answered(answers) => {
            text.note(&format!("{name}: answered"));
            let rows = answers.list.iter();
            let rows = rows.map(|answer| row(answer, reading, policy));
            text.rows(&rows.collect::<Vec<_>>());
            text.note(&rest(answers, reading, policy));
        }
    }
}

fn row(answer: &Answer, reading: &PlatformReading, policy: &Policy) -> [String; 3] {
    let state = if answer.granted { "granted" } else { "refused" };
    let (purposes, vendor) = policy.consent().meaning(reading.platform, &answer.name);
    let vendor = vendor.and_then(|id| policy.catalogue().vendor(id));
    let numbers = needing(&answer.name, reading, policy);
    let meaning = match vendor {
        _ if !numbers.is_empty() => format!("needed for {}", names(numbers)),
        _ if !purposes.is_empty() => names(purposes),
        Some(vendor) => format!("the vendor {}", vendor.name),
        None => "stands for nothing here".to_owned(),
    };
    [format!("  {}", answer.name), state.to_owned(), meaning]
}

/// The purposes that need the TCF purpose of that number.
fn needing(name: &str, reading: &PlatformReading, policy: &Policy) -> Purposes {
    let Ok(number) = name.parse::<u8>() else {
        return Purposes::NONE;
    };
    let all = policy.consent().numbers(reading.platform).iter();
    let needing = all.filter(|(_, numbers)| numbers.contains(&number));
    needing.map(|(purpose, _)| *purpose).collect()
}

fn rest(answers: &Answers, reading: &PlatformReading, policy: &Policy) -> String {
    let name = reading.platform.name();
    let unlisted = if answers.unlisted_refused {
        "What it does not list was refused. "
    } else {
        ""
    };
    let key = if policy.consent().numbers(reading.platform).is_empty() {
        "categories and vendors"
    } else {
        "purposes"
    };
    format!("  {unlisted}({key} of [consent.platform.{name}] say what its words stand for.)")
}

fn names(purposes: Purposes) -> String {
    let names: Vec<&str> = purposes.iter().map(Purpose::name).collect();
    names.join(", ")
}
