//! What of the tree of elements tells how the following bytes are read (13.2.6): flags, and the
//! stack of `foreign`.

use memchr::memchr;

use super::{
    foreign::{Foreign, Reading},
    raw_text::RawText,
    rewriter::Syntax,
    tag::RawTag,
    tag_scan::is_space,
    words::{self, Word, word},
};

/// What kind of element a tag begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Namespace {
    /// HTML.
    #[default]
    Html,
    /// SVG.
    Svg,
    /// MathML.
    MathMl,
    /// Any of them: browsers may differ.
    Unknown,
}

/// Where in the page a tag stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Before anything that begins the body.
    pub head: bool,
    /// In `noscript`: text for browsers that run scripts.
    pub noscript: bool,
    /// In `template`: inert.
    pub template: bool,
    /// In `select`, where browsers ignore nearly every tag.
    pub select: bool,
    /// Behind a tag of `colgroup` or `col`, where other tags end the group.
    pub column_group: bool,
    /// In SVG or MathML, or maybe so.
    pub foreign: bool,
    /// In a page of frames, where scripts are ignored.
    pub frames: bool,
}

impl Place {
    /// Whether a `script` element put here runs, and leaves the elements around as they are.
    pub const fn takes_script(self) -> bool {
        !(self.noscript
            || self.template
            || self.select
            || self.column_group
            || self.foreign
            || self.frames)
    }
}

/// What a start tag does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Start {
    pub(super) namespace: Namespace,
    /// Its content is text.
    pub(super) raw_text: Option<RawText>,
    /// [`SETTLE`](super::foreign::SETTLE) must stand before it.
    pub(super) must_settle: bool,
    /// It must go, since browsers would differ on what follows.
    pub(super) must_go: bool,
}

/// How `<![CDATA[` is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Cdata,
    /// A comment up to the next `>`.
    Comment,
    /// As one or the other.
    Unknown,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Frames {
    /// So far the page may become one of frames.
    #[default]
    Possible,
    Impossible,
    Active,
}

/// What the last tag says of a `col` that follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Columns {
    #[default]
    No,
    /// `table`
    Possible,
    /// `colgroup`, `col`
    Open,
}

/// The state of the tree.
#[derive(Debug, Default)]
pub(super) struct Tree {
    foreign: Foreign,
    frames: Frames,
    columns: Columns,
    /// Anything but a byte order mark was there.
    is_begun: bool,
    is_body: bool,
    is_noscript: bool,
    is_select: bool,
    /// `</select>` may have been in vain for older browsers: a `template` was in it.
    is_select_for_good: bool,
    /// Open `template`s, roughly.
    templates: u32,
    had_template: bool,
    /// Open `svg` and `math`, in XML.
    foreign_depth: u32,
    is_xml: bool,
}

impl Tree {
    pub(super) fn new(syntax: Syntax) -> Self {
        Self {
            is_xml: syntax == Syntax::Xml,
            ..Self::default()
        }
    }

    pub(super) fn place(&self) -> Place {
        Place {
            head: !self.is_body,
            noscript: self.is_noscript,
            template: self.templates > 0,
            select: self.in_select(),
            column_group: self.columns == Columns::Open,
            foreign: self.foreign_depth > 0 || self.foreign.may_be_foreign(),
            frames: self.frames == Frames::Active,
        }
    }

    pub(super) const fn in_noscript(&self) -> bool {
        self.is_noscript
    }

    pub(super) const fn in_select(&self) -> bool {
        self.is_select || self.is_select_for_good
    }

    /// Whether text means nothing, and of tags only those that [`start_matters`] and [`end_matters`]
    /// know.
    pub(super) fn is_plain(&self) -> bool {
        self.is_body
            && self.frames == Frames::Impossible
            && !self.is_noscript
            && !self.is_xml
            && self.foreign.is_out()
    }

    /// Tags that mean nothing came.
    pub(super) fn pass_plain_tags(&mut self) {
        self.columns = Columns::No;
    }

    /// Whether text between tags has to be shown to [`Self::text`].
    pub(super) fn wants_text(&self) -> bool {
        self.frames == Frames::Possible && !self.is_xml
    }

    /// Text that isn't white space begins the body.
    pub(super) fn text(&mut self, text: &[u8]) {
        let mark = if self.is_begun { "" } else { "\u{feff}" };
        self.is_begun = true;
        let text = text.strip_prefix(mark.as_bytes()).unwrap_or(text);
        if !text.iter().all(|byte| is_space(*byte)) {
            self.begin_body();
        }
    }

    fn begin_body(&mut self) {
        if self.frames == Frames::Possible {
            self.frames = Frames::Impossible;
        }
        self.is_body = true;
    }

    pub(super) fn section(&self) -> Section {
        if self.is_xml {
            return Section::Cdata;
        }
        match self.foreign.has_sections() {
            Some(false) => Section::Comment,
            Some(true) if !self.in_select() => Section::Cdata,
            _ => Section::Unknown,
        }
    }

