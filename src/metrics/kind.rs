//! The closed sets of things that are counted, with the names they have as labels.

use std::fmt;

/// A closed set, its members numbered from zero.
pub(super) trait Kind: Copy + 'static {
    /// Every member, in order of its number.
    const ALL: &'static [Self];

    /// The name as a label.
    fn label(self) -> &'static str;
}

macro_rules! kinds {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $member:ident = $label:literal,)* })*) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum $name {
            $($(#[$meaning])* $member,)*
        }

        impl Kind for $name {
            const ALL: &'static [Self] = &[$(Self::$member,)*];

            fn label(self) -> &'static str {
                match self {
                    $(Self::$member => $label,)*
                }
            }
        }
    )*};
}

kinds! {
    /// What became of a cookie or an element of a page: the first three did not pass.
    Direction {
        /// A cookie, from the visitor to the website.
        Request = "request",
        /// A cookie, from the website to the visitor.
        Response = "response",
        /// An element of a page.
        Page = "page",
        /// A cookie that the browser was told to forget.
        Evicted = "evicted",
        /// A vendor's cookie that passed to the website.
        Sent = "sent",
        /// A vendor's cookie that passed to the visitor.
        Set = "set",
    }

    /// What was wrong with a visitor's input.
    Malformed {
        /// The request line.
        RequestLine = "request_line",
        /// A field.
        Header = "header",
        /// Where the content ends is ambiguous, or its coding is broken.
        Framing = "framing",
        /// More fields, or longer ones, than allowed.
        TooLargeHead = "too_large_head",
        /// A longer URL than allowed.
        TooLongUrl = "too_long_url",
        /// More content than allowed.
        TooLargeBody = "too_large_body",
        /// The host asked for is missing, doubled, or not of the connection.
        Authority = "authority",
        /// The PROXY protocol's header.
        ProxyHeader = "proxy_header",
        /// A violation of HTTP/2.
        Http2 = "http2",
        /// A violation of TLS.
        Tls = "tls",
        /// It did not come in time.
        Timeout = "timeout",
        /// A trusted proxy's field for the client's address.
        Forwarded = "forwarded",
        /// A stored choice that can't be read.
        Consent = "consent",
    }

    /// Why a page could not be read.
    UnreadablePage {
        /// A tag has no end within the memory for it.
        TooLongTag = "too_long_tag",
        /// The page is too large, its content coding undone.
        TooLarge = "too_large",
        /// A content coding that can't be undone.
        UnknownCoding = "unknown_coding",
        /// Content that isn't what its coding says.
        BrokenCoding = "broken_coding",
        /// A character encoding that was told too late.
        Charset = "charset",
        /// Only a part of the page.
        Partial = "partial",
    }

    /// How an exchange with a website failed.
    UpstreamFailure {
        /// No connection.
        Connect = "connect",
        /// No TLS, or no trust in the certificate.
        Tls = "tls",
        /// No connection or answer in time.
        Timeout = "timeout",
        /// Closed before an answer.
        Closed = "closed",
        /// An answer that is not well-formed.
        Protocol = "protocol",
        /// An answer that broke off.
        Aborted = "aborted",
    }

    /// How a reload of the configuration ended.
    ReloadResult {
        /// The new configuration is in force.
        Ok = "ok",
        /// The old one stays.
        Failed = "failed",
    }

    /// A version of TLS that privet speaks.
    TlsVersion {
        /// RFC 5246.
        Tls12 = "1.2",
        /// RFC 8446.
        Tls13 = "1.3",
    }
}

impl fmt::Display for UnreadablePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLongTag => "a tag is longer than sixteen times limits.page_memory",
            Self::TooLarge => "it is longer than limits.page_size",
            Self::UnknownCoding => {
                "its content coding is none of gzip, deflate, br, zstd (third_parties.fail = \"open\" lets it pass)"
            }
            Self::BrokenCoding => "its content is not what its content coding says",
            Self::Charset => "it declares iso-2022-jp after its first piece; Content-Type should",
            Self::Partial => {
                "the website sent a part of it, unasked (third_parties.fail = \"open\" lets it pass)"
            }
        })
    }
}

/// How a TLS handshake with a visitor ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Handshake {
    /// With a connection of that version.
    Ok(TlsVersion),
    /// With an alert, or the visitor went away.
    Failed,
    /// Not in time.
    Timeout,
    /// No certificate is for the name asked for.
    UnknownName,
}

impl Kind for Handshake {
    const ALL: &'static [Self] = &[
        Self::Ok(TlsVersion::Tls12),
        Self::Ok(TlsVersion::Tls13),
        Self::Failed,
        Self::Timeout,
        Self::UnknownName,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Ok(_) => "ok",
            Self::Failed => "failed",
            Self::Timeout => "timeout",
            Self::UnknownName => "unknown_name",
        }
    }
}

impl Handshake {
    /// The version as a label; `unknown` where none was agreed on.
    pub(super) fn version_label(self) -> &'static str {
        match self {
            Self::Ok(version) => version.label(),
            Self::Failed | Self::Timeout | Self::UnknownName => "unknown",
        }
    }

    /// The place in [`Kind::ALL`].
    pub(super) const fn number(self) -> usize {
        match self {
            Self::Ok(TlsVersion::Tls12) => 0,
            Self::Ok(TlsVersion::Tls13) => 1,
            Self::Failed => 2,
            Self::Timeout => 3,
            Self::UnknownName => 4,
        }
    }
}
