//! HTTP/1.1 messages as a strict reader sees them: what is not exactly right is an error, never
//! repaired, so that a test can't pass by leniency.

use std::io::{self, Read};

/// A message's start line and field lines, and its bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) start: String,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) raw: Vec<u8>,
}

/// A complete response.
#[derive(Clone, Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) head: Head,
    /// Decoded.
    pub(crate) body: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
}

impl Response {
    /// The body as text.
    pub(crate) fn text(&self) -> String {
        latin(&self.body)
    }

    /// A field's only value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.head.get(name)
    }
}

/// Chunked content: as it was on the wire, decoded, and its trailer section.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chunked {
    pub(crate) raw: Vec<u8>,
    pub(crate) data: Vec<u8>,
    pub(crate) trailers: Vec<(String, String)>,
}

/// Each byte as one character, so that nothing is lost.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn malformed(what: &str, bytes: &[u8]) -> io::Error {
    let shown = bytes[..bytes.len().min(300)].escape_ascii();
    io::Error::new(io::ErrorKind::InvalidData, format!("{what}: {shown}"))
}

impl Head {
    fn parse(raw: Vec<u8>) -> io::Result<Self> {
        let text = latin(&raw);
        let mut lines = text
            .strip_suffix("\r\n\r\n")
            .ok_or_else(|| malformed("no head", &raw))?
            .split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        let fields = lines
            .map(|line| field(line).ok_or_else(|| malformed("bad field", line.as_bytes())))
            .collect::<io::Result<_>>()?;
        if text.replace("\r\n", "").contains(['\r', '\n', '\0']) {
            return Err(malformed("bare CR, LF or NUL", &raw));
        }
        Ok(Self { start, fields, raw })
    }

    /// All values of a field, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = |field: &&(String, String)| field.0.eq_ignore_ascii_case(name);
        let values = self.fields.iter().filter(named);
        values.map(|(_, value)| value.as_str()).collect()
    }

    /// A field's only value.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let all = self.all(name);
        assert!(all.len() < 2, "{name} came {} times", all.len());
        all.first().copied()
    }

    /// The field names in lower case, sorted, each line counted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self
            .fields
            .iter()
            .map(|(name, _)| name.to_lowercase())
            .collect();
        names.sort();
        names
    }

    /// The declared length, if there is exactly one well-formed declaration.
    pub(crate) fn length(&self) -> io::Result<Option<usize>> {
        let lengths = self.all("content-length");
        match lengths.as_slice() {
            [] => Ok(None),
            [one] if one.bytes().all(|byte| byte.is_ascii_digit()) => one
                .parse()
                .map(Some)
                .map_err(|_| malformed("bad length", &self.raw)),
            _ => Err(malformed("bad length", &self.raw)),
        }
    }

    /// Whether the content is chunked; both framings at once are an error.
    pub(crate) fn is_chunked(&self) -> io::Result<bool> {
        match self.all("transfer-encoding").as_slice() {
            [] => Ok(false),
            ["chunked"] if self.all("content-length").is_empty() => Ok(true),
            _ => Err(malformed("ambiguous framing", &self.raw)),
        }
    }

    fn status(&self) -> io::Result<u16> {
        let bad = || malformed("bad status line", &self.raw);
        let rest = self.start.strip_prefix("HTTP/1.1 ").ok_or_else(bad)?;
        let (code, _reason) = rest.split_once(' ').ok_or_else(bad)?;
        code.parse()
            .ok()
            .filter(|code| (100..600).contains(code))
            .ok_or_else(bad)
    }
}

