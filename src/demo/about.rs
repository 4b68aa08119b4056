//! The page about the workshop.

/// The content of `/about`.
pub(super) const PAGE: &str = r#"<div class="wrap prose">
<p class="over">The workshop</p>
<h1>An old signal box, and the right kind of noise.</h1>
<p class="lead">We work upstairs, where the levers were. Downstairs is for casting, so that the neighbours have something to talk about.</p>
<p>Ottilie began with a fault. A brass lamp cover, dropped down the stairs, rang a clean E for three seconds, and everybody in the yard looked up and smiled. No bell on any of our bicycles had ever done that. So we drilled a hole in it.</p>
<h2>How a bell is tuned</h2>
<ol class="steps">
<li><h3>Spin or cast</h3><p>Small shells are spun from a disc over a wooden form. The Bittern is poured into sand, twice a month, on a day without wind.</p></li>
<li><h3>Listen</h3><p>Every raw shell is sharp. We hang it on a thread, strike it, and write its pitch inside with a pencil.</p></li>
<li><h3>Take a little away</h3><p>A shaving of two hundredths of a millimetre from the inner lip lowers the note by a few hertz. We stop when it is true, and never add anything back.</p></li>
</ol>
<figure class="film"><iframe src="https://www.youtube.com/embed/aqz-KE-bpKQ" title="A film about a rabbit, on YouTube" width="800" height="450" loading="lazy" allow="fullscreen; picture-in-picture" allowfullscreen></iframe>
<figcaption>What we watch while the sand cools. It is kept at YouTube, which hears of it when the film is shown.</figcaption></figure>
<h2>Repairs</h2>
<p>A bell that has gone dull is nearly always a bell with a loose spindle. Tighten it by a quarter turn. If that does not help, send it home: straightening a lip is free for as long as there is somebody here who can do it.</p>
<h2>What we ask of you</h2>
<p>Ring early, ring once, and say thank you as you pass.</p>
<div class="actions"><a class="button" href="/products/lapwing">Meet the most polite one</a></div>
</div>"#;
