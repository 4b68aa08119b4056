//! One request's whole way, read downwards: authority → site → client address → consent →
//! privet's own answers → minimise → website → minimise → visitor.

use std::rc::Rc;

use http::{Method, StatusCode, Version, header, uri::PathAndQuery};
use tokio::time::Instant;

use super::{
    body::ResponseBody,
    content::BoundedContent,
    own,
    page::{self, PageVisit},
    record::{Record, failure_kind},
    refusal::Refusal,
    response::ClientResponse,
    sightings,
    snapshot::{Compiled, Site, SiteUpstream, Snapshot},
    third_parties,
    visitor::{Identity, Visitor},
};
use crate::{
    config::options::Limits,
    demo,
    http1::{HeadError, is_refused_method},
    metrics::{Direction, Malformed, WorkerMetrics},
    privacy::{
        ClientAddr, ClientRequest, Consent, Content, CookieDecision, FieldLines, FieldValue,
        OriginRequest, ResponseContext, Stripped, VendorId, add_reissues, add_security_fields,
        minimise_request, minimise_response,
    },
    site::Authority,
    upstream::{BoxContent, SendReport, Upstream},
};

/// A visitor's request as its protocol delivers it, framing already checked.
pub(super) struct IncomingRequest {
    pub(super) method: Method,
    pub(super) target: PathAndQuery,
    /// `None` where an HTTP/1.0 visitor sent none.
    pub(super) authority: Option<FieldValue>,
    pub(super) version: Version,
    pub(super) fields: FieldLines,
    pub(super) framing: Content,
    pub(super) content: Option<BoxContent>,
    pub(super) upgrade: bool,
    pub(super) started: Instant,
}

/// What is known of a request once its site is.
pub(super) struct Scene<'a> {
    pub(super) request: &'a IncomingRequest,
    pub(super) authority: &'a FieldValue,
    pub(super) host: &'a str,
    pub(super) site: &'a Site,
    /// The site's place among all.
    pub(super) index: usize,
    pub(super) compiled: &'a Compiled,
    pub(super) consent: &'a Consent,
    /// The vendor in disguise whose request it is.
    pub(super) vendor: Option<VendorId>,
    /// Seconds since 1970.
    pub(super) now: i64,
    pub(super) metrics: &'a WorkerMetrics,
}

/// Answers a request. Never fails: what goes wrong becomes an answer.
pub(super) async fn exchange(visitor: Rc<Visitor>, mut request: IncomingRequest) -> ClientResponse {
    let mut record = Box::new(Record::new(
        Rc::clone(&visitor.worker),
        request.version,
        request.started,
    ));
    record.tls = visitor.tls;
    record.method = Some(request.method.clone());
    record.target = Some(request.target.clone());
    record.referer = request.fields.get(&header::REFERER).cloned();
    record.user_agent = request.fields.get(&header::USER_AGENT).cloned();
    let to_head = request.method == Method::HEAD;
    let accept = request.fields.get(&header::ACCEPT).cloned();
    let answer = answer(&visitor, &mut request, &mut record).await;
    let mut response = answer.unwrap_or_else(|refusal| {
        let mut response = refuse(accept.as_ref(), refusal, &record);
        let snapshot = visitor.worker.snapshot();
        let authority = request.authority.as_ref();
        let authority = authority.and_then(|text| Authority::parse(text.as_bytes()));
        if let Some((_, site, _)) = authority.and_then(|authority| snapshot.site(&authority.host)) {
            add_security_fields(&mut response.fields, &site.policy);
        }
        response
    });
    if response.status == StatusCode::NO_CONTENT {
        // RFC 9110 §8.6; over HTTP/2 it would be content that never comes.
        response.fields.remove(&header::CONTENT_LENGTH);
    }
    if to_head {
        if let Some(length @ 1..) = response.body.length()
            && !response.fields.contains(&header::CONTENT_LENGTH)
        {
            response.fields.push(header::CONTENT_LENGTH, length.into());
        }
        response.body.clear();
    }
    record.status = Some(response.status);
    response.body.attach(record);
    response
}

/// The answer to a request that could not even be parsed.
pub(super) fn refuse_head(
    visitor: &Visitor,
    refusal: Refusal,
    version: Version,
    started: Instant,
) -> ClientResponse {
    let mut record = Box::new(Record::new(Rc::clone(&visitor.worker), version, started));
    record.tls = visitor.tls;
    count_malformed(visitor, refusal);
    let mut response: ClientResponse = refusal
        .response(None, record.request_id.to_str().ok())
        .into();
    record.status = Some(response.status);
    response.body.attach(record);
    response
}

