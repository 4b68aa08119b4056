// Prints platforms.tsv: what consent libraries themselves store, and what privet must make of it.
//
//     tests/vectors/check --write
//
// Columns: platform; Cookie field; granted, refused purposes; note. `-` for none. Each row is one
// visit of a page on which the library runs as a website runs it. What is granted is what the
// library answers when the page asks it, not what it was told. Nothing depends on the day or on
// chance: clocks stand still at NOW, and random numbers are all the same.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const NOW = Date.UTC(2026, 10, 23, 18, 53, 20);

/// What the groups and services of the pages below are for; the test that reads the rows maps the
/// services alike.
const PURPOSES = {
  functional: "functional",
  analytics: "analytics",
  marketing: "marketing",
  media: "media",
  gtag: "analytics",
  facebookpixel: "marketing",
  youtube: "media",
};
const ASKED = ["functional", "analytics", "marketing", "media"];

const still = (Clock) =>
  class extends Clock {
    constructor(...when) {
      super(...(when.length ? when : [NOW]));
    }
    static now() {
      return NOW;
    }
  };

// Cookies end by Node's clock.
globalThis.Date = still(Date);
const { JSDOM, VirtualConsole } = await import("jsdom");

const require = createRequire(import.meta.url);
const file = (path) =>
  readFileSync(require.resolve("jsdom").replace(/jsdom\/.*$/, path), "utf8");

function page() {
  const html = "<!doctype html><html lang=en><head></head><body></body></html>";
  const { window } = new JSDOM(html, {
    url: "https://shop.example/",
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  });
  window.Date = still(window.Date);
  window.Math.random = () => 0.5;
  window.crypto.getRandomValues = (numbers) => numbers.fill(7);
  window.scrollTo = () => {};
  return window;
}

const settled = (window) =>
  new Promise((done) => window.setTimeout(done, 300));

const click = (window, selector) => {
  const button = window.document.querySelector(selector);
  if (!button) throw new Error(`no ${selector}`);
  button.click();
};

/// Each platform: the visits, and for each the purposes that the library says were granted and
/// refused. A visit without either is one in which nobody answered.
const visits = {
  async klaro(choose) {
    const window = page();
    window.eval(file("klaro/dist/klaro-no-css.js"));
    const service = (name, purpose) => ({ name, purposes: [purpose] });
    const config = {
      privacyPolicy: "/privacy",
      services: [
        { ...service("session", "necessary"), required: true },
        service("analytics", "analytics"),
        service("marketing", "marketing"),
        service("media", "media"),
      ],
    };
    const manager = window.klaro.getManager(config);
    await choose(manager);
    const names = ["analytics", "marketing", "media"];
    return [
      window,
      manager.confirmed ? names.map((name) => [name, manager.getConsent(name)]) : [],
    ];
  },

  async orejime(choose) {
    const window = page();
    const purpose = (id) => ({ id, title: id, cookies: [] });
    window.orejimeConfig = {
      privacyPolicyUrl: "/privacy",
      purposes: [
        { ...purpose("mandatory"), isMandatory: true },
        purpose("analytics"),
        purpose("marketing"),
        purpose("media"),
      ],
    };
    window.eval(file("orejime/dist/orejime-standard-en.js"));
    await settled(window);
    const { manager } = window.orejime;
    await choose(manager);
    await settled(window);
    const names = ["analytics", "marketing", "media"];
    return [
      window,
      manager.isDirty() ? [] : names.map((name) => [name, manager.getConsent(name)]),
    ];
  },

  async tarteaucitron(choose) {
    const window = page();
    // It looks for itself among the scripts of the page.
    const script = window.document.createElement("script");
    script.src = "/tarteaucitron.js";
    window.document.head.append(script);
    window.eval(file("tarteaucitronjs/tarteaucitron.js"));
    const { tarteaucitron } = window;
    window.tarteaucitronForceLanguage = "en";
    window.eval(file("tarteaucitronjs/lang/tarteaucitron.en.js"));
    window.eval(file("tarteaucitronjs/tarteaucitron.services.js"));
    tarteaucitron.init({ privacyUrl: "/privacy", useExternalJs: true, useExternalCss: true });
    // The first needs no answer by its own account.
    const keys = ["plausible", "gtag", "facebookpixel", "youtube"];
    for (const key of keys) {
      tarteaucitron.services[key].js = () => {};
      tarteaucitron.services[key].fallback = () => {};
      (tarteaucitron.job ??= []).push(key);
    }
    await settled(window);
    await choose(tarteaucitron);
    const [, ...asked] = keys;
    const answered = asked.filter((key) => typeof tarteaucitron.state[key] === "boolean");
    return [window, answered.map((key) => [key, tarteaucitron.state[key]])];
  },

  async "vanilla-cookieconsent"(choose, categories = {}) {
    const window = page();
    window.eval(file("vanilla-cookieconsent/dist/cookieconsent.umd.js"));
    const { CookieConsent } = window;
    await CookieConsent.run({
      categories: { necessary: { readOnly: true, enabled: true }, analytics: {}, marketing: {}, ...categories },
      language: {
        default: "en",
        translations: { en: { consentModal: { title: "Cookies" }, preferencesModal: { sections: [] } } },
      },
    });
    await choose(CookieConsent);
    const names = ["analytics", "marketing"];
    // A category with services was granted as far as each of its services was.
    const all = (name) =>
      CookieConsent.acceptedCategory(name) &&
      Object.keys(categories[name]?.services ?? {}).length === 0;
    return [
      window,
      CookieConsent.validConsent()
        ? [...names.map((name) => [name, all(name)]), ["functional", false], ["media", false]]
        : [],
    ];
  },

  async cookieconsent(button) {
    const window = page();
    window.eval(file("cookieconsent/build/cookieconsent.min.js"));
    // Its options must be objects of the page.
    window.eval('cookieconsent.initialise({ type: "opt-in", layout: "basic-close" })');
    await settled(window);
    if (button) click(window, button);
    const status = window.cookieconsent.utils.getCookie("cookieconsent_status");
    const answered = status === "allow" || status === "deny";
    return [window, answered ? ASKED.map((purpose) => [purpose, status === "allow"]) : []];
  },
};

