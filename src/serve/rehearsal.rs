//! A request that nobody sent, taken the way of [`exchange`](super::exchange) by the same
//! functions, for `privet explain`. No website is asked: its answer is given.

use std::rc::Rc;

use http::{StatusCode, header};
use tokio::time::Instant;

use super::{
    exchange::{IncomingRequest, Scene, bounded, client_request, demonstrate},
    keys::{KeyEpoch, PseudonymKeys},
    own,
    refusal::Refusal,
    snapshot::{Compiled, Site},
    visitor::Identity,
};
use crate::{
    http1::{HeadError, RequestHead},
    metrics::WorkerMetrics,
    privacy::{
        CONSENT_COOKIE, ClientAddr, CookieDecision, Evictions, FieldLines, FieldValue,
        MinimisedAddr, OriginRequest, Policy, ResponseContext, Stripped, VendorId, add_reissues,
        cookie_name, minimise_request, minimise_response,
    },
    site::Authority,
};

/// What is to be rehearsed.
#[derive(Debug)]
pub(crate) struct Rehearsal<'a> {
    /// The visitor's request.
    pub(crate) head: RequestHead,
    /// Who connects.
    pub(crate) peer: ClientAddr,
    /// The website's `Set-Cookie` lines.
    pub(crate) set_cookies: &'a [FieldValue],
    /// Its name in the log and for the website.
    pub(crate) request_id: FieldValue,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

/// What would happen.
#[derive(Debug)]
pub(crate) struct Rehearsed {
    /// The site's place in the configuration.
    pub(crate) site: usize,
    /// The request's fields as they were parsed.
    pub(crate) fields: FieldLines,
    /// Whose request it is.
    pub(crate) client: ClientAddr,
    /// Whether a trusted proxy's field held something that is no address.
    pub(crate) malformed: bool,
    /// The client's address as the log shows it.
    pub(crate) logged: Option<MinimisedAddr>,
    /// What the visitor consented to, and what becomes of the request's cookies.
    pub(crate) cookies: Rc<CookieDecision>,
    /// The vendor in disguise whose request it is.
    pub(crate) vendor: Option<VendorId>,
    /// Who answers.
    pub(crate) answer: Answer,
}

/// Who answers.
#[derive(Debug)]
pub(crate) enum Answer {
    /// privet itself.
    Own {
        /// Which of its resources.
        resource: own::Resource,
        /// With what status.
        status: StatusCode,
    },
    /// The website.
    Website(Box<WebsiteAnswer>),
}

/// What travels to the website and back.
#[derive(Debug)]
pub(crate) struct WebsiteAnswer {
    /// What the website receives.
    pub(crate) origin: OriginRequest,
    /// Each `Set-Cookie` line that it sends, and what becomes of it.
    pub(crate) set_cookies: Vec<(FieldValue, Option<FieldValue>)>,
    /// Its status.
    pub(crate) status: StatusCode,
    /// The fields that the visitor receives.
    pub(crate) fields: FieldLines,
    /// The cookies of its answer that are refused.
    pub(crate) stripped: Vec<Stripped>,
}

