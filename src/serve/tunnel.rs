//! An upgraded connection (RFC 9110 §7.8): after the `101`, bytes pass unread in both directions.

use std::{io, rc::Rc, time::Duration};

use http::Version;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split},
    time::{Instant, sleep_until},
};

use super::{
    response::ClientResponse,
    visitor::Visitor,
    wire::{SharedWire, Wire},
};
use crate::http1::{Head, write_response_head};

/// One read, bytes.
const ROOM: usize = 16 * 1024;

/// Answers `101` and passes bytes until either side ends or nothing moves for the tunnel's time
/// limit.
pub(super) async fn tunnel<S>(wire: SharedWire<S>, response: ClientResponse, visitor: &Visitor)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let ClientResponse {
        status,
        fields,
        evictions,
        body,
    } = response;
    // Nobody else holds the connection: the request had no content, and its response is here.
    let Ok(wire) = Rc::try_unwrap(wire) else {
        return;
    };
    let Some((mut website, from_website, mut record)) = body.into_tunnel() else {
        return;
    };
    let Wire {
        stream: mut client,
        input: from_client,
        mut output,
        ..
    } = wire.into_inner();
    let version = Version::HTTP_11;
    let evictions = evictions
        .as_ref()
        .map(|cookies| cookies.evictions.written());
    let head = Head {
        status,
        fields: &fields,
        more: evictions.unwrap_or_default(),
        connection: Some(b"upgrade"),
        chunked: false,
    };
    write_response_head(version, &head, &mut output);
    output.extend_from_slice(&from_website);
    let greet = async {
        client.write_all(&output).await?;
        client.flush().await?;
        website.write_all(&from_client).await?;
        website.flush().await
    };
    if greet.await.is_err() {
        return;
    }
    let idle = visitor.worker.snapshot().compiled.limits.tunnel_timeout;
    let (client_in, client_out) = split(client);
    let (website_in, website_out) = split(website);
    let last = std::cell::Cell::new(Instant::now());
    let copied = std::cell::Cell::new(from_website.len() as u64);
    tokio::select! {
        // An end passes on to the other side, which may go on; a failure ends both.
        _ = async {
            tokio::try_join!(
                copy(client_in, website_out, &last, None),
                copy(website_in, client_out, &last, Some(&copied)),
            )
        } => {}
        () = idle_for(&last, idle) => {}
        () = visitor.worker.drained() => {}
    }
    if let Some(record) = &mut record {
        record.bytes += copied.get();
    }
}

async fn copy<R: AsyncRead, W: AsyncWrite>(
    mut from: ReadHalf<R>,
    mut to: WriteHalf<W>,
    last: &std::cell::Cell<Instant>,
    copied: Option<&std::cell::Cell<u64>>,
) -> io::Result<()> {
    let mut room = vec![0; ROOM];
    loop {
        let count = from.read(&mut room).await?;
        if count == 0 {
            return to.shutdown().await;
        }
        last.set(Instant::now());
        to.write_all(room.get(..count).unwrap_or_default()).await?;
        to.flush().await?;
        if let Some(copied) = copied {
            copied.set(copied.get() + count as u64);
        }
    }
}

async fn idle_for(last: &std::cell::Cell<Instant>, limit: Duration) {
    loop {
        let due = last.get() + limit;
        sleep_until(due).await;
        if last.get() + limit <= Instant::now() {
            return;
        }
    }
}
