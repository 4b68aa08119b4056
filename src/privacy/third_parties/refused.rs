//! Whose a part of a page is, if they are refused: an attribute's value, and everybody whom one part
//! names.
//!
//! Image candidates, a list of URLs or an inline script may name several vendors. The part comes alive
//! only once all of them are granted, so an element has to tell them all. To find the next one, the part
//! is judged again as if the visitor had consented to those found so far.

use super::{
    elements::{Fetch, link_fetches},
    judge::Judge,
    refresh,
};
use crate::privacy::{
    html::{StartTag, decode_entities},
    policy::Stripped,
};

/// More vendors than one part of any page has.
const MOST: usize = 16;

/// Who stands for all that were not looked for.
const OTHERS: Stripped = Stripped(None);

/// Whose an attribute's value is, if they are refused.
pub(super) fn attribute(
    judge: &Judge<'_>,
    tag: &StartTag<'_>,
    fetch: Fetch,
    raw: &[u8],
) -> Option<Stripped> {
    let value = decode_entities(raw);
    match fetch {
        Fetch::Url | Fetch::Embed | Fetch::Action => judge.url(&value),
        Fetch::Script => judge.script_url(&value),
        Fetch::Link => judge.url(&value).filter(|_| {
            let rel = tag.attribute("rel").and_then(|attribute| attribute.value);
            rel.is_some_and(|rel| link_fetches(&decode_entities(rel)))
        }),
        Fetch::Urls => judge.urls(&value),
        Fetch::Candidates => judge.candidates(&value),
        Fetch::Paint => judge.style(&value),
        Fetch::Lazy => judge.lazy(&value),
        Fetch::Refresh => {
            let kind = tag.attribute("http-equiv")?.value?;
            let is_refresh = decode_entities(kind).eq_ignore_ascii_case(b"refresh");
            judge.url(refresh::url(&value).filter(|_| is_refresh)?)
        }
        Fetch::Handler => judge.script(&value),
        Fetch::Page | Fetch::Style => None,
    }
}

/// `first`, whom `find` finds, and all whom it would find besides.
pub(super) fn all(
    judge: &Judge<'_>,
    first: Stripped,
    find: impl Fn(&Judge<'_>) -> Option<Stripped>,
) -> Vec<Stripped> {
    let mut found = vec![first];
    let mut consent = judge.consent.clone();
    while let Some(last) = found.last() {
        consent.suppose(last.0);
        let next = find(&Judge {
            consent: &consent,
            ..*judge
        });
        match next {
            // Refused whatever the consent.
            Some(next) if found.contains(&next) => break,
            Some(_) if found.len() == MOST => {
                found.push(OTHERS);
                break;
            }
            Some(next) => found.push(next),
            None => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::privacy::third_parties::{
        ThirdPartyRules,
        test_pages::{context, gated, policy},
    };

    #[test]
    fn what_names_several_vendors_tells_them_all() {
        let policy = policy(&[], ThirdPartyRules::default());
        for (page, expected) in [
            (
                "<img srcset='//static.heat.example/1.png 1x, /own 2x, //www.tube.example/embed/ 3x, //in.heat.example/4 4x'>",
                "<img data-privet-vendor=\"heat tube\" data-privet-srcset='//static.heat.example/1.png 1x, /own 2x, //www.tube.example/embed/ 3x, //in.heat.example/4 4x'>",
            ),
            (
                "<a ping='//www.social.example/tr //in.heat.example' onclick=\"fetch('//www.tube.example/embed/x')\">",
                "<a data-privet-vendor=\"social-pixel heat tube\" data-privet-ping='//www.social.example/tr //in.heat.example' data-privet-onclick=\"fetch('//www.tube.example/embed/x')\">",
            ),
            (
                "<script>_heat=1;x='static.heat.example';new Image().src='//www.social.example/tr?id=1'</script>",
                "<script type=\"text/plain\" data-privet-vendor=\"heat social-pixel\">_heat=1;x='static.heat.example';new Image().src='//www.social.example/tr?id=1'</script>",
            ),
        ] {
            let (out, _) = gated(&policy, &context(&policy), page);
            assert_eq!(out, expected, "{page}");
        }
    }
}
