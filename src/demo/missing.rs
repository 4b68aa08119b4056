//! The page shown where there is none. It does not repeat the path that was asked for.

/// The content of every 404.
pub(super) const PAGE: &str = r#"<div class="wrap prose">
<p class="over">Not found</p>
<h1>We struck, and nothing rang.</h1>
<p class="lead">There is no page at this address. It may have been retuned, or it never was.</p>
<div class="actions"><a class="button" href="/">Back to the bells</a></div>
</div>"#;
