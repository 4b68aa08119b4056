//! The exchanges of one connection: begun by its events, polled when they can go on, and turned
//! into output in turns.

use std::{
    cell::RefCell,
    collections::VecDeque,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Method, Version};
use tokio::time::Instant;

use super::{
    answer::{self, Progress},
    clock::Clock,
    content::StreamContent,
    signal::Signals,
    slot::{Slot, Work},
};
use crate::{
    http1::HeadError,
    http2::{Connection, Event, Reason, RequestHead},
    privacy::Content,
    serve::{
        exchange::{IncomingRequest, exchange, refuse_head},
        refusal::Refusal,
        visitor::Visitor,
    },
    upstream::BoxContent,
};

/// Output that may wait to be written before responses wait too, bytes.
pub(super) const OUTPUT_ROOM: usize = 64 * 1024;

/// See the module.
pub(super) struct Streams {
    connection: Rc<RefCell<Connection>>,
    visitor: Rc<Visitor>,
    slots: Vec<Slot>,
    /// The places whose turn it is.
    queue: VecDeque<usize>,
    pub(super) signals: Arc<Signals>,
    signalled: Vec<usize>,
    /// Whether there has been a request.
    pub(super) is_used: bool,
}

impl Streams {
    pub(super) fn new(connection: &Rc<RefCell<Connection>>, visitor: Rc<Visitor>) -> Self {
        Self {
            connection: Rc::clone(connection),
            visitor,
            slots: Vec::new(),
            queue: VecDeque::new(),
            signals: Arc::default(),
            signalled: Vec::new(),
            is_used: false,
        }
    }

    /// Acts on what came.
    pub(super) fn on_event(&mut self, event: Event, now: Instant) {
        match event {
            Event::Request {
                stream,
                head,
                ended,
            } => self.begin(stream, *head, ended, now),
            Event::Refused {
                stream,
                error,
                to_head,
            } => self.refuse(stream, error, to_head, now),
            Event::Content(stream) => {
                if let Some(place) = self.place_of(stream) {
                    self.enqueue(place);
                }
            }
            Event::Window(stream) => {
                if let Some(place) = self.place_of(stream) {
                    self.enqueue_stalled(place);
                }
            }
            Event::Windows => {
                for place in 0..self.slots.len() {
                    self.enqueue_stalled(place);
                }
            }
            Event::Reset(stream) => {
                if let Some(place) = self.place_of(stream) {
                    self.free(place);
                }
            }
            Event::Farewell => self.connection.borrow_mut().end(),
        }
    }

    fn begin(&mut self, stream: u32, head: RequestHead, ended: bool, now: Instant) {
        let to_head = head.method == Method::HEAD;
        let framing = match head.length {
            _ if ended => Content::None,
            Some(length) => Content::Length(length),
            None => Content::Chunked,
        };
        let content =
            (!ended).then(|| Box::pin(StreamContent::new(&self.connection, stream)) as BoxContent);
        let request = IncomingRequest {
            method: head.method,
            target: head.target,
            authority: head.authority,
            version: Version::HTTP_2,
            fields: head.fields,
            framing,
            content,
            upgrade: false,
            started: now,
        };
        let exchange = Box::pin(exchange(Rc::clone(&self.visitor), request));
        self.occupy(stream, Work::Exchange(exchange), to_head);
    }

    fn refuse(&mut self, stream: u32, error: HeadError, to_head: bool, now: Instant) {
        let refusal = Refusal::Head(error);
        let response = refuse_head(&self.visitor, refusal, Version::HTTP_2, now);
        let exchange = Box::pin(std::future::ready(response));
        self.occupy(stream, Work::Exchange(exchange), to_head);
    }

    fn occupy(&mut self, stream: u32, work: Work, to_head: bool) {
        self.is_used = true;
        let place = self.slots.iter().position(Slot::is_free);
        let place = place.unwrap_or_else(|| {
            let place = self.slots.len();
            self.slots.push(Slot::new(place, &self.signals));
            place
        });
        if let Some(slot) = self.slots.get_mut(place) {
            (slot.stream, slot.work, slot.to_head) = (stream, work, to_head);
            slot.stalled = None;
        }
        self.enqueue(place);
    }

    fn place_of(&self, stream: u32) -> Option<usize> {
        self.slots.iter().position(|slot| slot.is_of(stream))
    }

    fn enqueue(&mut self, place: usize) {
        if let Some(slot) = self.slots.get_mut(place)
            && !slot.queued
            && !slot.is_free()
        {
            slot.queued = true;
            self.queue.push_back(place);
        }
    }

