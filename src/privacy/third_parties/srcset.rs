//! The URLs of `srcset` and `imagesrcset` (HTML §4.8.4.2.1, "parse a srcset attribute").

/// The URLs of the candidates, in their order.
pub(super) fn urls(mut rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let start = rest
            .iter()
            .position(|byte| !is_space(*byte) && *byte != b',')?;
        rest = rest.get(start..)?;
        let end = rest.iter().position(|byte| is_space(*byte));
        let (url, behind) = rest.split_at(end.unwrap_or(rest.len()));
        let commas = url.iter().rev().take_while(|byte| **byte == b',').count();
        rest = if commas > 0 {
            behind
        } else {
            behind_descriptors(behind)
        };
        url.get(..url.len() - commas)
    })
}

/// What stands behind the comma that ends a candidate's descriptors; commas in parentheses are theirs.
fn behind_descriptors(text: &[u8]) -> &[u8] {
    let mut in_parentheses = false;
    let end = text.iter().position(|byte| {
        match byte {
            b'(' => in_parentheses = true,
            b')' => in_parentheses = false,
            b',' => return !in_parentheses,
            _ => {}
        }
        false
    });
    end.and_then(|end| text.get(end + 1..)).unwrap_or_default()
}

/// ASCII white space as HTML has it.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0xc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_candidate_has_its_url() {
        for (srcset, expected) in [
            ("", &[][..]),
            ("a.png", &["a.png"]),
            ("a.png 1x, b.png 2x", &["a.png", "b.png"]),
            ("a.png, b.png 2x,c.png", &["a.png", "b.png", "c.png"]),
            (" , a,b.png 1x,, c.png\t2x ,", &["a,b.png", "c.png"]),
            ("a 1x (x, y) , b", &["a", "b"]),
            (
                "data:,x 1x, //v.example/x,y 2x",
                &["data:,x", "//v.example/x,y"],
            ),
        ] {
            let found: Vec<&[u8]> = urls(srcset.as_bytes()).collect();
            let expected: Vec<&[u8]> = expected.iter().map(|url| url.as_bytes()).collect();
            assert_eq!(found, expected, "{srcset}");
        }
    }
}
