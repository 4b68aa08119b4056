//! What is done to a website's response that is a page: its fields are tied to the visitor's consent,
//! and its content is gated where there is something to refuse. Everything else passes untouched.

use std::{future::poll_fn, rc::Rc, task::Poll};

use http::{Method, StatusCode, header};

use super::{
    body::{Beginning, PageBody},
    decoding::MOST_LAYERS,
    observe::ObservedPage,
    rewriting::Rewriting,
};
use crate::{
    metrics::UnreadablePage,
    privacy::{
        ContentCoding, CookieDecision, FieldValue, OnFailure, OriginRequest, PageContext, PageType,
        Policy, Syntax, bind_to_consent,
    },
    serve::{
        body::{Content, ResponseBody},
        record::Record,
        refusal::Refusal,
        response::ClientResponse,
        snapshot::Snapshot,
    },
};

/// Who asked for what may be a page.
pub(in crate::serve) struct PageVisit<'a> {
    pub(in crate::serve) snapshot: &'a Rc<Snapshot>,
    /// The site's place among all.
    pub(in crate::serve) site: usize,
    pub(in crate::serve) policy: &'a Policy,
    pub(in crate::serve) cookies: &'a Rc<CookieDecision>,
    pub(in crate::serve) origin: &'a OriginRequest,
    pub(in crate::serve) authority: &'a FieldValue,
    pub(in crate::serve) host: &'a str,
}

/// See the module.
///
/// # Errors
/// If the page can't be read and is not to pass unread.
pub(in crate::serve) async fn gate(
    response: &mut ClientResponse,
    visit: &PageVisit<'_>,
    record: &mut Record,
) -> Result<(), Refusal> {
    let (policy, consent) = (visit.policy, &visit.cookies.consent);
    if !policy.third_parties().gate {
        return Ok(());
    }
    let destination = visit.origin.destination();
    let page = PageType::of(response.status, &response.fields, destination);
    let is_revalidated = response.status == StatusCode::NOT_MODIFIED && visit.origin.holds_page();
    if policy.enforces() && (page.is_some() || is_revalidated) {
        bind_to_consent(&mut response.fields, &policy.consent_tag(consent));
    }
    let Some(page) = page.filter(|_| policy.gates(consent)) else {
        return Ok(());
    };
    let gated = match visit.rewriting(response, page) {
        Ok(rewriting) if !policy.enforces() => {
            let source = response.body.take_content();
            let observed = ObservedPage::new(source, rewriting);
            response.body = ResponseBody::new(Content::Observed(Box::new(observed)));
            Ok(())
        }
        Ok(rewriting) => rewrite(response, visit, rewriting, record).await,
        Err(reason) => Err(reason),
    };
    gated.or_else(|reason| {
        record.unreadable_page(reason);
        if policy.enforces() && visit.fails_closed() {
            Err(Refusal::Page(reason))
        } else {
            Ok(())
        }
    })
}

impl PageVisit<'_> {
    fn fails_closed(&self) -> bool {
        self.policy.third_parties().on_failure == OnFailure::Closed
    }

    /// What reads and gates the content of `response`.
    fn rewriting(
        &self,
        response: &ClientResponse,
        page: PageType,
    ) -> Result<Rewriting, UnreadablePage> {
        if response.status == StatusCode::PARTIAL_CONTENT {
            return Err(UnreadablePage::Partial);
        }
        let codings = codings(response)?;
        let context = self.context(page.syntax);
        let site = (Rc::clone(self.snapshot), self.site);
        Ok(Rewriting::new(site, &codings, page, context))
    }

    fn context(&self, syntax: Syntax) -> PageContext {
        let authority = self.authority.to_str().unwrap_or_default();
        let target = self.origin.target().as_str();
        let tag = self.policy.consent_tag(&self.cookies.consent);
        PageContext {
            host: self.host.into(),
            base: format!("https://{authority}{target}").into(),
            cookies: Rc::clone(self.cookies),
            syntax,
            memory: self.snapshot.compiled.limits.page_memory,
            nonce: None,
            state: tag.as_str().into(),
            is_document: self.origin.destination().is_document(),
            applies: self.policy.enforces(),
        }
    }
}

/// The codings of a page's content.
fn codings(response: &ClientResponse) -> Result<Vec<ContentCoding>, UnreadablePage> {
    ContentCoding::applied(&response.fields)
        .ok()
        .filter(|codings| codings.len() <= MOST_LAYERS)
        .ok_or(UnreadablePage::UnknownCoding)
}

/// Puts the rewritten content in the place of the website's, and says how it is framed and encoded.
async fn rewrite(
    response: &mut ClientResponse,
    visit: &PageVisit<'_>,
    rewriting: Rewriting,
    record: &mut Record,
) -> Result<(), UnreadablePage> {
    if *visit.origin.method() == Method::HEAD {
        // Only the rewritten page would tell.
        response.fields.remove(&header::CONTENT_LENGTH);
        tell_charset(response, rewriting.are_transcoded());
        return Ok(());
    }
    let codings = codings(response)?;
    let coding = codings.last().copied();
    let mut page = Box::new(PageBody::new(response.body.take_content(), rewriting));
    let mut kept = Vec::new();
    let begun = poll_fn(|cx| Poll::Ready(page.begin(cx, coding, &mut kept))).await;
    let beginning = match begun {
        Err(reason) if !visit.fails_closed() => {
            page.pass_unread(&kept);
            response.body = ResponseBody::new(Content::Page(page));
            return Err(reason);
        }
        begun => begun?,
    };
    record.note_page(page.gated(), page.take_failure());
    if let Beginning::Unchanged(content) = beginning {
        response.body = ResponseBody::full(content);
        return Ok(());
    }
    response.fields.remove(&header::CONTENT_LENGTH);
    tell_charset(response, page.is_transcoded());
    if let (Some(coding), true) = (coding, codings.len() > 1) {
        let name = FieldValue::from_static(coding.name());
        response.fields.set(header::CONTENT_ENCODING, name);
    }
    response.body = match beginning {
        Beginning::Whole(content) => ResponseBody::full(content),
        _ => ResponseBody::new(Content::Page(page)),
    };
    Ok(())
}

fn tell_charset(response: &mut ClientResponse, is_transcoded: bool) {
    let Some(line) = response.fields.get(&header::CONTENT_TYPE) else {
        return;
    };
    let essence = line.as_bytes().split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    if is_transcoded
        && let Ok(line) = FieldValue::from_bytes(&[essence, b"; charset=utf-8"].concat())
    {
        response.fields.set(header::CONTENT_TYPE, line);
    }
}
