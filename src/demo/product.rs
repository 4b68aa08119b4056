//! The page of one bell.

use super::bells::Bell;
use super::sound;

/// The content of `/products/<slug>`.
pub(super) fn page(bell: &Bell) -> String {
    let Bell {
        slug,
        name,
        tagline,
        story: [first, second],
        euros,
        ..
    } = bell;
    format!(
        r#"<div class="wrap product">{picture}<div>
<h1>{name}</h1>
<p class="lead">{tagline}</p>
<p>{first}</p>
<p>{second}</p>
<form class="actions" method="post" action="/cart?add={slug}"><span class="price">€{euros}</span><button class="button">Put it in the cart</button></form>
<dl class="facts">
<div><dt>Sounds</dt><dd>{sounds}</dd></div>
<div><dt>Carries</dt><dd>{carries} m</dd></div>
<div><dt>Weighs</dt><dd>{grams} g</dd></div>
<div><dt>Made of</dt><dd>{material}</dd></div>
</dl>
</div></div>
<section class="wrap sound" aria-labelledby="sound"><h2 id="sound">One stroke, drawn</h2>
<p>From the striker to silence in {seconds}.{tenths} seconds.</p>
{curve}</section>"#,
        picture = bell.picture(),
        sounds = bell.sounds(),
        carries = bell.carries,
        grams = bell.grams,
        material = bell.material,
        seconds = bell.rings / 10,
        tenths = bell.rings % 10,
        curve = sound::curve(bell),
    )
}