async function row(platform, note, ...choice) {
  const [window, answers] = await visits[platform](...choice);
  const said = (yes) => {
    const named = answers.filter(([, granted]) => granted === yes);
    const purposes = new Set(named.map(([name]) => PURPOSES[name]));
    return ASKED.filter((purpose) => purposes.has(purpose)).join(",") || "-";
  };
  console.log([platform, window.document.cookie, said(true), said(false), note].join("\t"));
  window.close();
}

const nothing = () => {};

await row("klaro", "nobody answered", nothing);
await row("klaro", "all accepted", (manager) => {
  manager.changeAll(true);
  manager.saveAndApplyConsents("accept");
});
await row("klaro", "all declined", (manager) => {
  manager.changeAll(false);
  manager.saveAndApplyConsents("decline");
});
await row("klaro", "some accepted", (manager) => {
  manager.updateConsent("analytics", true);
  manager.saveAndApplyConsents("save");
});

await row("orejime", "nobody answered", nothing);
await row("orejime", "all accepted", (manager) => manager.acceptAll());
await row("orejime", "all declined", (manager) => manager.declineAll());
await row("orejime", "some accepted", (manager) => {
  manager.setConsents({ mandatory: true, analytics: false, marketing: false, media: true });
});

await row("tarteaucitron", "nobody answered", nothing);
await row("tarteaucitron", "all accepted", (it) => it.userInterface.respondAll(true));
await row("tarteaucitron", "all declined", (it) => it.userInterface.respondAll(false, "", true));
await row("tarteaucitron", "one accepted, the others wait", (it) => {
  it.userInterface.respond({ id: "youtubeAllowed" }, true);
});

await row("vanilla-cookieconsent", "nobody answered", nothing);
await row("vanilla-cookieconsent", "all accepted", (it) => it.acceptCategory("all"));
await row("vanilla-cookieconsent", "all declined", (it) => it.acceptCategory([]));
await row("vanilla-cookieconsent", "some accepted", (it) => it.acceptCategory(["analytics"]));
const services = { analytics: { services: { one: { label: "One" }, other: { label: "Other" } } } };
await row(
  "vanilla-cookieconsent",
  "one service of a category accepted",
  (it) => it.acceptService(["one"], "analytics"),
  services,
);
await row(
  "vanilla-cookieconsent",
  "all accepted, one category by its services",
  (it) => it.acceptCategory("all"),
  services,
);

await row("cookieconsent", "nobody answered");
await row("cookieconsent", "allowed", ".cc-allow");
await row("cookieconsent", "denied", ".cc-deny");
await row("cookieconsent", "closed, which is no consent", ".cc-close");