fn refuse(accept: Option<&FieldValue>, refusal: Refusal, record: &Record) -> ClientResponse {
    count_refusal(record, refusal);
    refusal
        .response(accept, record.request_id.to_str().ok())
        .into()
}

async fn answer(
    visitor: &Visitor,
    request: &mut IncomingRequest,
    record: &mut Record,
) -> Result<ClientResponse, Refusal> {
    if is_refused_method(&request.method) {
        return Err(Refusal::Head(HeadError::Method));
    }
    let snapshot = visitor.worker.snapshot();
    let content = request.content.take();
    let text = request
        .authority
        .clone()
        .ok_or(Refusal::Head(HeadError::Authority))?;
    let authority = Authority::parse(text.as_bytes()).ok_or(Refusal::Head(HeadError::Authority))?;
    let (index, site, upstream) = snapshot.site(&authority.host).ok_or(Refusal::Misdirected)?;
    record.site = Some(site.name.clone());

    let now = record.now();
    let identity = visitor.identify(&request.fields, &snapshot.compiled, site, now);
    record.client = identity.logged;

    let policy = &site.policy;
    let host = authority.host.as_ref();
    let cookies = visitor.decide(
        &request.fields,
        host,
        &snapshot.compiled,
        (index, site),
        now,
    );
    if cookies.consent.unreadable() {
        visitor.worker.metrics().malformed(Malformed::Consent);
    }
    let limits = &snapshot.compiled.limits;
    let mut content = bounded(content, request.framing, identity.client, limits)?;
    let vendor = match own::in_disguise(&request.target, site, &cookies.consent) {
        None => own::by_content(&mut content, request, site).await,
        found => found,
    };
    sightings::note_visit(request, &cookies.consent, site, record);
    let scene = Scene {
        request,
        authority: &text,
        host,
        site,
        index,
        compiled: &snapshot.compiled,
        consent: &cookies.consent,
        vendor,
        now,
        metrics: visitor.worker.metrics(),
    };

    if let Some(resource) = own::Resource::of(&scene) {
        let mut response = ClientResponse::from(own::answer(resource, &scene, content).await?);
        add_security_fields(&mut response.fields, policy);
        return Ok(response);
    }

    let reader = third_parties::Reader::of(&request.fields, policy);
    let client_request = client_request(request, &text, host, &identity, &record.request_id);
    let (origin, fields_removed) = minimise_request(client_request, policy, &cookies);
    sightings::count_cookies(&snapshot, index, &cookies);
    record.cookies_stripped = u32::try_from(cookies.stripped.len()).unwrap_or(u32::MAX);
    visitor
        .worker
        .metrics()
        .address_fields_removed(fields_removed);

    let mut response = match upstream {
        SiteUpstream::Demo => demonstrate(&origin),
        SiteUpstream::Servers(servers) => {
            send((&snapshot, index), servers, &origin, content, record).await?
        }
    };
    let endpoint = record.upstream.clone();
    let context = ResponseContext {
        policy,
        consent: &cookies.consent,
        authority: text.to_str().unwrap_or_default(),
        origin: endpoint.as_ref().map_or("", |endpoint| endpoint.origin()),
        vendor,
        now,
    };
    sightings::note_set(&response.fields, &context, (&snapshot, index), record);
    let stripped = bring_back(&mut response, &context, &cookies);
    sightings::count_stripped(&snapshot, index, &stripped, Direction::Response);
    let sightings = visitor.worker.metrics().third_parties();
    third_parties::silence(
        &mut response,
        site,
        &cookies.consent,
        sightings,
        origin.target().path(),
        now,
    );
    record.set_cookies_stripped = u32::try_from(stripped.len()).unwrap_or(u32::MAX);
    let visit = PageVisit {
        snapshot: &snapshot,
        site: index,
        policy,
        cookies: &cookies,
        origin: &origin,
        authority: &text,
        host,
        reader,
        now,
    };
    page::gate(&mut response, &visit, record).await?;
    third_parties::add(
        &mut response,
        reader,
        (&snapshot, index),
        &cookies.consent,
        sightings.known(),
    );
    Ok(response)
}

