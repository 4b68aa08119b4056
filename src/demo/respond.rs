//! Answers one request to the demonstration website (RFC 9110 §9.3 for GET, HEAD and POST).
//!
//! Like many websites it names its software in `Server` and `X-Powered-By`, which the gateway
//! hides. `Content-Length` is always present, so that a HEAD tells the same as its GET.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, SERVER, SET_COOKIE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};

use super::bells::by_slug;
use super::cart::{self, Cart};
use super::cookies::set_by_every_page;
use super::home::{self, Received};
use super::layout::{Page, document};
use super::{about, assets, missing, product};

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The answer to a request; `fields` returns the values of the request field of that lower-case
/// name, one for each line.
pub fn respond(
    method: &Method,
    path_and_query: &str,
    fields: &dyn Fn(&str) -> Vec<String>,
) -> Response<Bytes> {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let cart = Cart::from_fields(&fields(COOKIE.as_str()));
    let response = match *method {
        Method::GET | Method::HEAD => match assets::find(path) {
            Some((media_type, content)) => asset(media_type, content),
            None => page(path, &cart, fields),
        },
        Method::POST if path == "/cart" => change(cart, query),
        _ => not_allowed(path),
    };
    if method == Method::HEAD {
        return response.map(|_| Bytes::new());
    }
    response
}

fn page(path: &str, cart: &Cart, fields: &dyn Fn(&str) -> Vec<String>) -> Response<Bytes> {
    let (status, page) = match content(path, cart, fields) {
        Some(page) => (StatusCode::OK, page),
        None => {
            let main = missing::PAGE.to_owned();
            (
                StatusCode::NOT_FOUND,
                Page {
                    title: "Not found",
                    current: "",
                    main,
                },
            )
        }
    };
    let mut response = answer(status, HTML, document(&page, cart).into());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    set_cookies(headers, cart);
    response
}

fn content(path: &str, cart: &Cart, fields: &dyn Fn(&str) -> Vec<String>) -> Option<Page> {
    let (title, current, main) = match path {
        "/" => {
            let received = Received {
                cookie: fields(COOKIE.as_str()),
                forwarded_for: fields("x-forwarded-for"),
                consent: fields("x-privet-consent"),
            };
            ("Four bells, tuned by hand", "/", home::page(&received))
        }
        "/about" => ("The workshop", "/about", about::PAGE.to_owned()),
        "/cart" => ("Your cart", "/cart", cart.page()),
        _ => {
            let bell = by_slug(path.strip_prefix("/products/")?)?;
            (bell.name, "", product::page(bell))
        }
    };
    Some(Page {
        title,
        current,
        main,
    })
}

/// `POST /cart`: the cookie is the whole effect; 303 so that a reload does not repeat it.
fn change(cart: Cart, query: &str) -> Response<Bytes> {
    if !cart::asks_for_a_bell(query) {
        let text = "there is no such bell\n";
        return answer(StatusCode::UNPROCESSABLE_ENTITY, TEXT, text.into());
    }
    let mut response = answer(StatusCode::SEE_OTHER, TEXT, "see /cart\n".into());
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_static("/cart"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    set_cookies(headers, &cart.after(query));
    response
}

fn asset(media_type: &'static str, content: &'static str) -> Response<Bytes> {
    let mut response = answer(StatusCode::OK, media_type, content.into());
    let public = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(CACHE_CONTROL, public);
    response
}

fn not_allowed(path: &str) -> Response<Bytes> {
    let allow = if path == "/cart" {
        "GET, HEAD, POST"
    } else {
        "GET, HEAD"
    };
    let text = "this website answers only to GET, HEAD and its cart's POST\n";
    let mut response = answer(StatusCode::METHOD_NOT_ALLOWED, TEXT, text.into());
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static(allow));
    response
}

fn answer(status: StatusCode, media_type: &'static str, content: Bytes) -> Response<Bytes> {
    let length = HeaderValue::from(content.len());
    let mut response = Response::new(content);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(SERVER, HeaderValue::from_static("Apache/2.4.62 (Debian)"));
    headers.insert(
        HeaderName::from_static("x-powered-by"),
        HeaderValue::from_static("PHP/8.2.26"),
    );
    response
}

fn set_cookies(headers: &mut HeaderMap, cart: &Cart) {
    let values = set_by_every_page(cart).filter_map(|set| HeaderValue::try_from(set).ok());
    for value in values {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
#[path = "respond_tests.rs"]
mod tests;
