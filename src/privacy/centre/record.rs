//! How the visitor's answer is kept, and what they may do with its record: have it, and have it erased
//! (GDPR Art. 15 and 17).

use super::escape::Escaped;
use super::view::{CentreView, RecordView};

/// The section about the cookie and the record.
pub(super) fn section(view: &CentreView<'_>) -> String {
    let host = Escaped(view.host);
    let identifies = match view.record {
        RecordView::NotKept => "nothing that identifies you",
        RecordView::NothingYet | RecordView::Kept => {
            "a random number under which they are recorded; the website does not get to see that number"
        }
    };
    let record = match view.record {
        RecordView::NotKept => "",
        RecordView::NothingYet => NOTHING_YET,
        RecordView::Kept => KEPT,
    };
    format!(
        r#"<section aria-labelledby="keeping">
<h2 id="keeping">How your answer is kept</h2>
<p>In one cookie of this website, <code>privet_consent</code>. It holds your answers in readable words and {identifies}. The gateway in front of {host} reads it with every request, and takes out what you refused before the website can see it.</p>
{record}</section>
"#
    )
}

const NOTHING_YET: &str = "<p>Once you answer, your answer is recorded too, so that the website can prove it: when, what you were shown and what you said, but neither your internet address nor your browser. Nothing is recorded of you yet.</p>\n";

const KEPT: &str = r#"<p>Your answers are recorded too, so that the website can prove them: when, what you were shown and what you said, but neither your internet address nor your browser. You can have that record, and you can have it erased; your choice then still holds in this browser.</p>
<form class="record" method="post" action="/.privet/record">
<button name="do" value="export">Download my record</button>
<button name="do" value="erase">Erase my record</button>
</form>
"#;
