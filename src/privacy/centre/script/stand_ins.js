// Stands in for functions of scripts that wait for consent, so that calls of them never throw, and
// makes those calls when the script has come. Also shows pages that wait for a script to show them.

// By vendor. `x[]` is a list and `x()` a function that queues in `x.q`; the vendor's loader empties
// both. All others record calls for later. They go when a script of the vendor begins, which makes
// its own; `x=` stays until an inline script does, since no loader makes it.
const NAMES = {
  "ab-tasty": "ABTastyClickTracking",
  "adobe-analytics": "_satellite alloy",
  "adobe-fonts": "Typekit",
  "adobe-target": "adobe.target mboxCreate mboxDefine mboxUpdate",
  "adroll": "adroll __adroll",
  "amplitude": "amplitude",
  "appnexus-xandr-microsoft-monetize": "pixie apntag",
  "branch": "branch",
  "braze": "braze appboy",
  "calendly": "Calendly",
  "comscore": "_comscore[]",
  "contentsquare": "_uxa[]",
  "convert": "_conv_q[]",
  "crisp": "$crisp[]",
  "criteo": "criteo_q[]",
  "customer-io": "_cio",
  "disqus": "DISQUS",
  "drift": "drift",
  "dynamic-yield": "DY DYO",
  "facebook-embeds": "FB",
  "facebook-pixel": "fbq _fbq FB",
  "fathom": "fathom",
  "freshchat": "fcWidget",
  "fullstory": "FS",
  "google-ads-and-doubleclick": "dataLayer[] gtag= googletag.cmd[] adsbygoogle[]",
  "google-analytics": "dataLayer[] gtag= ga() _gaq[]",
  "google-maps": "google.maps",
  "google-tag-manager": "dataLayer[] gtag=",
  "heap": "heap",
  "hotjar": "hj()",
  "hubspot-analytics": "_hsq[]",
  "hubspot-forms-and-chat": "_hsq[] hbspt HubSpotConversations",
  "inspectlet": "__insp[]",
  "instagram": "instgrm",
  "intercom": "Intercom",
  "jw-player": "jwplayer",
  "kameleoon": "kameleoonQueue[]",
  "klaviyo": "_learnq[] klaviyo",
  "linkedin-embeds": "IN",
  "linkedin-insight-tag": "_linkedin_data_partner_ids[] lintrk()",
  "livechat": "LiveChatWidget LC_API",
  "lucky-orange": "LOQ[]",
  "matomo": "_paq[] _mtm[]",
  "microsoft-advertising": "uetq[]",
  "microsoft-clarity": "clarity()",
  "mixpanel": "mixpanel",
  "mouseflow": "_mfq[]",
  "olark": "olark",
  "onesignal": "OneSignal[] OneSignalDeferred[]",
  "optimizely": "optimizely[]",
  "outbrain": "obApi",
  "pinterest-tag": "pintrk",
  "pinterest-widgets": "PinUtils",
  "piwik-pro": "_paq[] dataLayer[]",
  "piwik-pro-tag-manager": "_paq[] dataLayer[]",
  "matomo-tag-manager": "_mtm[] _paq[]",
  "adobe-launch": "_satellite",
  "plausible": "plausible()",
  "posthog": "posthog",
  "quantcast": "_qevents[]",
  "quora-pixel": "qp",
  "recaptcha": "grecaptcha",
  "reddit-pixel": "rdt",
  "rudderstack": "rudderanalytics",
  "segment": "analytics",
  "simple-analytics": "sa_event()",
  "smartlook": "smartlook",
  "snapchat-pixel": "snaptr",
  "snowplow": "snowplow",
  "survicate": "_sva",
  "taboola": "_tfa[] _taboola[]",
  "tawk-to": "Tawk_API",
  "tealium": "utag",
  "tidio": "tidioChatApi",
  "tiktok-pixel": "ttq",
  "trustpilot": "Trustpilot",
  "umami": "umami",
  "vimeo": "Vimeo",
  "vwo": "VWO[] _vis_opt_queue[] _vwo_code _vis_opt_goal_conversion",
  "wistia": "_wq[]",
  "woopra": "woopra",
  "x-ads": "twq",
  "x-embeds": "twttr",
  "yandex-metrica": "ym",
  "youtube": "YT",
  "zendesk": "zE $zopim",
};
const MOST_CALLS = 1000;
const standIns = {};

function standIn(vendor) {
  if (standIns[vendor] || !NAMES.hasOwnProperty(vendor)) return;
  standIns[vendor] = NAMES[vendor].split(" ").map(text => {
    const [, path, name, kind] = /^(?:(.*)\.)?(.*?)(\[]|\(\)|=)?$/.exec(text);
    const owner = path ? page[path] = page[path] || {} : page;
    if (owner[name] !== undefined) return {};
    if (kind === "[]") owner[name] = [];
    else if (kind === "()") owner[name] = queue();
    else return recorder(owner, name, kind === "=");
    return {};
  });
}

// Those of all vendors that an element names.
function standInsOf(vendors) {
  return vendors.split(" ").flatMap(vendor => standIns[vendor] || []);
}

