//! Requests on their way to a website and responses on their way back.

mod aborts;
mod balance;
mod content;
mod conversation;
mod fields;
mod large;
mod pages;
mod pool;
mod routing;
mod upgrade;

use crate::gateway::{Client, Response};

/// Sends `head` with a good `Host` and `content` behind it, and reads the response.
fn ask(client: &mut Client, start: &str, fields: &str, content: impl AsRef<[u8]>) -> Response {
    let head = format!("{start} HTTP/1.1\r\nHost: www.example.com\r\n{fields}\r\n");
    client.send([head.as_bytes(), content.as_ref()].concat());
    client.response(start.split(' ').next().expect("a method"))
}

/// Every byte there is, a few times, so that no conversion goes unnoticed.
fn all_bytes() -> Vec<u8> {
    (0..5000_u32)
        .map(|number| (number % 251 + number / 251) as u8)
        .collect()
}
