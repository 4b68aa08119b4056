//! What reading a page costs, with a handler that looks at every attribute and changes nothing.
//!
//! `cargo bench --bench html`. A page is to pass at 800 MB/s or more.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use privet::privacy::html::{Content, EndTag, PageHandler, Part, Rewriter, StartTag, Syntax};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As much as a website sends at a time.
const PIECE: usize = 16 * 1024;

/// Looks for what a gate would look for.
struct Looks;

impl PageHandler for Looks {
    fn start_tag(&mut self, tag: &mut StartTag<'_>) -> Content {
        let fetched = tag.attributes().filter(|attribute| {
            matches!(attribute.name.len(), 3 | 4) && (attribute.is("src") || attribute.is("href"))
        });
        black_box(fetched.count());
        if tag.is("script") {
            Content::Hold
        } else {
            Content::Pass
        }
    }

    fn held(&mut self, _: &mut StartTag<'_>, content: &[u8], _: bool) -> Part {
        black_box(content.len());
        Part::kept(content)
    }

    fn end_tag(&mut self, _: &mut EndTag<'_>) {}

    fn end(&mut self, _: &mut Vec<u8>) {}
}

/// A page of a shop or a newspaper: a third of its bytes are tags, most of them with a class.
fn usual_page() -> String {
    let mut page = String::from(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>A page</title>\
         <link rel=\"stylesheet\" href=\"/assets/site.css\"><script src=\"/assets/site.js\" defer>\
         </script><style>body { margin: 0 } .card { display: flex }</style></head><body>",
    );
    for number in 0..400 {
        page.push_str(&format!(
            "<article class=\"card card--wide u-mt-{number}\" data-id=\"{number}\" id=\"a{number}\">\n  \
             <a class=\"card__link\" href=\"/articles/{number}/a-title-of-an-article\">\n    \
             <img class=\"card__image\" src=\"/media/{number}-640.jpg\" alt=\"A picture\" \
             width=\"640\" height=\"360\" loading=\"lazy\">\n    <h2>A title of an article</h2>\n  \
             </a>\n  <!-- teaser -->\n  <p>Some words on what it is about, with a <em>word</em> that \
             matters and <a href=\"/tags/{number}\">a link</a>, as there are in most texts that \
             people write for others to read on a screen, and a second sentence.</p>\n  \
             <ul class=\"meta\"><li>24 November</li><li>By somebody</li></ul>\n</article>\n",
        ));
        if number % 20 == 0 {
            page.push_str(
                "<script>window.site = window.site || {}; site.items = [1, 2, 3].map(i => i < 2 ? \
                 {a: \"b\"} : {});</script><svg viewBox=\"0 0 24 24\"><path d=\"M12 2L2 7l10 5 \
                 10-5-10-5zM2 17l10 5 10-5M2 12l10 5 10-5\"/></svg>",
            );
        }
    }
    page.push_str("</body></html>");
    page
}

/// Nothing but tags.
fn dense_page() -> String {
    "<tr><td class=a>1<td class=b>2<td><b>3</b></tr>\n".repeat(6000)
}

fn rewrite(page: &[u8], out: &mut Vec<u8>) {
    let mut rewriter = Rewriter::new(Syntax::Html, 64 * 1024);
    out.clear();
    for piece in page.chunks(PIECE) {
        rewriter.write(piece, &mut Looks, out).expect("short tags");
    }
    rewriter.end(&mut Looks, out).expect("short tags");
}

fn html(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("html");
    for (name, page) in [("usual page", usual_page()), ("dense page", dense_page())] {
        let mut out = Vec::with_capacity(2 * page.len());
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| rewrite(black_box(page.as_bytes()), &mut out));
        });
    }
    group.finish();
}

criterion_group!(benches, html);
criterion_main!(benches);
