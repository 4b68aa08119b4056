//! `privet reload`: the running gateway is asked, and its verdict awaited.

use std::net::SocketAddr;

use super::{outcome::Outcome, source::Source};
use crate::admin::ask;

/// Asks at `admin`, or where the configuration says.
pub(super) fn reload(source: &Source, admin: Option<SocketAddr>) -> Outcome {
    let address = match admin.map_or_else(|| source.admin(), |address| Ok(Some(address))) {
        Ok(Some(address)) => address,
        Ok(None) => {
            return Outcome::failed(
                "admin.listen is \"off\", so the running gateway can't be asked; send it SIGHUP and \
                 look at its log",
            );
        }
        Err(report) => return Outcome::wrong(report),
    };
    match ask(address, "POST", "/reload") {
        Ok(answer) => match answer.status {
            200 => Outcome::fine("reloaded\n"),
            409 => Outcome::wrong(answer.text).noting("privet: reload refused, nothing changed:"),
            status => Outcome::failed(format!("not reloaded: {} ({status})", answer.text.trim())),
        },
        Err(error) => Outcome::failed(error),
    }
}