/// The request's content, held to the limits while it streams; refused at once where its length
/// tells that it is too large.
pub(super) fn bounded(
    content: Option<BoxContent>,
    framing: Content,
    client: ClientAddr,
    limits: &Limits,
) -> Result<Option<BoxContent>, Refusal> {
    match (framing, limits.body_size) {
        (Content::Length(length), Some(limit)) if length > limit => Err(Refusal::ContentTooLarge),
        _ => Ok(content
            .map(|content| Box::pin(BoundedContent::new(content, client, limits)) as BoxContent)),
    }
}

/// Minimises a website's response; returns the cookies that were refused.
fn bring_back(
    response: &mut ClientResponse,
    context: &ResponseContext<'_>,
    cookies: &Rc<CookieDecision>,
) -> Vec<Stripped> {
    let upgrade = upgrade_field(response);
    let stripped = minimise_response(&mut response.fields, context, &cookies.evictions);
    if !cookies.evictions.is_empty() {
        response.evictions = Some(Rc::clone(cookies));
    }
    if !cookies.reissues.is_empty() {
        add_reissues(&mut response.fields, &cookies.reissues);
    }
    if let Some(protocol) = upgrade {
        response.fields.push(header::UPGRADE, protocol);
    }
    stripped
}

/// The request as it is to be minimised; takes its fields.
pub(super) fn client_request<'a>(
    request: &'a mut IncomingRequest,
    authority: &'a FieldValue,
    host: &'a str,
    identity: &'a Identity,
    request_id: &'a FieldValue,
) -> ClientRequest<'a> {
    let fields = std::mem::take(&mut request.fields);
    ClientRequest {
        method: &request.method,
        target: &request.target,
        authority,
        host,
        upgrade: request
            .upgrade
            .then(|| fields.get(&header::UPGRADE).cloned())
            .flatten(),
        fields,
        content: request.framing,
        client: identity.client,
        forwarded_for: identity.forwarded_for.as_ref(),
        request_id,
    }
}

/// Asks the website.
async fn send(
    (snapshot, site): (&Rc<Snapshot>, usize),
    servers: &Upstream,
    origin: &OriginRequest,
    content: Option<BoxContent>,
    record: &mut Record,
) -> Result<ClientResponse, Refusal> {
    let asked = Instant::now();
    let mut report = SendReport::default();
    let answer = servers
        .send(origin, content, snapshot.compiled.send, asked, &mut report)
        .await;
    record.upstream_duration = Some(asked.elapsed());
    note_report(&report, record);
    record.upstream = report.endpoint;
    let answer = answer.map_err(Refusal::Exchange)?;
    Ok(ClientResponse {
        status: answer.head.status,
        fields: answer.head.fields,
        evictions: None,
        body: ResponseBody::upstream(answer.body, Rc::clone(snapshot), site),
    })
}

fn note_report(report: &SendReport, record: &Record) {
    let metrics = record.worker.metrics();
    for error in &report.errors {
        metrics.upstream_error(failure_kind(*error));
        tracing::warn!(
            request_id = record.request_id.to_str().unwrap_or_default(),
            upstream = report.endpoint.as_ref().map(|endpoint| endpoint.label()),
            "website failed: {error}"
        );
    }
    if report.retried {
        metrics.upstream_retry();
    }
    for _ in 0..report.ejected {
        metrics.endpoint_ejected();
    }
}

/// The bundled website's answer.
pub(super) fn demonstrate(origin: &OriginRequest) -> ClientResponse {
    let values = |wanted: &str| {
        let lines = origin.fields().get_all(wanted);
        lines
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    };
    demo::respond(origin.method(), origin.target().as_str(), &values)
        .map(ResponseBody::full)
        .into()
}

/// The protocol of a `101`, which is connection-specific and yet for the visitor.
fn upgrade_field(response: &ClientResponse) -> Option<FieldValue> {
    let switching = response.status == StatusCode::SWITCHING_PROTOCOLS;
    response
        .fields
        .get(&header::UPGRADE)
        .filter(|_| switching)
        .cloned()
}

fn count_refusal(record: &Record, refusal: Refusal) {
    if let Some(kind) = refusal.malformed() {
        record.worker.metrics().malformed(kind);
    }
}

fn count_malformed(visitor: &Visitor, refusal: Refusal) {
    if let Some(kind) = refusal.malformed() {
        visitor.worker.metrics().malformed(kind);
    }
}
