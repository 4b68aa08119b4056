//! What is due, and when, in time that is made up.

use std::future::poll_fn;

use super::*;

const LIMIT: Duration = Duration::from_secs(75);

fn clock() -> Clock {
    let idle = Instant::now();
    Clock {
        timer: Timer::new(),
        due: idle,
        idle_limit: LIMIT,
        halfway_limit: Duration::from_secs(10),
        stall_limit: Duration::from_secs(30),
        idle: Some(idle),
        halfway: None,
        last_read: idle,
        asked: None,
        leaving: None,
        has_left: false,
        stalls: None,
        first: None,
        leftovers: VecDeque::new(),
    }
}

/// What is due next, and after how many seconds.
async fn next(clock: &mut Clock) -> (Due, u64) {
    let begun = Instant::now();
    let due = poll_fn(|cx| clock.poll(cx)).await;
    (due, begun.elapsed().as_secs())
}

async fn pass(seconds: u64) {
    tokio::time::advance(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_idles_from_the_end_of_its_last_request() {
    let mut clock = clock();
    clock.note_state(Instant::now(), false, false);
    pass(50).await;
    clock.note_state(Instant::now(), true, false);
    assert_eq!(next(&mut clock).await, (Due::Leave, 75));
    assert!(clock.leave(Instant::now()));
    assert!(!clock.leave(Instant::now()), "once");
    assert_eq!(next(&mut clock).await, (Due::End, 2));
}

#[tokio::test(start_paused = true)]
async fn a_visitor_who_is_silent_within_a_request_is_asked_and_then_given_up() {
    let mut clock = clock();
    clock.note_state(Instant::now(), false, false);
    assert_eq!(next(&mut clock).await, (Due::AskPresence, 75));
    pass(5).await;
    clock.note_read(Instant::now());
    assert_eq!(next(&mut clock).await, (Due::AskPresence, 75));
    assert_eq!(next(&mut clock).await, (Due::Gone, 20));
}

#[tokio::test(start_paused = true)]
async fn halves_stalls_and_leftovers_have_their_time() {
    let mut clock = clock();
    let now = Instant::now();
    clock.note_state(now, false, true);
    clock.note_stall(now);
    clock.note_leftover(now, 7);
    assert_eq!(next(&mut clock).await, (Due::Leftover(7), 1));
    assert_eq!(next(&mut clock).await, (Due::Halfway, 9));
    assert_eq!(next(&mut clock).await, (Due::Stalls, 20));
    clock.note_stall(Instant::now());
    clock.note_stall(Instant::now() - Duration::from_secs(10));
    assert_eq!(next(&mut clock).await, (Due::Stalls, 20), "the earliest");
}

#[tokio::test(start_paused = true)]
async fn a_first_request_is_awaited_as_long_as_a_head() {
    let mut clock = clock();
    clock.await_first(Instant::now());
    assert!(clock.awaits_first());
    assert_eq!(next(&mut clock).await, (Due::Leave, 10));
    clock.leave(Instant::now());
    assert!(!clock.awaits_first());
    clock.await_first(Instant::now());
    assert!(!clock.awaits_first(), "it is leaving already");
}
