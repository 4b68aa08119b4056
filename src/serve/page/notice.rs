//! What stands at the end of a page that could not be read on.
//!
//! The response is cut behind it: a browser that took it for whole would keep it, and be told by the
//! website that it is still the same.

/// Closes what the page may have left open, and says plainly why there is no more of it.
pub(super) const NOTICE: &[u8] = b"\n--></script></style></textarea></title></template></noscript></select>\
<p role=\"alert\" style=\"all:revert;display:block;position:static;padding:1em;border:3px solid;background:#fff;color:#111\">\
The rest of this page is not shown: the gateway that keeps third parties out of it without your consent could not read it.</p>\n";
