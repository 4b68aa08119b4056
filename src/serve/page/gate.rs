//! What is done to a website's response that is a page: its fields are tied to the visitor's consent,
//! and its content is gated where there is something to refuse. Everything else passes untouched.

use std::{future::poll_fn, rc::Rc, task::Poll};

use http::{Method, StatusCode, header};

use super::{
    body::{Beginning, PageBody},
    decoding::MOST_LAYERS,
    encoding::Encoder,
    observe::ObservedPage,
    observer::Observer,
    rewriting::Rewriting,
};
use crate::{
    metrics::UnreadablePage,
    privacy::{
        ContentCoding, CookieDecision, FieldValue, OnFailure, OriginRequest, PageContext, PageType,
        Policy, admit_own, bind_to_consent,
    },
    serve::{
        body::{Content, ResponseBody},
        record::Record,
        refusal::Refusal,
        response::ClientResponse,
        snapshot::Snapshot,
        third_parties::{Reader, is_ruled},
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
    pub(in crate::serve) reader: Reader,
    /// Seconds since 1970.
    pub(in crate::serve) now: i64,
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
    if !policy.third_parties().gate && !policy.binds_pages() {
        return Ok(());
    }
    let destination = visit.origin.destination();
    let page = PageType::of(response.status, &response.fields, destination);
    let is_revalidated = response.status == StatusCode::NOT_MODIFIED && visit.origin.holds_page();
    let is_tied = page.is_some() || is_revalidated || is_ruled(response, visit.reader, policy);
    if policy.binds_pages() && is_tied {
        bind_to_consent(&mut response.fields, &policy.consent_tag(consent));
    }
    if is_revalidated {
        // The browser keeps that of the page it holds, which admits what privet put into it.
        response.fields.remove(&header::CONTENT_SECURITY_POLICY);
    }
    let Some(page) = page.filter(|_| policy.gates(consent)) else {
        return Ok(());
    };
    let gated = if policy.enforces() {
        rewrite(response, visit, page, record).await
    } else {
        observe(response, visit, page, record)
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

    /// What is known of a page before its content. `nonce` is for privet's own scripts.
    fn context(&self, page: &PageType, nonce: Option<String>, record: &Record) -> PageContext {
        let authority = self.authority.to_str().unwrap_or_default();
        let target = self.origin.target().as_str();
        let frame_names = record.worker.request_id();
        PageContext {
            host: self.host.into(),
            base: format!("https://{authority}{target}").into(),
            cookies: Rc::clone(self.cookies),
            syntax: page.syntax,
            memory: self.snapshot.compiled.limits.page_memory,
            nonce: nonce.map(Into::into),
            frame_names: frame_names.to_str().unwrap_or_default().into(),
            is_document: self.origin.destination().is_document(),
            applies: self.policy.enforces(),
        }
    }

    /// What reads and gates the content of a response, on which `codings` were applied.
    fn rewriting(
        &self,
        page: PageType,
        codings: &[ContentCoding],
        context: PageContext,
        record: &Record,
    ) -> Rewriting {
        let site = (Rc::clone(self.snapshot), self.site);
        let observer = Observer {
            worker: Rc::clone(&record.worker),
            target: self.origin.target().clone(),
            now: self.now,
        };
        Rewriting::new(site, codings, page, context, observer)
    }

    /// Opens the website's policies for what privet puts into a document; returns the nonce for it.
    fn admit_own(&self, response: &mut ClientResponse, record: &Record) -> Option<String> {
        let is_ruled = response.fields.contains(&header::CONTENT_SECURITY_POLICY);
        if !is_ruled || !self.origin.destination().is_document() {
            return None;
        }
        let authority = self.authority.to_str().unwrap_or_default();
        let fresh = record.worker.request_id();
        let fresh = fresh.to_str().unwrap_or_default();
        admit_own(&mut response.fields, authority, fresh)
    }
}

/// Counts what would be gated.
fn observe(
    response: &mut ClientResponse,
    visit: &PageVisit<'_>,
    page: PageType,
    record: &Record,
) -> Result<(), UnreadablePage> {
    let codings = codings(response)?;
    let source = response.body.take_content();
    let context = visit.context(&page, None, record);
    let observed = ObservedPage::new(source, visit.rewriting(page, &codings, context, record));
    response.body = ResponseBody::new(Content::Observed(Box::new(observed)));
    Ok(())
}

/// The codings of a page's content, if all of it is sent and they can be undone.
fn codings(response: &ClientResponse) -> Result<Vec<ContentCoding>, UnreadablePage> {
    if response.status == StatusCode::PARTIAL_CONTENT {
        return Err(UnreadablePage::Partial);
    }
    ContentCoding::applied(&response.fields)
        .ok()
        .filter(|codings| codings.len() <= MOST_LAYERS)
        .ok_or(UnreadablePage::UnknownCoding)
}

/// Puts the rewritten content in the place of the website's, and says how it is framed and encoded.
async fn rewrite(
    response: &mut ClientResponse,
    visit: &PageVisit<'_>,
    page: PageType,
    record: &mut Record,
) -> Result<(), UnreadablePage> {
    let codings = codings(response)?;
    let coding = codings.last().copied();
    let compressor = &visit.snapshot.compressor;
    let mut encoder = coding.map(|coding| Encoder::new(coding, compressor));
    let policies = response.fields.contains(&header::CONTENT_SECURITY_POLICY);
    let website_fields = policies.then(|| response.fields.clone());
    let nonce = visit.admit_own(response, record);
    let context = visit.context(&page, nonce, record);
    let state = visit.policy.consent_tag(&visit.cookies.consent);
    let known = &visit.snapshot.known_pages;
    let mut acquaintance = known.page(state.as_str(), &codings, page.charset.as_deref(), &context);
    let rewriting = visit.rewriting(page, &codings, context, record);
    if *visit.origin.method() == Method::HEAD {
        // Only the rewritten page would tell.
        response.fields.remove(&header::CONTENT_LENGTH);
        response.body.clear();
        tell_charset(response, rewriting.are_transcoded());
        return Ok(());
    }
    let mut page = Box::new(PageBody::new(response.body.take_content(), rewriting));
    let mut kept = Vec::new();
    let begun =
        poll_fn(|cx| Poll::Ready(page.begin(cx, encoder.take(), &mut kept, &mut acquaintance)))
            .await;
    record.note_page(page.gated(), page.take_failure());
    let passes = |response: &mut ClientResponse, content| {
        if let Some(fields) = website_fields {
            response.fields = fields;
        }
        response.body = ResponseBody::new(content);
    };
    let content = match begun {
        Ok(Beginning::Unchanged(content)) => {
            passes(response, Content::Full(content));
            return Ok(());
        }
        Err(reason) => {
            page.pass_unread(&kept);
            passes(response, Content::Page(page));
            return Err(reason);
        }
        Ok(Beginning::Whole(content)) => {
            tell_charset(response, page.is_transcoded());
            Content::Full(content)
        }
        Ok(Beginning::Stream) => {
            tell_charset(response, page.is_transcoded());
            Content::Page(page)
        }
    };
    response.fields.remove(&header::CONTENT_LENGTH);
    if let (Some(coding), true) = (coding, codings.len() > 1) {
        let name = FieldValue::from_static(coding.name());
        response.fields.set(header::CONTENT_ENCODING, name);
    }
    response.body = ResponseBody::new(content);
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
