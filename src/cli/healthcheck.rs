//! `privet healthcheck`: whether the running gateway is ready, for containers.

use std::net::SocketAddr;

use super::{outcome::Outcome, source::Source};
use crate::admin::ask;

/// Asks at `admin`, or where the configuration says. A mistake in the file is no sign of ill
/// health: the gateway goes on with what it has.
pub(super) fn healthcheck(source: &Source, admin: Option<SocketAddr>) -> Outcome {
    let address = match admin.map_or_else(|| source.admin(), |address| Ok(Some(address))) {
        Ok(Some(address)) => address,
        Ok(None) => {
            return Outcome::failed(
                "admin.listen is \"off\", so the running gateway can't be asked",
            );
        }
        Err(report) => return Outcome::failed(report.to_string().trim_end()),
    };
    match ask(address, "GET", "/readyz") {
        Ok(answer) if answer.status == 200 => Outcome::fine("ready\n"),
        Ok(answer) => Outcome::failed(format!("not ready: {}", answer.text.trim())),
        Err(error) => Outcome::failed(error),
    }
}