fn field(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let valid = !name.is_empty() && name.bytes().all(is_token);
    valid.then(|| (name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

/// A stream read message by message.
#[derive(Debug)]
pub(crate) struct Input<S> {
    pub(crate) stream: S,
    /// What was read and belongs to nothing yet.
    pub(crate) ahead: Vec<u8>,
}

impl<S: Read> Input<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            ahead: Vec::new(),
        }
    }

    /// Reads once; false at the end.
    fn more(&mut self) -> io::Result<bool> {
        let mut room = [0; 32 * 1024];
        let count = loop {
            match self.stream.read(&mut room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.ahead.extend_from_slice(&room[..count]);
        Ok(count > 0)
    }

    fn need(&mut self) -> io::Result<()> {
        if self.more()? {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            format!("ended within a message after {:?}", latin(&self.ahead)),
        ))
    }

    /// Everything up to and with `end`.
    pub(crate) fn until(&mut self, end: &[u8]) -> io::Result<Vec<u8>> {
        let mut from = 0;
        loop {
            let found = self.ahead[from..]
                .windows(end.len())
                .position(|window| window == end);
            if let Some(start) = found {
                return Ok(self.ahead.drain(..from + start + end.len()).collect());
            }
            from = self.ahead.len().saturating_sub(end.len() - 1);
            self.need()?;
        }
    }

    /// So many bytes.
    pub(crate) fn exact(&mut self, count: usize) -> io::Result<Vec<u8>> {
        while self.ahead.len() < count {
            self.need()?;
        }
        Ok(self.ahead.drain(..count).collect())
    }

    /// The next head; `None` if the stream ends before it.
    pub(crate) fn head(&mut self) -> io::Result<Option<Head>> {
        if self.ahead.is_empty() && !self.more()? {
            return Ok(None);
        }
        Head::parse(self.until(b"\r\n\r\n")?).map(Some)
    }

    /// The data of the next chunk, nothing for the last one; adds what was read to `raw`.
    pub(crate) fn chunk(&mut self, raw: &mut Vec<u8>) -> io::Result<Vec<u8>> {
        let line = self.until(b"\r\n")?;
        raw.extend_from_slice(&line);
        let size = latin(&line[..line.len() - 2]);
        let hexadecimal = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = usize::from_str_radix(&size, 16)
            .ok()
            .filter(|_| hexadecimal)
            .ok_or_else(|| malformed("bad chunk size", &line))?;
        if size == 0 {
            return Ok(Vec::new());
        }
        let mut data = self.exact(size + 2)?;
        raw.extend_from_slice(&data);
        if !data.ends_with(b"\r\n") {
            return Err(malformed("bad end of a chunk", &data));
        }
        data.truncate(size);
        Ok(data)
    }

    /// Chunked content.
    pub(crate) fn chunked(&mut self) -> io::Result<Chunked> {
        let mut content = Chunked::default();
        loop {
            let data = self.chunk(&mut content.raw)?;
            if data.is_empty() {
                break;
            }
            content.data.extend(data);
        }
        loop {
            let line = self.until(b"\r\n")?;
            content.raw.extend_from_slice(&line);
            if line == b"\r\n" {
                return Ok(content);
            }
            let line = latin(&line[..line.len() - 2]);
            let trailer = field(&line).ok_or_else(|| malformed("bad trailer", line.as_bytes()))?;
            content.trailers.push(trailer);
        }
    }

    /// What is left until the stream ends.
    pub(crate) fn read_to_end(&mut self) -> io::Result<Vec<u8>> {
        while self.more()? {}
        Ok(std::mem::take(&mut self.ahead))
    }

    /// The response to a request with `method`. Interim responses other than 101 are responses of
    /// their own here.
    pub(crate) fn response(&mut self, method: &str) -> io::Result<Response> {
        let head = self
            .head()?
            .ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "no response"))?;
        let status = head.status()?;
        let bodiless = method == "HEAD" || status < 200 || status == 204 || status == 304;
        let (chunked, length) = (head.is_chunked()?, head.length()?);
        let (mut body, mut trailers) = (Vec::new(), Vec::new());
        if bodiless {
        } else if chunked {
            let content = self.chunked()?;
            (body, trailers) = (content.data, content.trailers);
        } else if let Some(length) = length {
            body = self.exact(length)?;
        } else {
            body = self.read_to_end()?;
        }
        Ok(Response {
            status,
            head,
            body,
            trailers,
        })
    }
}
