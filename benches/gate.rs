//! What reading a page costs: a shop's page with nothing to gate, one with twenty vendors, each as it
//! comes from a website, in pieces of 16 KiB, and one of short tags.
//!
//! `cargo bench --bench gate`. The former is to pass at 400 MB/s at least.

use std::{fmt::Write as _, hint::black_box, path::Path, rc::Rc, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use privet::{
    config,
    privacy::{
        BUILT_IN_CATALOGUE, Catalogue, CookieDecision, FieldLines, PageContext, PageGate, Policy,
        html::Syntax,
    },
};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a website sends at a time.
const PIECE: usize = 16 * 1024;

const HEAD: &str = r#"<!DOCTYPE html><html lang="nl"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Bells - The Shop</title>
<link rel="canonical" href="https://www.example.com/bells"><link rel="icon" href="/favicon.svg">
<link rel="preload" href="/fonts/text.woff2" as="font" type="font/woff2" crossorigin>
<link rel="stylesheet" href="/assets/shop.css?v=81f3"><script src="/assets/shop.js?v=22" defer></script>
<meta property="og:image" content="https://www.example.com/images/bells.jpg">
<script>window.shop={currency:"EUR",cart:"/cart",locale:"nl-NL",items:[1,2,3,4,5,6]};</script>
<style>body{margin:0;font:16px/1.5 sans-serif}.card{display:grid;gap:8px}.hero{background:url(/images/hero.svg)}</style>
</head><body class="page page--category">"#;

const VENDORS: &str = r##"<script async src="https://www.google-analytics.com/analytics.js"></script>
<script>(function(h,o,t,j,a,r){h._hjSettings={hjid:1,hjsv:6};a=o.createElement('script');a.src='https://static.hotjar.com/c/hotjar-'+1;})(window,document);</script>
<link rel="preconnect" href="https://dev.visualwebsiteoptimizer.com">
<img height=1 width=1 src="https://ib.adnxs.com/seg?add=1&t=2">
<iframe width="560" height="315" src="https://player.vimeo.com/video/1?h=2" allowfullscreen></iframe>
"##;

/// About 64 KiB of a list of products.
fn page(vendors: &str) -> Vec<u8> {
    let mut page = HEAD.to_owned();
    let mut number = 0;
    while page.len() < 64 * 1024 {
        number += 1;
        write!(
            page,
            r#"<article class="card card--product" id="product-{number}" data-sku="B-{number}">
  <a class="card__link" href="/bells/{number}?from=list&amp;sort=new" title="Bell number {number}">
    <img class="card__image" src="/images/{number}.webp" srcset="/images/{number}.webp 1x, /images/{number}@2x.webp 2x" width="320" height="240" alt="A bell" loading="lazy">
    <h3 class="card__title">Bell number {number}</h3></a>
  <p class="card__text">Cast in bronze, tuned by hand, and hung in a frame of oak. It rings for {number} seconds, and may be heard from one end of the village to the other when the wind is right.</p>
  <p class="card__price"><span class="price" style="font-weight:600">€ {number},00</span> <small>incl. VAT</small></p>
  <form action="/cart" method="post"><input type="hidden" name="product" value="{number}"><button type="submit" class="button">Add to cart</button></form>
</article>
"#
        )
        .expect("text");
        if number % 10 == 0 {
            page.push_str(vendors);
        }
    }
    page.push_str("</body></html>");
    page.into_bytes()
}

/// Hardly anything but short tags: what costs most.
fn dense_page() -> Vec<u8> {
    let lines = "<p>hello <a href='/x'>world</a></p>\n".repeat(290);
    format!("<!doctype html><title>t</title>{lines}").into_bytes()
}

fn policy() -> Policy {
    let text = "[[site]]\nhosts = [\"www.example.com\"]\nupstream = \"demo\"\n";
    let loaded = config::parse(text, Path::new("proxy.toml"), &|_| None).expect("a configuration");
    let sites = loaded.config.sites;
    let site = sites.first().expect("the one site");
    let built_in = config::vendors_from_catalogue(BUILT_IN_CATALOGUE).expect("a sound catalogue");
    Policy::new(
        site.policy_rules(),
        None,
        Arc::new(Catalogue::new(built_in, Vec::new())),
    )
}

fn gate(bench: &mut Criterion) {
    let policy = policy();
    let cookies = CookieDecision::new(&FieldLines::default(), "www.example.com", &policy, 0);
    let cookies = Rc::new(cookies);
    let context = || PageContext {
        host: "www.example.com".into(),
        base: "https://www.example.com/bells".into(),
        cookies: Rc::clone(&cookies),
        syntax: Syntax::Html,
        memory: 64 * 1024,
        nonce: None,
        state: "0123456789a".into(),
        is_document: true,
        applies: true,
    };
    let mut group = bench.benchmark_group("gate");
    for (name, page, gates) in [
        ("nothing", page(""), false),
        ("vendors", page(VENDORS), true),
        ("short tags", dense_page(), false),
    ] {
        let mut out = Vec::with_capacity(2 * page.len());
        group.throughput(Throughput::Bytes(page.len() as u64));
        group.bench_function(name, |bench| {
            bench.iter(|| {
                out.clear();
                let mut gate = PageGate::new(context());
                for piece in black_box(&page).chunks(PIECE) {
                    gate.write(&policy, piece, &mut out).expect("readable");
                }
                gate.end(&policy, &mut out).expect("readable");
                assert_eq!(gate.gated().is_empty(), !gates);
            });
        });
        assert_eq!(out == page, !gates);
    }
}

criterion_group!(benches, gate);
criterion_main!(benches);