function queue() {
  const call = function () { if (call.q.length < MOST_CALLS) call.q.push(arguments); };
  call.q = [];
  call.l = Date.now();
  call.getAll = () => [];
  return call;
}

function recorder(owner, name, stays) {
  const it = { owner, name, stays, calls: [], settings: {}, isMade: false };
  // What is at `path` of it; without one, what came of a call, perhaps a promise of what will.
  function at(path, promise) {
    const children = {};
    if (!path && !promise) promise = new Promise(() => {});
    return new Proxy(function () {}, {
      get(target, key) {
        if (key === Symbol.iterator) return [][key].bind([]);
        if (/^(then|catch|finally)$/.test(String(key))) return promise && promise[key].bind(promise);
        if (!path || path.length || !(key in it.settings)) {
          if (key in target || typeof key === "symbol") return target[key];
          return children[key] = children[key] || at(path && path.concat(key));
        }
        return it.settings[key];
      },
      set(target, key, value) {
        (path && !path.length ? it.settings : children)[key] = value;
        return true;
      },
      apply(target, self, values) {
        if (!path || it.calls.length >= MOST_CALLS) return at();
        return at(null, new Promise(done => it.calls.push({ path, values, done })));
      },
      // What is made of it can't be made anew in its place.
      construct() {
        it.isMade = true;
        return at();
      },
    });
  }
  it.proxy = owner[name] = at([]);
  return it;
}

// A script of the vendor is about to run.
function makeRoom(vendor, isInline) {
  for (const it of standInsOf(vendor)) {
    if (!it.proxy || it.owner[it.name] !== it.proxy || it.stays && !isInline) continue;
    if (Object.keys(it.settings).length) it.owner[it.name] = it.settings;
    else delete it.owner[it.name];
  }
}

// It has run: its functions get the calls. Some loaders take a while to make them.
function replay(vendor, isInline, turns) {
  let isWaiting = false;
  for (const it of standInsOf(vendor)) {
    if (!it.proxy || it.owner[it.name] === it.proxy) continue;
    const real = it.owner[it.name];
    if (real === undefined) {
      if (isInline) it.owner[it.name] = it.proxy;
      isWaiting = isWaiting || it.calls.length > 0;
      continue;
    }
    for (const key in it.settings) if (!(key in real)) real[key] = it.settings[key];
    for (const call of it.calls.splice(0)) {
      try {
        let owner = it.owner, called = real;
        for (const key of call.path) called = (owner = called)[key];
        call.done(called.apply(owner, call.values));
      } catch (_) {}
    }
  }
  if (isWaiting && turns > 0) setTimeout(replay, 500, vendor, isInline, turns - 1);
}

// Whether only a new page can bring the element back: the page made something of a stand-in, or goes
// by nonces and the script has none. Under 'strict-dynamic' it would run all the same if it were put
// into the page here, and so would what an attacker got into it.
function needsNewPage(element) {
  const isStrange = element.localName === "script" && tag && tag.nonce && element.nonce !== tag.nonce;
  return isStrange || standInsOf(element.getAttribute(VENDOR)).some(it => it.isMade);
}

// Testers hide the page until they have changed it; without them it has to be seen.
const TESTER = /^(ab-tasty|adobe-target|convert|dynamic-yield|intellimize|kameleoon|monetate|mutiny|omniconvert|optimizely|vwo|zoho-pagesense)$/;
const LOADS_TESTERS = /^google-(analytics|tag-manager)$/;
const HIDING_CLASS = /^(async-hide|anti-?flicker|ab-?hid(e|ing)|opt(imize)?-(hide|loading)|vwo-hide)$/i;
const HIDING_ID = /^(_vis_opt_path_hides|kameleoonLoadingStyleSheet|at-body-style|alloy-prehiding|mboxHideStyle)$/;
// A single rule that makes all of the page invisible.
const HIDING_RULE = /^([^{}]{0,60}[,\s])?(html|body|\*|:root)\s*(,[^{}]*)?\{[^{}]*(opacity\s*:\s*0?\.?0+\b|visibility\s*:\s*hidden)[^{}]*\}$/i;
let mayHide = false, hasTester = false;

function reveal() {
  if (!mayHide) return;
  for (const element of [document.documentElement, document.body]) {
    for (const name of element ? [...element.classList] : [])
      if (HIDING_CLASS.test(name)) element.classList.remove(name);
  }
  for (const style of document.querySelectorAll("style")) {
    const text = style.textContent.trim();
    const hides = HIDING_ID.test(style.id) || hasTester && text.length < 500 && HIDING_RULE.test(text);
    if (hides && style.media !== "not all") style.media = "not all";
  }
}

// An element that waits for consent has come.
function meet(element) {
  const vendors = element.getAttribute(VENDOR).split(" "), isTester = vendors.some(it => TESTER.test(it));
  if (element.localName === "script") vendors.forEach(standIn);
  if (!isTester && !vendors.some(it => LOADS_TESTERS.test(it)) || hasTester) return;
  if (!mayHide) {
    new MutationObserver(reveal).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
  }
  mayHide = true;
  hasTester = isTester;
  reveal();
}
