//! Where a request ends: lengths, transfer codings and chunks (RFC 9112 §6, §7).

use super::{HELLO, SMUGGLED, check, chunked, head, one, post, refused};

#[test]
fn lengths_that_two_readers_could_read_differently_are_refused() {
    let length = |value: &str| post(&format!("Content-Length:{value}\r\n"), "hello");
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    let both_turned = "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n";
    let twice = "Content-Length: 5\r\nContent-Length: 5\r\n";
    let differing = "Content-Length: 5\r\nContent-Length: 60\r\n";
    check(&[
        refused("both framings", 400, post(both, "0\r\n\r\n")),
        refused("both, turned", 400, post(both_turned, "0\r\n\r\n")),
        refused("the same length twice", 400, post(twice, "hello")),
        refused("two lengths", 400, post(differing, "hello")),
        refused("a list", 400, length(" 5, 5")),
        refused("plus", 400, length(" +5")),
        refused("minus", 400, length(" -5")),
        refused("minus zero", 400, length(" -0")),
        refused("hexadecimal", 400, length(" 0x5")),
        refused("beyond 64 bits", 400, length(" 18446744073709551621")),
        refused("beyond 63 bits", 400, length(" 99999999999999999999")),
        refused("empty", 400, length(" ")),
        refused("two numbers", 400, length(" 5 5")),
        refused("a parameter", 400, length(" 5;x")),
        refused("a fraction", 400, length(" 5.0")),
        refused("vertical tab", 400, length("\x0b5")),
        refused("form feed", 400, length(" 5\x0c")),
        refused("no-break space", 400, length("\u{a0}5")),
        refused(
            "space before the colon",
            400,
            post("Content-Length : 5\r\n", "hello"),
        ),
        refused(
            "NUL in the name",
            400,
            post("Content-Length\0: 5\r\n", "hello"),
        ),
        one("white space around it", length("\t 5 \t"), "hello"),
        one("leading zeros", length(" 0005"), "hello"),
        one(
            "a body that looks like a request",
            post(&format!("Content-Length: {}\r\n", SMUGGLED.len()), SMUGGLED),
            SMUGGLED,
        ),
    ]);
}

#[test]
fn transfer_codings_other_than_plain_chunked_are_refused() {
    let coding = |line: &str| post(&format!("{line}\r\n"), HELLO);
    let with_length = |line: &str| post(&format!("Content-Length: 5\r\n{line}\r\n"), "hello");
    let twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked";
    let old = head("POST /a HTTP/1.0", "Transfer-Encoding: chunked\r\n") + HELLO;
    check(&[
        refused("xchunked", 400, coding("Transfer-Encoding: xchunked")),
        refused(
            "chunked not last",
            400,
            coding("Transfer-Encoding: chunked, identity"),
        ),
        refused(
            "chunked twice",
            501,
            coding("Transfer-Encoding: chunked, chunked"),
        ),
        refused("gzip", 501, coding("Transfer-Encoding: gzip, chunked")),
        refused("identity", 400, coding("Transfer-Encoding: identity")),
        refused("two lines", 400, coding(twice)),
        refused("empty", 400, coding("Transfer-Encoding:")),
        refused("quoted", 400, coding("Transfer-Encoding: \"chunked\"")),
        refused("a parameter", 400, coding("Transfer-Encoding: chunked;q=1")),
        refused(
            "vertical tab before",
            400,
            coding("Transfer-Encoding: \x0bchunked"),
        ),
        refused(
            "vertical tab behind",
            400,
            coding("Transfer-Encoding: chunked\x0b"),
        ),
        refused("NUL behind", 400, coding("Transfer-Encoding: chunked\0")),
        refused("folded", 400, coding("Transfer-Encoding:\r\n chunked")),
        refused(
            "folded in another field",
            400,
            coding("X: y\r\n Transfer-Encoding: chunked"),
        ),
        refused(
            "space before the colon",
            400,
            coding("Transfer-Encoding : chunked"),
        ),
        refused(
            "tab before the colon",
            400,
            coding("Transfer-Encoding\t: chunked"),
        ),
        refused(
            "space before the name",
            400,
            coding(" Transfer-Encoding: chunked"),
        ),
        refused(
            "CR before the name",
            400,
            coding("X: y\r\n\rTransfer-Encoding: chunked"),
        ),
        refused(
            "behind a bare LF",
            400,
            coding("X: y\nTransfer-Encoding: chunked"),
        ),
        refused(
            "behind a bare CR",
            400,
            coding("X: y\rTransfer-Encoding: chunked"),
        ),
        refused("in HTTP/1.0", 400, old),
        one(
            "tab before the value",
            coding("Transfer-Encoding:\tchunked"),
            "hello",
        ),
        one("in capitals", coding("TRANSFER-ENCODING: CHUNKED"), "hello"),
        one(
            "another name",
            with_length("Transfer_Encoding: chunked"),
            "hello",
        ),
    ]);
}

#[test]
fn chunks_are_read_strictly_and_what_is_broken_never_becomes_a_request() {
    let many = format!("{:x}\r\n{SMUGGLED}\r\n0\r\n\r\n", SMUGGLED.len());
    check(&[
        refused(
            "a size beyond 64 bits",
            400,
            chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
        ),
        refused("a negative size", 400, chunked("-5\r\nhello\r\n0\r\n\r\n")),
        refused("a size with 0x", 400, chunked("0x5\r\nhello\r\n0\r\n\r\n")),
        refused("a space before", 400, chunked(" 5\r\nhello\r\n0\r\n\r\n")),
        refused("a space behind", 400, chunked("5 \r\nhello\r\n0\r\n\r\n")),
        refused("no size", 400, chunked("\r\nhello\r\n0\r\n\r\n")),
        refused("no digits", 400, chunked("5g\r\nhello\r\n0\r\n\r\n")),
        refused("LF behind the size", 400, chunked("5\nhello\r\n0\r\n\r\n")),
        refused(
            "LF in an extension",
            400,
            chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"),
        ),
        refused(
            "CR in an extension",
            400,
            chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"),
        ),
        refused(
            "no line end behind the data",
            400,
            chunked("5\r\nhello0\r\n\r\n"),
        ),
        refused("LF behind the data", 400, chunked("5\r\nhello\n0\r\n\r\n")),
        refused(
            "more data than said",
            400,
            chunked("4\r\nhello\r\n0\r\n\r\n"),
        ),
        refused(
            "a trailer that is none",
            400,
            chunked("0\r\nbad trailer\r\n\r\n"),
        ),
        refused(
            "a trailer with a bare LF",
            400,
            chunked("0\r\nA: b\nC: d\r\n\r\n"),
        ),
        refused("a folded trailer", 400, chunked("0\r\nA: b\r\n c\r\n\r\n")),
        one(
            "an extension",
            chunked("5;a=\"b\"\r\nhello\r\n0\r\n\r\n"),
            "hello",
        ),
        one(
            "capital digits",
            chunked("00A\r\nhellohello\r\n0\r\n\r\n"),
            "hellohello",
        ),
        one(
            "framing in a trailer",
            chunked("0\r\nContent-Length: 99\r\n\r\n"),
            "",
        ),
        one(
            "a chunk that looks like a request",
            chunked(&many),
            SMUGGLED,
        ),
    ]);
}