    /// A start tag.
    pub(super) fn start(&mut self, tag: RawTag<'_>) -> Start {
        if self.is_xml {
            return self.xml_start(tag);
        }
        let word = word(tag.name);
        let place = self.columns;
        self.columns = columns_after(word);
        if self.frames == Frames::Active {
            let raw_text = if word == words::NOFRAMES {
                raw_text(word)
            } else {
                None
            };
            return Start {
                raw_text,
                ..Start::default()
            };
        }
        if !self.is_body || self.frames == Frames::Possible {
            self.head_start(word);
        }
        let reading = if self.foreign.is_out() && !matches!(word, words::SVG | words::MATH) {
            Reading::Html
        } else {
            self.foreign.start(tag, self.in_select())
        };
        let namespace = match reading {
            Reading::Html | Reading::HtmlSettled => Namespace::Html,
            Reading::Foreign(namespace) => {
                return Start {
                    namespace,
                    ..Start::default()
                };
            }
            Reading::Either => Namespace::Unknown,
        };
        let must_go = match word {
            words::FRAMESET => self.frames == Frames::Impossible,
            words::COL => self.had_template && place == Columns::No,
            _ => false,
        };
        if must_go {
            self.columns = place;
        }
        self.html_start(word);
        Start {
            namespace,
            raw_text: raw_text(word).filter(|_| namespace == Namespace::Html),
            must_settle: reading == Reading::HtmlSettled,
            must_go,
        }
    }

    fn xml_start(&mut self, tag: RawTag<'_>) -> Start {
        let word = word(local_name(tag.name));
        self.is_body |= word == words::BODY;
        let is_foreign = matches!(word, words::SVG | words::MATH);
        self.foreign_depth += u32::from(is_foreign && !tag.is_self_closing);
        let namespace = if is_foreign || self.foreign_depth > 0 {
            Namespace::Unknown
        } else {
            Namespace::Html
        };
        Start {
            namespace,
            ..Start::default()
        }
    }

    /// Start tags while the page has no body yet.
    fn head_start(&mut self, word: Word) {
        match word {
            words::HTML
            | words::HEAD
            | words::TITLE
            | words::META
            | words::LINK
            | words::SCRIPT
            | words::STYLE
            | words::BASE
            | words::NOFRAMES
            | words::BASEFONT
            | words::BGSOUND => {}
            words::NOSCRIPT | words::TEMPLATE => self.frames = Frames::Impossible,
            words::FRAMESET if self.frames == Frames::Possible => self.frames = Frames::Active,
            _ => self.begin_body(),
        }
    }

    fn html_start(&mut self, word: Word) {
        match word {
            words::NOSCRIPT => self.is_noscript = true,
            words::SELECT => self.is_select = true,
            words::TEMPLATE => {
                self.templates += 1;
                self.had_template = true;
                self.is_select_for_good |= self.is_select;
            }
            _ => {}
        }
    }

    /// An end tag that ends no raw text.
    pub(super) fn end(&mut self, name: &[u8]) {
        if self.is_xml {
            let is_foreign = matches!(word(local_name(name)), words::SVG | words::MATH);
            self.foreign_depth = self.foreign_depth.saturating_sub(u32::from(is_foreign));
            return;
        }
        if self.frames == Frames::Active {
            return;
        }
        let word = word(name);
        self.columns = Columns::No;
        // Others are ignored while there is no body.
        let begins_body = matches!(word, words::BODY | words::HTML | words::BR);
        if self.frames == Frames::Possible && begins_body {
            self.frames = Frames::Impossible;
        }
        if !self.foreign.is_out() {
            self.foreign.end(name);
        }
        match word {
            words::NOSCRIPT => self.is_noscript = false,
            words::SELECT => self.is_select = false,
            words::TEMPLATE => self.templates = self.templates.saturating_sub(1),
            _ => {}
        }
    }

    /// Whether an end tag of that name ends `noscript`.
    pub(super) fn ends_noscript(&self, name: &[u8]) -> bool {
        self.is_noscript && word(name) == words::NOSCRIPT
    }

    /// `</noscript` comes: the end tags of what would be open to browsers without scripts.
    pub(super) fn close_foreign(&mut self, out: &mut Vec<u8>) {
        self.foreign.close_all(out);
    }
}

/// Whether a start tag in the body changes how HTML is read on.
pub(super) const fn start_matters(word: Word) -> bool {
    raw_text(word).is_some()
        || matches!(
            word,
            words::SVG
                | words::MATH
                | words::NOSCRIPT
                | words::SELECT
                | words::TEMPLATE
                | words::TABLE
                | words::COL
                | words::COLGROUP
                | words::FRAMESET
        )
}

/// Whether an end tag in the body does.
pub(super) const fn end_matters(word: Word) -> bool {
    matches!(word, words::NOSCRIPT | words::SELECT | words::TEMPLATE)
}

/// A name of XML without its prefix.
pub(super) fn local_name(name: &[u8]) -> &[u8] {
    memchr(b':', name)
        .and_then(|at| name.get(at + 1..))
        .unwrap_or(name)
}

const fn columns_after(word: Word) -> Columns {
    match word {
        words::TABLE => Columns::Possible,
        words::COLGROUP | words::COL => Columns::Open,
        _ => Columns::No,
    }
}

/// Elements whose content is text, in HTML. `noscript` is read as markup, and so is what follows
/// `plaintext`.
pub(super) const fn raw_text(word: Word) -> Option<RawText> {
    Some(RawText::of(match word {
        words::SCRIPT => "script",
        words::STYLE => "style",
        words::TITLE => "title",
        words::TEXTAREA => "textarea",
        words::XMP => "xmp",
        words::IFRAME => "iframe",
        words::NOEMBED => "noembed",
        words::NOFRAMES => "noframes",
        _ => return None,
    }))
}
