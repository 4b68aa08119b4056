//! The plain listener: every request is sent to https (308, RFC 9110 §15.4.9), what can't be
//! parsed gets 400, and nothing ever reaches a website. Content is not read.

use std::{cell::RefCell, rc::Rc};

use bytes::Bytes;
use http::{StatusCode, Version, header};
use tokio::{net::TcpStream, time::Instant};

use super::{
    arrival::{Arrival, await_head},
    body::ResponseBody,
    exchange::refuse_head,
    http1::{close, send_and_close, write_pace},
    record::Record,
    refusal::Refusal,
    response::ClientResponse,
    snapshot::Snapshot,
    visitor::Visitor,
    wire::Wire,
};
use crate::privacy::FieldValue;
use crate::{
    http1::{HeadError, RequestHead, parse_request},
    privacy::FieldLines,
    site::Authority,
};

/// Answers one request and closes: the next one belongs on another connection.
pub(crate) async fn serve_redirect(stream: TcpStream, visitor: Rc<Visitor>) {
    let wire = Rc::new(RefCell::new(Wire::new(stream)));
    let snapshot = visitor.worker.snapshot();
    let compiled = &snapshot.compiled;
    let arrival = await_head(
        &wire,
        &visitor,
        compiled.head_limits,
        &compiled.limits,
        true,
    )
    .await;
    let started = Instant::now();
    let response = match arrival {
        Arrival::Nothing => return close(&wire).await,
        Arrival::Refused(refusal) => Err(refusal),
        Arrival::Head(head) => redirect(&head, &snapshot, &visitor, started),
    };
    let response = response
        .unwrap_or_else(|refusal| refuse_head(&visitor, refusal, Version::HTTP_11, started));
    send_and_close(&wire, &visitor, response, write_pace(&compiled.limits)).await;
}

fn redirect(
    head: &Bytes,
    snapshot: &Snapshot,
    visitor: &Rc<Visitor>,
    started: Instant,
) -> Result<ClientResponse, Refusal> {
    let head = parse_request(head, snapshot.compiled.head_limits).map_err(Refusal::Head)?;
    let missing = Refusal::Head(HeadError::Authority);
    let text = head.authority.clone().ok_or(missing)?;
    let authority = Authority::parse(text.as_bytes()).ok_or(missing)?;
    let port = snapshot.compiled.public_https_port;
    let target = if head.target == "*" {
        "/"
    } else {
        head.target.as_str()
    };
    let location = match port {
        443 => format!("https://{}{target}", authority.host),
        port => format!("https://{}:{port}{target}", authority.host),
    };
    let location = FieldValue::try_from(location).map_err(|_| Refusal::Head(HeadError::Target))?;
    let mut response = ClientResponse {
        status: StatusCode::PERMANENT_REDIRECT,
        fields: [(header::LOCATION, location)].into_iter().collect(),
        evictions: None,
        body: ResponseBody::full(""),
    };
    let mut record = Box::new(Record::new(
        Rc::clone(&visitor.worker),
        head.version,
        started,
    ));
    describe(&mut record, &head, &authority, snapshot, visitor);
    record.status = Some(response.status);
    response.body.attach(record);
    Ok(response)
}

fn describe(
    record: &mut Record,
    head: &RequestHead,
    authority: &Authority<'_>,
    snapshot: &Snapshot,
    visitor: &Visitor,
) {
    record.method = Some(head.method.clone());
    record.target = Some(head.target.clone());
    record.user_agent = head.fields.get(&header::USER_AGENT).cloned();
    record.referer = head.fields.get(&header::REFERER).cloned();
    if let Some((_, site, _)) = snapshot.site(&authority.host) {
        let now = record.now();
        record.site = Some(site.name.clone());
        let identity = visitor.identify(&FieldLines::default(), &snapshot.compiled, site, now);
        record.client = identity.logged;
    }
}
