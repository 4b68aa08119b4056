//! The record of a visitor's choices: kept with each choice, and exported or erased when the visitor
//! asks (GDPR Art. 15 and 17).
//!
//! Whose record it is, only the id in the visitor's own cookie says; there is no other way to name one.

use std::sync::Arc;

use http::{HeaderValue, Response, header};

use super::{
    centre,
    consent::{see_other, set_cookie, vary},
    form::Form,
    resource::with_type,
    same_origin,
};
use crate::{
    ledger::{Ledger, Unavailable},
    privacy::{
        Choice, VendorId, centre as page, consent_id,
        ledger::{ConsentId, Digest, Record, RecordSource, Timestamp},
    },
    serve::{body::ResponseBody, exchange::Scene, refusal::Refusal},
    upstream::BoxContent,
};

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        Self::LedgerUnavailable
    }
}

/// Records a choice, if records are kept; returns the id under which.
pub(super) async fn keep(scene: &Scene<'_>, form: &Form, choice: &Choice) -> Option<ConsentId> {
    let ledger = scene.compiled.ledger.as_ref()?;
    let id = consent_id(&scene.request.fields).unwrap_or_else(Ledger::draw_id);
    let policy = &scene.site.policy;
    let names = |wanted: bool| {
        let answered = choice.vendors.iter().filter(|(_, yes)| *yes == wanted);
        let vendor =
            |(id, _): &(VendorId, bool)| Some(policy.catalogue().vendor(*id)?.name.clone());
        answered.filter_map(vendor).collect()
    };
    let source = form.get("source").and_then(RecordSource::from_name);
    let source = source.unwrap_or(RecordSource::Unknown);
    // A page of before a new vendor was seen is not what is shown now, so what it said is not known.
    let shown = form.get("shown").and_then(Digest::parse);
    let rendering = (source == RecordSource::Centre).then(|| centre::rendering(scene));
    let rendering = rendering.filter(|rendering| Some(rendering.digest()) == shown);
    let record = Record {
        id,
        time: Timestamp(scene.now),
        host: scene.host.to_owned(),
        source,
        policy_version: policy.consent_rules().policy_version.clone(),
        texts_version: page::TEXTS_VERSION.to_owned(),
        language: page::LANGUAGE.to_owned(),
        granted: choice.granted,
        refused: choice.refused,
        vendors_granted: names(true),
        vendors_refused: names(false),
        rendering: rendering.as_ref().map(|rendering| rendering.digest()),
    };
    ledger.record(record, rendering.map(Arc::new)).await;
    Some(id)
}

/// `POST /.privet/record`: the visitor's own record, exported or erased.
pub(super) async fn answer(
    scene: &Scene<'_>,
    content: Option<BoxContent>,
) -> Result<Response<ResponseBody>, Refusal> {
    same_origin::require(scene)?;
    let ledger = scene.compiled.ledger.as_ref().ok_or(Refusal::NotFound)?;
    let form = Form::read(scene, content).await?;
    let id = consent_id(&scene.request.fields);
    match form.get("do") {
        Some("export") => export(ledger.export(id.ok_or(Refusal::NotFound)?).await?),
        Some("erase") => {
            if let Some(id) = id {
                ledger.erase(id).await?;
            }
            Ok(forget(scene))
        }
        _ => Err(Refusal::Form),
    }
}

fn export(text: String) -> Result<Response<ResponseBody>, Refusal> {
    let mut response = with_type("application/json", text, "no-store");
    let fields = response.headers_mut();
    vary(fields);
    let name = HeaderValue::from_static("attachment; filename=\"consent-record.json\"");
    fields.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Back to the privacy centre, with the choice stored again without its id; a choice that no longer
/// holds is expired.
fn forget(scene: &Scene<'_>) -> Response<ResponseBody> {
    let policy = &scene.site.policy;
    let (rules, catalogue) = (policy.consent_rules(), policy.catalogue());
    let stored = Choice::stored(&scene.request.fields, policy.consent(), scene.now);
    let line = match stored {
        Some(mut choice) => {
            choice.id = None;
            choice.set_cookie(rules, catalogue, scene.now)
        }
        None => Choice::expiring(),
    };
    let mut response = see_other(Some("/.privet/?erased"));
    response.headers_mut().extend(line.and_then(set_cookie));
    response
}
