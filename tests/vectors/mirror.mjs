// Prints mirror.tsv: what privet's script makes of the platforms that it copies from, and what privet
// must make of that.
//
//     tests/vectors/check --write
//
// The columns are those of platforms.tsv. The platforms themselves run on their makers' servers
// only, so each is a stand-in that has the documented part of its browser API. Nothing depends on
// the day: clocks stand still at NOW.

import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

const NOW = Date.UTC(2026, 10, 23, 18, 53, 20);
const script = readFileSync(
  new URL("../../src/privacy/centre/mirror.js", import.meta.url),
  "utf8",
);

/// A page whose `document.cookie` keeps what is written, attributes and all.
function page() {
  const { window } = new JSDOM("<!doctype html>", {
    url: "https://shop.example/",
    runScripts: "outside-only",
  });
  window.Date.now = () => NOW;
  window.written = [];
  const jar = new Map();
  Object.defineProperty(window.document, "cookie", {
    get: () => [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
    set: (line) => {
      window.written.push(line);
      const [, name, value] = /^([^=]*)=([^;]*)/.exec(line);
      jar.set(name, value);
    },
  });
  return window;
}

const passed = (milliseconds) =>
  new Promise((done) => setTimeout(done, milliseconds));

async function row(note, granted, refused, visit) {
  const window = page();
  await visit(window, () => window.eval(script));
  await passed(350);
  const { cookie } = window.document;
  const attributes = "; Path=/; Secure; SameSite=Lax; Max-Age=15552000";
  if (!window.written.every((line) => line.endsWith(attributes))) {
    throw new Error(`${note}: ${window.written}`);
  }
  if (window.written.length !== new Set(window.written).size) {
    throw new Error(`${note}: written again without a change`);
  }
  console.log(["mirror", cookie, granted, refused, note].join("\t"));
  window.close();
}

const service = (categorySlug, status, ...types) => ({
  categorySlug,
  consent: { status, history: types.map((type) => ({ type, status })) },
});

const usercentrics2 = (...services) => ({
  isInitialized: () => true,
  getServicesBaseInfo: () => services,
});

await row("Usercentrics 2, answered before", "analytics", "functional,marketing", (window, run) => {
  window.UC_UI = usercentrics2(
    service("essential", true, "implicit", "explicit"),
    service("functional", true, "explicit"),
    service("functional", false, "explicit"),
    service("statistics", true, "implicit", "explicit"),
    service("marketing", false, "explicit"),
  );
  run();
});

await row("Usercentrics 2, nobody answered", "-", "-", (window, run) => {
  window.UC_UI = usercentrics2(
    service("essential", true, "implicit"),
    service("marketing", true, "implicit"),
  );
  run();
});

await row("Usercentrics 2, answered on this page", "marketing", "-", async (window, run) => {
  const services = [service("marketing", false, "implicit")];
  run();
  await passed(100);
  window.UC_UI = usercentrics2(...services);
  await passed(600);
  services[0] = service("marketing", true, "implicit", "explicit");
  window.UC_UI.getServicesBaseInfo = () => services;
  window.dispatchEvent(new window.Event("UC_UI_CMP_EVENT"));
});

const usercentrics3 = (type, states) => ({
  getConsentDetails: async () => ({
    consent: { type },
    categories: Object.fromEntries(
      Object.entries(states).map(([slug, state]) => [slug, { state }]),
    ),
  }),
});

await row("Usercentrics 3, answered", "functional", "marketing", (window, run) => {
  window.__ucCmp = usercentrics3("EXPLICIT", {
    essential: "ALL_ACCEPTED",
    functional: "ALL_ACCEPTED",
    marketing: "SOME_DENIED",
  });
  run();
});

await row("Usercentrics 3, nobody answered", "-", "-", (window, run) => {
  window.__ucCmp = usercentrics3("IMPLICIT", { marketing: "ALL_ACCEPTED" });
  run();
});

const events = () => {
  const heard = {};
  return {
    on: (name, call) => (heard[name] = call),
    tell: (name, what) => heard[name](what),
  };
};

await row("Osano, answered", "analytics", "functional,marketing", (window, run) => {
  const { on, tell } = events();
  window.Osano = { cm: { addEventListener: on } };
  run();
  const consent = { ESSENTIAL: "ACCEPT", STORAGE: "ACCEPT", ANALYTICS: "ACCEPT" };
  tell("osano-cm-consent-saved", { ...consent, MARKETING: "DENY", PERSONALIZATION: "DENY" });
});

await row("Osano, changed", "-", "functional,analytics,marketing", (window, run) => {
  const { on, tell } = events();
  window.Osano = { cm: { addEventListener: on } };
  run();
  const save = (said) =>
    tell("osano-cm-consent-saved", { ANALYTICS: said, MARKETING: said, PERSONALIZATION: said });
  ["ACCEPT", "ACCEPT", "DENY"].forEach(save);
});

await row("Osano, nobody answered", "-", "-", (window, run) => {
  window.Osano = { cm: { addEventListener: () => {}, getConsent: () => ({ ANALYTICS: "ACCEPT" }) } };
  run();
});

const sourcepoint = (window, run, eventStatus, gdprApplies, ...numbers) => {
  const { on, tell } = events();
  window._sp_ = {};
  window.__tcfapi = (command, version, call) => on(`${command} ${version}`, (data) => call(data, true));
  run();
  const consents = Object.fromEntries(numbers.map((number) => [number, true]));
  tell("addEventListener 2", { eventStatus, gdprApplies, purpose: { consents } });
};
const all = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

await row("Sourcepoint, all accepted", "functional,analytics,marketing,media", "-", (window, run) => {
  sourcepoint(window, run, "useractioncomplete", true, ...all);
});
await row("Sourcepoint, some accepted", "analytics", "functional,marketing,media", (window, run) => {
  sourcepoint(window, run, "useractioncomplete", true, 1, 2, 7, 8, 9);
});
await row("Sourcepoint, all refused", "-", "functional,analytics,marketing,media", (window, run) => {
  sourcepoint(window, run, "useractioncomplete", true);
});
await row("Sourcepoint, answered before", "media", "functional,analytics,marketing", (window, run) => {
  sourcepoint(window, run, "tcloaded", true, 1, 6);
});
await row("Sourcepoint, asking", "-", "-", (window, run) => {
  sourcepoint(window, run, "cmpuishown", true, ...all);
});
await row("Sourcepoint, loaded without a yes", "-", "-", (window, run) => {
  sourcepoint(window, run, "tcloaded", true);
});
await row("Sourcepoint, elsewhere", "-", "-", (window, run) => {
  sourcepoint(window, run, "tcloaded", false, ...all);
});

await row("Termly, answered", "functional,analytics", "marketing,media", (window, run) => {
  const { on, tell } = events();
  const state = { essential: true, performance: true, analytics: true };
  window.Termly = {
    on,
    getConsentState: () => ({ ...state, advertising: false, social_networking: false }),
  };
  run();
  tell("consent");
});
await row("Termly, nobody answered", "-", "-", (window, run) => {
  window.Termly = { on: () => {}, getConsentState: () => ({ analytics: true }) };
  run();
});

/// As Google's snippet has it; calls are `arguments`.
const gtag = (window) => {
  window.eval("window.dataLayer ||= []; function gtag() { dataLayer.push(arguments); }");
  return window.gtag;
};
const storage = (said) =>
  Object.fromEntries(
    ["ad_storage", "ad_user_data", "ad_personalization"].map((name) => [name, said]),
  );

await row("Google, default only", "-", "-", (window, run) => {
  gtag(window)("consent", "default", { ...storage("granted"), analytics_storage: "granted" });
  run();
});
await row("Google, update before", "analytics", "marketing", (window, run) => {
  const call = gtag(window);
  call("consent", "default", storage("denied"));
  call("consent", "update", { ...storage("denied"), analytics_storage: "granted" });
  run();
});
await row("Google, updates after", "functional,marketing", "analytics", async (window, run) => {
  const call = gtag(window);
  run();
  call("consent", "update", { analytics_storage: "denied", functionality_storage: "granted" });
  call("event", "page_view");
  call("consent", "update", storage("granted"));
});
await row("Google, advertising in part", "-", "marketing", (window, run) => {
  run();
  const call = gtag(window);
  call("consent", "update", { ...storage("granted"), ad_personalization: "denied" });
  return passed(600);
});
await row("Google, beside a platform that is asked itself", "-", "-", (window, run) => {
  window.Osano = { cm: { addEventListener: () => {} } };
  run();
  gtag(window)("consent", "update", storage("granted"));
  return passed(600);
});

process.exit(0);