    fn enqueue_stalled(&mut self, place: usize) {
        let slot = self.slots.get(place);
        if slot.is_some_and(|slot| slot.stalled.is_some()) {
            self.enqueue(place);
        }
    }

    /// Drops what a place held. It may hold content, whose end changes the connection.
    fn free(&mut self, place: usize) {
        if let Some(slot) = self.slots.get_mut(place) {
            slot.stalled = None;
            drop(std::mem::replace(&mut slot.work, Work::Nothing));
        }
    }

    /// Whether some could go on, had the output room.
    pub(super) fn is_waiting_for_room(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Lets all that can go on do so while the output has room for more than the `unwritten`.
    pub(super) fn run(&mut self, clock: &mut Clock, now: Instant, unwritten: usize) {
        let mut signalled = std::mem::take(&mut self.signalled);
        self.signals.take(&mut signalled);
        for place in signalled.drain(..) {
            if let Some(slot) = self.slots.get(place) {
                slot.signal.reset();
            }
            self.enqueue(place);
        }
        self.signalled = signalled;
        loop {
            // A full output still lets requests be sent on to websites.
            for _ in 0..self.queue.len() {
                if let Some(place) = self.queue.pop_front() {
                    self.step(place, clock, now, unwritten);
                }
            }
            if self.queue.is_empty() || self.room(unwritten) == 0 {
                return;
            }
        }
    }

    /// What may still be added to the output; `unwritten` is what is no more in it.
    fn room(&self, written: usize) -> usize {
        let output = self.connection.borrow().output.len();
        OUTPUT_ROOM.saturating_sub(output.saturating_sub(written))
    }

    fn step(&mut self, place: usize, clock: &mut Clock, now: Instant, written: usize) {
        let room = self.room(written);
        let Some(slot) = self.slots.get_mut(place) else {
            return;
        };
        slot.queued = false;
        let stream = slot.stream;
        let mut cx = Context::from_waker(&slot.waker);
        if let Work::Exchange(exchange) = &mut slot.work {
            let Poll::Ready(response) = Pin::as_mut(exchange).poll(&mut cx) else {
                return;
            };
            let to_head = slot.to_head;
            let answer = answer::begin(&self.connection, stream, response, to_head, &self.visitor);
            match answer {
                Some(answer) => slot.work = Work::Answer(answer),
                None => return self.complete(place, clock, now),
            }
        }
        let Work::Answer(answer) = &mut slot.work else {
            return;
        };
        match answer.poll(&mut cx, &self.connection, stream, room) {
            Progress::Portion => {
                slot.stalled = None;
                self.enqueue(place);
            }
            Progress::Waiting => slot.stalled = None,
            Progress::Stalled(taken) => {
                if slot.stalled.is_none() {
                    slot.stalled = Some(now);
                    slot.taken = 0;
                    clock.note_stall(now);
                }
                slot.taken += taken;
            }
            Progress::Complete | Progress::Broken => self.complete(place, clock, now),
        }
    }

    /// Ends an exchange whose response is written. What is left of its request's content is read
    /// for a moment.
    fn complete(&mut self, place: usize, clock: &mut Clock, now: Instant) {
        self.free(place);
        let stream = self.slots.get(place).map_or(0, |slot| slot.stream);
        if self.connection.borrow_mut().leave_over(stream) {
            clock.note_leftover(now, stream);
        }
    }

    /// Lets go of responses that have been left untaken for too long: a visitor could hold a
    /// website's connections for as long as it likes (CVE-2019-9517).
    /// Whoever takes `least` bytes in the time has it again.
    pub(super) fn end_stalled(&mut self, clock: &mut Clock, least: u64, now: Instant) {
        for place in 0..self.slots.len() {
            let Some(slot) = self.slots.get_mut(place) else {
                continue;
            };
            let Some(since) = slot.stalled else {
                continue;
            };
            if since + clock.stall_limit > now {
                clock.note_stall(since);
            } else if slot.taken > 0 && slot.taken >= least {
                slot.stalled = Some(now);
                slot.taken = 0;
                clock.note_stall(now);
            } else {
                let stream = slot.stream;
                self.free(place);
                self.connection.borrow_mut().reset(stream, Reason::Cancel);
            }
        }
    }

    /// Gives back what an idle connection needs not.
    pub(super) fn rest(&mut self) {
        const KEPT: usize = 8;
        if self.slots.len() > KEPT && self.slots.iter().all(Slot::is_free) {
            self.slots = Vec::new();
            self.queue = VecDeque::new();
            self.signalled = Vec::new();
        }
    }
}
