//! A request that nobody sent, taken the way of [`exchange`](super::exchange) by the same
//! functions, for `privet explain`. No website is asked: its answer is given.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use tokio::time::Instant;

use super::{
    exchange::{IncomingRequest, Scene, demonstrate, minimise},
    keys::{KeyEpoch, PseudonymKeys},
    own,
    refusal::Refusal,
    snapshot::Compiled,
    visitor::Identity,
};
use crate::{
    http1::{HeadError, RequestHead},
    privacy::{
        CONSENT_COOKIE, ClientAddr, Consent, Content, MinimisedAddr, OriginRequest,
        RequestDecisions, ResponseContext, Stripped, add_security_fields, cookie_name,
        minimise_response,
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
    pub(crate) set_cookies: &'a [HeaderValue],
    /// Its name in the log and for the website.
    pub(crate) request_id: HeaderValue,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

/// What would happen.
#[derive(Debug)]
pub(crate) struct Rehearsed {
    /// The site's place in the configuration.
    pub(crate) site: usize,
    /// The request's fields as they were parsed.
    pub(crate) fields: HeaderMap,
    /// Whose request it is.
    pub(crate) client: ClientAddr,
    /// Whether a trusted proxy's field held something that is no address.
    pub(crate) malformed: bool,
    /// The client's address as the log shows it.
    pub(crate) logged: Option<MinimisedAddr>,
    /// What the visitor consented to.
    pub(crate) consent: Consent,
    /// Who answers.
    pub(crate) answer: Answer,
}

/// Who answers, and what the visitor receives.
#[derive(Debug)]
pub(crate) enum Answer {
    /// privet itself.
    Own {
        /// Which of its resources.
        resource: own::Resource,
        /// With what status and fields; or an error page.
        response: Result<(StatusCode, HeaderMap), Refusal>,
    },
    /// The website.
    Website {
        /// What it receives.
        origin: OriginRequest,
        /// What was done to the request.
        decisions: RequestDecisions,
        /// Each `Set-Cookie` line that it sends, and what becomes of it.
        set_cookies: Vec<(HeaderValue, Option<HeaderValue>)>,
        /// Its status.
        status: StatusCode,
        /// The fields that the visitor receives.
        fields: HeaderMap,
        /// The cookies of its answer that are refused.
        stripped: Vec<Stripped>,
    },
}

/// Takes the request its way.
///
/// # Errors
/// Why no site answers.
pub(crate) async fn rehearse(
    compiled: &Compiled,
    rehearsal: Rehearsal<'_>,
) -> Result<Rehearsed, Refusal> {
    let Rehearsal { head, now, .. } = rehearsal;
    let request = incoming(head);
    let text = request
        .authority
        .clone()
        .ok_or(Refusal::Head(HeadError::Authority))?;
    let authority = Authority::parse(text.as_bytes()).ok_or(Refusal::Head(HeadError::Authority))?;
    let index = compiled
        .table
        .find(&authority.host)
        .ok_or(Refusal::Misdirected)?;
    let site = compiled.sites.get(index).ok_or(Refusal::Misdirected)?;
    let derived = compiled.trusted.derive(rehearsal.peer, &request.fields);
    let rule = site.policy.address_rule();
    let rotation = rule.pseudonym_rotation;
    let key = PseudonymKeys::default().current(rotation, KeyEpoch::at(now, rotation));
    let identity = Identity::new(derived.client, rule, &key);
    let policy = &site.policy;
    let consent = Consent::read(
        &request.fields,
        policy.consent_rules(),
        policy.catalogue(),
        now,
    );
    let scene = Scene {
        request: &request,
        authority: &text,
        host: &authority.host,
        site,
        consent,
        now,
    };
    if let (Content::Length(length), Some(limit)) = (request.framing, compiled.limits.body_size)
        && length > limit
    {
        return Err(Refusal::ContentTooLarge);
    }
    let answer = match own::Resource::of(&scene) {
        Some(resource) => own_answer(resource, &scene).await,
        None => {
            let (origin, decisions) = minimise(&scene, &identity, &rehearsal.request_id);
            website_answer(&scene, origin, decisions, rehearsal.set_cookies)
        }
    };
    let consent = scene.consent;
    Ok(Rehearsed {
        site: index,
        client: derived.client,
        malformed: derived.malformed,
        logged: identity.logged,
        consent,
        answer,
        fields: request.fields,
    })
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

async fn own_answer(resource: own::Resource, scene: &Scene<'_>) -> Answer {
    let response = own::answer(resource, scene, None).await.map(|response| {
        let (mut parts, _) = response.into_parts();
        add_security_fields(&mut parts.headers, &scene.site.policy);
        (parts.status, parts.headers)
    });
    Answer::Own { resource, response }
}

fn website_answer(
    scene: &Scene<'_>,
    origin: OriginRequest,
    mut decisions: RequestDecisions,
    set_cookies: &[HeaderValue],
) -> Answer {
    let (status, mut fields) = if scene.site.is_demo() {
        let (parts, _) = demonstrate(&origin).into_parts();
        (parts.status, parts.headers)
    } else {
        (StatusCode::OK, HeaderMap::new())
    };
    for line in set_cookies {
        fields.append(header::SET_COOKIE, line.clone());
    }
    let context = ResponseContext {
        policy: &scene.site.policy,
        consent: &scene.consent,
        authority: scene.authority.to_str().unwrap_or_default(),
        origin: "",
        now: scene.now,
    };
    let lines = fields.get_all(header::SET_COOKIE).into_iter();
    let set_cookies = lines
        .map(|line| (line.clone(), alone(line, &context)))
        .collect();
    let evictions = std::mem::take(&mut decisions.evictions);
    let stripped = minimise_response(&mut fields, &context, evictions.clone());
    decisions.evictions = evictions;
    Answer::Website {
        origin,
        decisions,
        set_cookies,
        status,
        fields,
        stripped,
    }
}

/// What becomes of one `Set-Cookie` line.
fn alone(line: &HeaderValue, context: &ResponseContext<'_>) -> Option<HeaderValue> {
    let mut fields = HeaderMap::new();
    fields.insert(header::SET_COOKIE, line.clone());
    minimise_response(&mut fields, context, Vec::new());
    // What is stored of a withdrawn consent is no answer to this line.
    let is_ours = |line: &HeaderValue| cookie_name(line.as_bytes()) == CONSENT_COOKIE.as_bytes();
    let mut lines = fields.get_all(header::SET_COOKIE).into_iter();
    lines.find(|line| !is_ours(line)).cloned()
}
