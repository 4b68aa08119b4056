//! Visitors that keep a gateway busy, and count what goes wrong.

use std::{
    net::{SocketAddr, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

use crate::gateway::{Client, Http2, Tls, client::is_timeout, eventually};

/// What a visitor does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Habit {
    /// One HTTP/1.1 connection, one request after the other.
    Http1,
    /// One HTTP/2 connection, four requests at a time.
    Http2,
    /// A new HTTP/1.1 connection for each request.
    Fresh,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) answered: usize,
    pub(super) connections: usize,
    /// Requests without an answer, and why.
    pub(super) failed: Vec<String>,
    /// Requests that crossed the announced end of their connection, which any client sends again
    /// (RFC 9110 §9.2.2, RFC 9112 §9.3.1, RFC 9113 §8.7).
    pub(super) crossed: usize,
}

/// Visitors at work.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    visitors: Vec<(Habit, JoinHandle<Tally>)>,
}

impl Load {
    /// Sends visitors to `address`, until they are stopped or nobody listens there any more.
    pub(super) fn on(address: SocketAddr, habits: &[Habit]) -> Self {
        let mut load = Self {
            stop: Arc::default(),
            answered: Arc::default(),
            visitors: Vec::new(),
        };
        for habit in habits {
            let visitor = Visitor {
                address,
                stop: Arc::clone(&load.stop),
                answered: Arc::clone(&load.answered),
                tally: Tally::default(),
            };
            let habit = *habit;
            let run = thread::spawn(move || match habit {
                Habit::Http1 => visitor.http1(usize::MAX),
                Habit::Fresh => visitor.http1(1),
                Habit::Http2 => visitor.http2(),
            });
            load.visitors.push((habit, run));
        }
        load.wait_answers(20 * habits.len());
        load
    }

    /// Waits until so many more requests are answered.
    pub(super) fn wait_answers(&self, more: usize) {
        let goal = self.answered.load(SeqCst) + more;
        eventually("answers under load", || {
            let ended = self.visitors.iter().any(|(_, run)| run.is_finished());
            (ended || self.answered.load(SeqCst) >= goal).then_some(())
        });
    }

    /// Ends it.
    pub(super) fn stop(self) -> Vec<(Habit, Tally)> {
        self.stop.store(true, SeqCst);
        self.finish()
    }

    /// Waits until the gateway has ended it.
    pub(super) fn finish(self) -> Vec<(Habit, Tally)> {
        let runs = self.visitors.into_iter();
        runs.map(|(habit, run)| (habit, run.join().expect("a visitor")))
            .collect()
    }
}

struct Visitor {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    tally: Tally,
}

impl Visitor {
    fn goes_on(&self) -> bool {
        !self.stop.load(SeqCst)
    }

    fn answered(&mut self) {
        self.tally.answered += 1;
        self.answered.fetch_add(1, SeqCst);
    }

    /// So many requests on each connection.
    fn http1(mut self, each: usize) -> Tally {
        while self.goes_on() {
            let Ok(stream) = TcpStream::connect(self.address) else {
                return self.tally;
            };
            self.tally.connections += 1;
            let tls = Tls::default();
            match Client::over(stream, tls.config(), tls.name()) {
                Ok(client) => self.converse(client, each),
                Err(error) => self.fail(format!("handshake: {error}")),
            }
        }
        self.tally
    }

    fn converse(&mut self, mut client: Client, each: usize) {
        for number in 0..each {
            if !self.goes_on() {
                return;
            }
            client.send("GET /load HTTP/1.1\r\nHost: www.example.com\r\n\r\n");
            match client.try_response("GET") {
                Ok(response) if response.status == 200 && response.body == b"hello" => {
                    self.answered();
                    if response.get("connection") == Some("close") {
                        return;
                    }
                }
                Ok(response) => return self.fail(format!("{}", response.status)),
                // The end of an idle connection and a request on it crossed on their way; of a
                // response, nothing came.
                Err(error)
                    if number > 0 && client.input.ahead.is_empty() && !is_timeout(&error) =>
                {
                    self.tally.crossed += 1;
                    return;
                }
                Err(error) => return self.fail(format!("request {number}: {error}")),
            }
        }
    }

    fn http2(mut self) -> Tally {
        while self.goes_on() {
            if TcpStream::connect(self.address).is_err() {
                return self.tally;
            }
            let Some(client) = Http2::try_connect(self.address) else {
                // It began to refuse in between.
                continue;
            };
            self.tally.connections += 1;
            while self.goes_on() && self.four_at_a_time(&client) {}
        }
        self.tally
    }

    /// False once the connection takes no more.
    fn four_at_a_time(&mut self, client: &Http2) -> bool {
        let requests: Vec<_> = (0..4).map(|_| client.send_get("/load")).collect();
        let mut open = true;
        for pending in requests {
            match pending.result() {
                Ok(answer) if answer.status() == 200 && answer.body == b"hello" => self.answered(),
                Ok(answer) => self.fail(format!("{}: {:?}", answer.status(), answer.broken)),
                Err(error) => {
                    open = false;
                    // Never sent, or refused after GOAWAY: nobody looked at either.
                    if error.is_canceled() || error.is_closed() || was_not_processed(&error) {
                        self.tally.crossed += 1;
                    } else {
                        self.fail(format!("HTTP/2: {error:?}"));
                    }
                }
            }
        }
        open
    }

    fn fail(&mut self, why: String) {
        self.tally.failed.push(why);
    }
}

/// The connection ended gracefully, at a stream before this one (RFC 9113 §6.8).
fn was_not_processed(error: &hyper::Error) -> bool {
    let text = format!("{error:?}");
    text.contains("NO_ERROR") || text.contains("REFUSED_STREAM")
}