/// Takes the request its way.
///
/// # Errors
/// Why no site answers.
pub(crate) async fn rehearse(
    compiled: &Compiled,
    rehearsal: Rehearsal<'_>,
) -> Result<Rehearsed, Refusal> {
    let now = rehearsal.now;
    let mut request = incoming(rehearsal.head);
    let missing = Refusal::Head(HeadError::Authority);
    let text = request.authority.clone().ok_or(missing)?;
    let authority = Authority::parse(text.as_bytes()).ok_or(missing)?;
    let host = authority.host.as_ref();
    let index = compiled.table.find(host).ok_or(Refusal::Misdirected)?;
    let site = compiled.sites.get(index).ok_or(Refusal::Misdirected)?;
    let policy = &site.policy;
    let fields = request.fields.clone();
    let derived = compiled.trusted.derive(rehearsal.peer, &fields);
    let identity = identity(derived.client, policy, now);
    let cookies = CookieDecision::new(&fields, host, policy, now);
    let vendor = own::in_disguise(&request.target, site, &cookies.consent);
    let scene = Scene {
        request: &request,
        authority: &text,
        host,
        site,
        index,
        compiled,
        consent: &cookies.consent,
        vendor,
        now,
        metrics: &WorkerMetrics::default(),
    };
    bounded(None, request.framing, derived.client, &compiled.limits)?;
    let own = own_answer(&scene).await;
    let answer = own.unwrap_or_else(|| {
        let id = &rehearsal.request_id;
        let request = client_request(&mut request, &text, host, &identity, id);
        let (origin, _) = minimise_request(request, policy, &cookies);
        let context = ResponseContext {
            policy,
            consent: &cookies.consent,
            authority: text.to_str().unwrap_or_default(),
            origin: "",
            vendor,
            now,
        };
        website_answer(site, origin, &cookies, rehearsal.set_cookies, &context)
    });
    Ok(Rehearsed {
        site: index,
        fields,
        client: derived.client,
        malformed: derived.malformed,
        logged: identity.logged,
        cookies: Rc::new(cookies),
        vendor,
        answer,
    })
}

/// What may be known of the client, by a key that is forgotten at once.
fn identity(client: ClientAddr, policy: &Policy, now: i64) -> Identity {
    let rule = policy.address_rule();
    let rotation = rule.pseudonym_rotation;
    let key = PseudonymKeys::default().current(rotation, KeyEpoch::at(now, rotation));
    Identity::new(client, rule, &key)
}

fn incoming(head: RequestHead) -> IncomingRequest {
    IncomingRequest {
        method: head.method,
        target: head.target,
        authority: head.authority,
        version: head.version,
        fields: head.fields,
        framing: head.content,
        content: None,
        upgrade: head.upgrade,
        started: Instant::now(),
    }
}

async fn own_answer(scene: &Scene<'_>) -> Option<Answer> {
    let resource = own::Resource::of(scene)?;
    let status = match own::answer(resource, scene, None).await {
        Ok(response) => response.status(),
        Err(refusal) => refusal.status(),
    };
    Some(Answer::Own { resource, status })
}

fn website_answer(
    site: &Site,
    origin: OriginRequest,
    cookies: &CookieDecision,
    set_cookies: &[FieldValue],
    context: &ResponseContext<'_>,
) -> Answer {
    let (status, mut fields) = if site.is_demo() {
        let response = demonstrate(&origin);
        (response.status, response.fields)
    } else {
        (StatusCode::OK, FieldLines::default())
    };
    for line in set_cookies {
        fields.push(header::SET_COOKIE, line.clone());
    }
    let set_cookies = fields
        .get_all(&header::SET_COOKIE)
        .map(|line| (line.clone(), alone(line, context)))
        .collect();
    let evictions = &cookies.evictions;
    let stripped = minimise_response(&mut fields, context, evictions);
    add_reissues(&mut fields, &cookies.reissues);
    for line in evictions.lines() {
        fields.push(header::SET_COOKIE, line.clone());
    }
    Answer::Website(Box::new(WebsiteAnswer {
        origin,
        set_cookies,
        status,
        fields,
        stripped,
    }))
}

/// What becomes of one `Set-Cookie` line.
fn alone(line: &FieldValue, context: &ResponseContext<'_>) -> Option<FieldValue> {
    let mut fields = FieldLines::default();
    fields.push(header::SET_COOKIE, line.clone());
    minimise_response(&mut fields, context, &Evictions::default());
    // What is stored of a withdrawn consent is no answer to this line.
    let is_ours = |line: &FieldValue| cookie_name(line.as_bytes()) == CONSENT_COOKIE.as_bytes();
    let mut lines = fields.get_all(&header::SET_COOKIE);
    lines.find(|line| !is_ours(line)).cloned()
}
