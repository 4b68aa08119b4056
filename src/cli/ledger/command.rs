//! The commands. All but `verify` open the store of the configuration, beside a running gateway.

use std::{
    io::{self, BufWriter, Write},
    time::Duration,
};

use super::verify::verify;
use crate::{
    cli::{
        arguments::{ExportFormat, LedgerCommand},
        layout::counted,
        outcome::Outcome,
        source::Source,
    },
    config::options::{Ledger, LedgerStore},
    ledger::{Store, StoreError, Wanted, now, oldest_kept, open, write_csv, write_json},
};

/// Does what is asked.
pub(in crate::cli) fn ledger(source: &Source, command: &LedgerCommand) -> Outcome {
    if let LedgerCommand::Verify { file, root } = command {
        return verify(file, *root);
    }
    let done = opened(source).and_then(|(options, mut store)| {
        let done = match command {
            LedgerCommand::Export { format, since, id } => {
                let wanted = match (since, id) {
                    (_, Some(id)) => Wanted::Visitor(*id),
                    (Some(day), None) => Wanted::Since(*day),
                    (None, None) => Wanted::All,
                };
                export(store.as_mut(), *format, wanted)
            }
            LedgerCommand::Erase { id } => {
                let erased = all(|| store.erase(*id, now()));
                erased.map(|erased| match erased {
                    0 => Outcome::failed("there is no record of this id"),
                    count => Outcome::fine(format!("erased {}\n", records(count))),
                })
            }
            LedgerCommand::Prune => {
                let oldest = oldest_kept(now(), options.retention);
                let pruned = all(|| store.prune(oldest, now()));
                pruned.map(|count| Outcome::fine(format!("pruned {}\n", records(count))))
            }
            LedgerCommand::Verify { .. } => return Ok(Outcome::fine("")),
        };
        let outcome = done.map_err(|error| failed(&options.store, &error))?;
        Ok(match waiting(&options.store) {
            true => outcome.noting(WAITING),
            false => outcome,
        })
    });
    done.unwrap_or_else(|outcome| outcome)
}

/// Nobody but the operator waits.
const PATIENCE: Duration = Duration::from_secs(60);

const WAITING: &str = "privet: the gateway could not reach the store for a while: some records wait in \
                       the backlog and are not among these yet";

/// Until nothing is left to do; how much it was.
fn all(mut step: impl FnMut() -> Result<u64, StoreError>) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        match step()? {
            0 => return Ok(all),
            count => all += count,
        }
    }
}

fn records(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "record")
}

/// The store that the configuration names; it is not made where there is none.
fn opened(source: &Source) -> Result<(Ledger, Box<dyn Store>), Outcome> {
    let config = source.load_or_default()?.0;
    let Some(options) = config.ledger else {
        return Err(Outcome::wrong(
            "privet: ledger.store is \"off\", so there are no records",
        ));
    };
    if let LedgerStore::Sqlite(path) = &options.store
        && !path.exists()
    {
        let reason = format!("there is no ledger at {} yet", path.display());
        return Err(Outcome::failed(reason));
    }
    let store = open(&options.store, PATIENCE).map_err(|error| failed(&options.store, &error))?;
    Ok((options, store))
}

fn failed(store: &LedgerStore, error: &StoreError) -> Outcome {
    Outcome::failed(format!("{store}: {error}"))
}

/// Whether records wait for the store.
fn waiting(store: &LedgerStore) -> bool {
    std::fs::metadata(store.backlog()).is_ok_and(|backlog| backlog.len() > 0)
}

fn export(
    store: &mut dyn Store,
    format: ExportFormat,
    wanted: Wanted,
) -> Result<Outcome, StoreError> {
    let mut out = BufWriter::new(io::stdout().lock());
    match format {
        ExportFormat::Json => write_json(store, wanted, u64::MAX, now(), &mut out)?,
        ExportFormat::Csv => write_csv(store, wanted, u64::MAX, &mut out)?,
    }
    out.flush()?;
    Ok(Outcome::fine(""))
}
