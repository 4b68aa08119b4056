// Notices when the visitor's consent changes, asks what it is now, and acts on that.

const tag = document.currentScript, own = tag ? tag.dataset : {};
// Cookies in which consent may be kept. Others change all the time.
const CONSENT = /consent|cookie|privacy|privet|optanon|gdpr|cmp|__gpp|_iub|didomi|notice|axeptio|tarteaucitron|klaro|orejime|borlabs|tracking|fccdcf|moove|^cc_|^eupub/i;
const EVENTS = "OneTrustGroupsUpdated consent.onetrust CookiebotOnAccept CookiebotOnDecline cookieyes_consent_update cmplz_status_change cmplz_fire_categories ucEvent UC_UI_CMP_EVENT borlabs-cookie-consent-saved CookieScriptAccept CookieScriptAcceptAll CookieScriptReject cc:onConsent cc:onChange visitorConsentCollected";

// The purposes that this page was made with, and those granted since.
const granted = new Set((own.privetGranted || "").split(" ").filter(name => name));
let stored = consentCookies(), seen = document.cookie, isAsking = false, asksAgain = false, failures = 0;

// Vendors that have a yes of their own, or that this page let come: none of them may lose it.
const trustedVendors = new Set((stored.match(/[\w-]+(?=:yes)/g) || []));
let known = {};

function consentCookies() {
  return document.cookie.split("; ").filter(pair => CONSENT.test(pair.split("=")[0])).join("; ");
}

// Where a platform `says` that something changed, its cookie may have any name.
function look(says) {
  const now = consentCookies(), every = document.cookie;
  const isNew = now !== stored || says === true && every !== seen;
  stored = now;
  seen = every;
  if (isNew) ask();
}

function ask() {
  asksAgain = isAsking;
  if (isAsking) return;
  isAsking = true;
  const all = roots(document), names = new Set(trustedVendors);
  for (const root of all) for (const element of root.querySelectorAll(GATED)) names.add(element.getAttribute(VENDOR));
  for (const [, text] of inCss(all)) text.replace(CSS, (_, vendor) => names.add(vendor));
  const url = "/.privet/consent?vendors=" + [...names].map(encodeURIComponent).join(",");
  fetch(url, { cache: "no-store", credentials: "same-origin", headers: { Accept: "application/json" } })
    .then(answer => answer.json()).then(decide).catch(later)
    .then(() => { isAsking = false; if (asksAgain) ask(); });
}

// A page that could not ask may show what was withdrawn.
function later() {
  if (failures < 6) setTimeout(ask, 500 << failures++);
}

function decide(consent) {
  failures = 0;
  const isGranted = name => consent.purposes[name] === "granted";
  known = consent.allowed;
  if (![...granted].every(isGranted) || [...trustedVendors].some(vendor => known[vendor] === false))
    return location.reload();
  const before = granted.size;
  for (const name in consent.purposes) if (name !== "necessary" && isGranted(name)) granted.add(name);
  if (granted.size > before) tellGoogle("update");
  for (const vendor in known) if (known[vendor] === true) trustedVendors.add(vendor);
  activate(known);
}

// Google consent mode, version 2, where the operator says that the page's containers honour it.
function tellGoogle(when) {
  if (own.privetConsentMode === undefined) return;
  const layer = page.dataLayer = page.dataLayer || [];
  const push = function () { layer.push(arguments); };
  const yes = purpose => granted.has(purpose) ? "granted" : "denied";
  const ads = yes("marketing"), comfort = yes("functional");
  const signals = {
    ad_storage: ads, ad_user_data: ads, ad_personalization: ads, analytics_storage: yes("analytics"),
    functionality_storage: comfort, personalization_storage: comfort, security_storage: "granted",
  };
  if (when === "default") signals.wait_for_update = 500;
  push("consent", when, signals);
  push("set", "ads_data_redaction", ads === "denied");
}

// Parsers add element by element; scripts add trees.
function arrive(nodes) {
  let mayCome = false;
  for (const node of nodes) {
    if (node.nodeType !== 1) continue;
    const found = node.matches(GATED) ? [node] : [];
    if (isParsed && node.firstElementChild) found.push(...node.querySelectorAll(GATED));
    for (const element of found) {
      meet(element);
      mayCome = mayCome || known[element.getAttribute(VENDOR)] === true;
    }
    if (node.localName === "style") reveal();
  }
  if (mayCome) activate(known);
}

function begin() {
  tellGoogle("default");
  arrive(document.querySelectorAll(GATED));
  new MutationObserver(records => {
    for (const record of records) arrive(record.addedNodes);
  }).observe(document, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", () => arrive(document.querySelectorAll(GATED)));

  for (const type of ["focus", "pageshow"]) page.addEventListener(type, event => event.persisted ? ask() : look());
  document.addEventListener("visibilitychange", look);
  // A placeholder's form was sent.
  document.addEventListener("load", event => { if (/^i?frame$/.test(event.target.localName)) look(); }, true);
  // Platforms tell before they store, or after.
  const soon = () => { look(true); setTimeout(look, 300, true); };
  for (const type of EVENTS.split(" ")) for (const target of [page, document]) target.addEventListener(type, soon);
  const framework = () => { if (typeof page.__tcfapi === "function") page.__tcfapi("addEventListener", 2, soon); };
  page.addEventListener("load", () => { try { framework(); } catch (_) {} });
  setInterval(() => { if (!document.hidden && document.querySelector(GATED)) look(); }, 1000);
  // Where the website forbids its pages to ask, a new page is the answer.
  document.addEventListener("securitypolicyviolation", event => {
    if (event.blockedURI.includes("/.privet/consent")) location.reload();
  });
}

begin();
