//! Names of elements as numbers, so that each tag of a page is looked up without a comparison of
//! texts.

/// A name of at most eight ASCII letters, in lower case, packed; 0 for anything longer or empty.
pub type Word = u64;

/// Packs a name. Of names with other bytes than letters, none equals one of letters.
pub const fn word(name: &[u8]) -> Word {
    if name.len() > 8 {
        return 0;
    }
    let mut packed = 0;
    let mut rest = name;
    while let Some((byte, after)) = rest.split_first() {
        packed = packed << 8 | (*byte | 0x20) as Word;
        rest = after;
    }
    packed
}

macro_rules! words {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(pub(super) const $constant: Word = word($name.as_bytes());)*
    };
}

words! {
    BASE = "base", BASEFONT = "basefont", BGSOUND = "bgsound", BODY = "body", BR = "br", COL = "col",
    COLGROUP = "colgroup", DESC = "desc", DIV = "div", FONT = "font", FRAMESET = "frameset",
    HEAD = "head", HTML = "html", IFRAME = "iframe", LINK = "link",
    MATH = "math", META = "meta", MGLYPH = "mglyph", MI = "mi", MN = "mn", MO = "mo", MS = "ms",
    MTEXT = "mtext", NOEMBED = "noembed", NOFRAMES = "noframes", NOSCRIPT = "noscript", P = "p",
    SCRIPT = "script", SELECT = "select", STYLE = "style", SVG = "svg", TABLE = "table",
    TEMPLATE = "template", TEXTAREA = "textarea", TITLE = "title", XMP = "xmp",
}

/// Start tags that leave SVG and MathML (13.2.6.5), `font` aside, which needs its attributes.
pub(super) fn leaves_foreign(name: &[u8]) -> bool {
    const WORDS: &[Word] = &[
        word(b"b"),
        word(b"big"),
        word(b"body"),
        word(b"br"),
        word(b"center"),
        word(b"code"),
        word(b"dd"),
        word(b"div"),
        word(b"dl"),
        word(b"dt"),
        word(b"em"),
        word(b"embed"),
        word(b"h1"),
        word(b"h2"),
        word(b"h3"),
        word(b"h4"),
        word(b"h5"),
        word(b"h6"),
        word(b"head"),
        word(b"hr"),
        word(b"i"),
        word(b"img"),
        word(b"li"),
        word(b"listing"),
        word(b"menu"),
        word(b"meta"),
        word(b"nobr"),
        word(b"ol"),
        word(b"p"),
        word(b"pre"),
        word(b"ruby"),
        word(b"s"),
        word(b"small"),
        word(b"span"),
        word(b"strong"),
        word(b"strike"),
        word(b"sub"),
        word(b"sup"),
        word(b"table"),
        word(b"tt"),
        word(b"u"),
        word(b"ul"),
        word(b"var"),
    ];
    let word = word(name);
    // The digit of a heading has one reading more: 0x11 | 0x20 is '1'.
    let is_plain = name.iter().all(u8::is_ascii_alphanumeric);
    is_plain && (WORDS.contains(&word) || name.eq_ignore_ascii_case(b"blockquote"))
}

/// Elements without content and end tag.
pub(super) fn is_void(word_of_name: Word) -> bool {
    const WORDS: &[Word] = &[
        word(b"area"),
        word(b"base"),
        word(b"basefont"),
        word(b"bgsound"),
        word(b"br"),
        word(b"col"),
        word(b"embed"),
        word(b"frame"),
        word(b"hr"),
        word(b"image"),
        word(b"img"),
        word(b"input"),
        word(b"keygen"),
        word(b"link"),
        word(b"meta"),
        word(b"param"),
        word(b"source"),
        word(b"track"),
        word(b"wbr"),
    ];
    WORDS.contains(&word_of_name)
}
