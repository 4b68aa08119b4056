// Brings elements back that wait for consent, as if they had just been parsed.

const VENDOR = "data-privet-vendor", PREFIX = "data-privet-", GATED = "[" + VENDOR + "]";
const CSS = /data:,privet:([a-z0-9-]+):/g;
const IN_CSS = "data:,privet:";
const SCRIPT = /^(|module|(text|application)\/(x-)?(java|ecma)script(\d\.\d)?|text\/(live|j)script)$/;

// The scripts that were brought back.
const late = new WeakSet();
let policy;

// Trusted Types, where the website asks for them and allows this policy.
function trusted(kind, text) {
  if (policy === undefined) {
    policy = null;
    const same = text => text, rules = { createHTML: same, createScript: same, createScriptURL: same };
    try { policy = page.trustedTypes.createPolicy("privet", rules); } catch (_) {}
  }
  return policy ? policy[kind](text) : text;
}

// `root`, what is in its templates, and the shadow trees in it.
function roots(root) {
  const found = [root];
  for (const element of root.querySelectorAll("*")) {
    const inner = element.shadowRoot || element.localName === "template" && element.content;
    if (inner) found.push(...roots(inner));
  }
  return found;
}

// Every element in `all` that waits for one of `vendors` and for nobody else, in document order.
function waiting(all, vendors) {
  const mayCome = element => vendors[element.getAttribute(VENDOR)] === true;
  return [].concat(...all.map(root => [...root.querySelectorAll(GATED)])).filter(mayCome);
}

// Every element in `all` with URLs in CSS that wait.
function inCss(all) {
  const found = [];
  for (const root of all) {
    for (const element of root.querySelectorAll("style,[style]")) {
      const text = element.localName === "style" ? element.textContent : element.getAttribute("style");
      if (text.includes(IN_CSS)) found.push([element, text]);
    }
  }
  return found;
}

function restoreCss(element, text, vendors) {
  const plain = text.replace(CSS, (prefix, vendor) => vendors[vendor] === true ? "" : prefix);
  if (plain === text) return;
  if (element.localName === "style") element.textContent = plain;
  // A policy without 'unsafe-inline' forbids the attribute to scripts, but not this.
  else element.style.cssText = plain;
}

// The name that a frame had before it got one for the time of waiting.
function restoreName(element) {
  if (!/^privet-/.test(element.getAttribute("name"))) return;
  const name = element.getAttribute(PREFIX + "name");
  name ? element.setAttribute("name", name) : element.removeAttribute("name");
}

// Gives the attributes their names back.
function restoreAttributes(element) {
  const name = element.localName, type = element.getAttribute("type");
  const stub = name === "script" ? "text/plain" : /^(object|embed)$/.test(name) && "text/html";
  if (type && type === stub) element.removeAttribute("type");
  restoreName(element);
  const url = /^(script|object|embed)$/.test(name) && /^(src|data|href|xlink:href)$/;
  for (const { name, value, namespaceURI } of [...element.attributes]) {
    // In XML what stands before it is a prefix.
    const plain = name.replace(PREFIX, "");
    if (plain === name || name === VENDOR) continue;
    const safe = url && url.test(plain) ? trusted("createScriptURL", value) : value;
    element.removeAttribute(name);
    const space = namespaceURI || plain.startsWith("xlink:") && "http://www.w3.org/1999/xlink";
    if (space) element.setAttributeNS(space, plain, safe);
    else element.setAttribute(plain, safe);
  }
  element.removeAttribute(VENDOR);
}

// Whether the visitor went on from an embed's placeholder, so that it shows what it is to show.
function isShown(frame) {
  const isOpen = !frame.hasAttribute("sandbox") || frame.sandbox.contains("allow-same-origin");
  return /^i?frame$/.test(frame.localName) && frame.hasAttribute("src") && isOpen && !frame.contentDocument;
}

// What lazy loaders take for a `src` or `srcset`. One that has run already takes no second look.
const LAZY = /^data-privet-data-([a-z]+-)?(src|srcset|set|original|lazy|lazyload)$/;

function restoreElement(element) {
  if (isShown(element)) {
    restoreName(element);
    for (const { name } of [...element.attributes]) if (name.startsWith(PREFIX)) element.removeAttribute(name);
    return;
  }
  const lazy = /^(img|iframe|source|video|audio)$/.test(element.localName) ? [...element.attributes] : [];
  restoreAttributes(element);
  for (const { name, value } of lazy) if (LAZY.test(name)) element.setAttribute(/set$/.test(name) ? "srcset" : "src", value);
  const parent = element.parentNode;
  // Browsers look at these only when they come into a page, or when told to. An object that once
  // failed never tries again.
  if (/^(meta|object|embed)$/.test(element.localName)) element.replaceWith(element.cloneNode(true));
  if (element.localName === "source" && parent && parent.load) parent.load();
}

// What a script wrote stands where the script does.
function write(script, html) {
  const template = document.createElement("template");
  template.innerHTML = trusted("createHTML", html);
  for (const inert of template.content.querySelectorAll("script")) {
    const fresh = document.createElement("script");
    for (const { name, value } of inert.attributes)
      fresh.setAttribute(name, name === "src" ? trusted("createScriptURL", value) : value);
    fresh.async = false;
    fresh.text = trusted("createScript", inert.text);
    inert.replaceWith(fresh);
  }
  script.before(template.content);
}

// Late scripts believe that the page is still being parsed: what they write stays in the page, and
// what they want to do once it is loaded is done, since it is.
let isPrepared = false;
function prepare() {
  if (isPrepared) return;
  isPrepared = true;
  const isLate = () => late.has(document.currentScript);
  for (const name of ["write", "writeln"]) {
    const native = document[name];
    document[name] = function (...parts) {
      const end = name === "writeln" ? "\n" : "";
      if (isLate()) write(document.currentScript, parts.join("") + end);
      else if (document.readyState === "loading") native.apply(document, parts);
    };
  }
  for (const target of [page, document]) {
    const native = target.addEventListener;
    target.addEventListener = function (type, listener, ...more) {
      const isOver = type === "DOMContentLoaded" ? isParsed : type === "load" && target === page && isLoaded;
      if (!isOver || !listener || !isLate()) return native.call(this || target, type, listener, ...more);
      const call = listener.handleEvent ? listener.handleEvent.bind(listener) : listener.bind(target);
      setTimeout(call, 0, new Event(type));
    };
  }
}

let isParsed = document.readyState === "complete", isLoaded = isParsed;
document.addEventListener("DOMContentLoaded", () => { isParsed = true; });
page.addEventListener("load", () => { isParsed = isLoaded = true; });

const blocking = [], deferred = [];
let isRunning = false;

// Scripts that optimisers hold back until the visitor does something, or for good by now.
const DELAYED = /^(litespeed\/javascript|rocketlazyloadscript|pmdelayedscript|text\/(rocketscript|psajs)|wpmeteor)$/;
function wake(script) {
  if (!DELAYED.test(script.getAttribute("type"))) return;
  const data = script.dataset, url = data.src || data.rocketSrc;
  script.setAttribute("type", data.rocketType || data.perfmattersType || "");
  if (url) script.setAttribute("src", trusted("createScriptURL", url));
}

// An element that has never run, in place of one that can't.
function copy(script) {
  const fresh = document.createElementNS(script.namespaceURI, "script");
  for (const { name, value } of script.attributes)
    fresh.setAttribute(name, /^on/.test(name) ? trusted("createScript", value) : value);
  restoreAttributes(fresh);
  wake(fresh);
  // Browsers hide the attribute.
  fresh.nonce = script.nonce;
  fresh.textContent = trusted("createScript", script.textContent);
  return fresh;
}

// Sorts a script by when it is to run.
function enqueue(script) {
  const vendor = script.getAttribute(VENDOR), fresh = copy(script);
  const type = (fresh.getAttribute("type") || "").trim().toLowerCase();
  const url = fresh.getAttribute("src") || fresh.getAttribute("href") || fresh.getAttribute("xlink:href");
  const isModule = type === "module", isInline = !url && !isModule;
  const entry = { script, fresh, vendor, isInline };
  if (!SCRIPT.test(type) || fresh.noModule || !isInline && fresh.hasAttribute("async")) return swap(entry);
  fresh.async = false;
  (isModule || url && fresh.defer ? deferred : blocking).push(entry);
}

// Lets it run; calls `then` when it did.
function swap({ script, fresh, vendor, isInline }, then) {
  const loadEnd = page.onload;
  const end = () => {
    replay(vendor, isInline, 20);
    if (isLoaded && page.onload !== loadEnd && typeof page.onload === "function") page.onload(new Event("load"));
    if (then) then();
  };
  try {
    if (script.isConnected) {
      makeRoom(vendor, isInline);
      late.add(fresh);
      if (!isInline) for (const type of ["load", "error"]) fresh.addEventListener(type, end, { once: true });
      script.replaceWith(fresh);
      if (!isInline) return;
    }
  } catch (_) {}
  end();
}

// Runs what blocks one after the other, then what was deferred, in order.
function run() {
  const next = blocking.shift();
  isRunning = next !== undefined;
  if (isRunning) return swap(next, run);
  if (!isParsed) document.addEventListener("DOMContentLoaded", defer, { once: true });
  else defer();
}

function defer() {
  for (const entry of deferred.splice(0)) swap(entry);
}

// Brings back all that waits for `vendors`, a map to whether they may come.
function activate(vendors) {
  const all = roots(document), elements = waiting(all, vendors);
  const isEnded = element => element.hasAttribute(PREFIX + "reload");
  if (elements.some(element => isEnded(element) || needsNewPage(element))) return location.reload();
  prepare();
  for (const element of elements) {
    try {
      if (element.localName !== "script") restoreElement(element);
      else if (element.isConnected) enqueue(element);
      // In a template: it runs where the template is used.
      else restoreAttributes(element);
    } catch (_) {}
  }
  // The website's own frames have a privet.js of their own.
  for (let i = 0; i < page.length; i++) try { page[i].dispatchEvent(new Event("focus")); } catch (_) {}
  for (const [element, text] of inCss(all)) restoreCss(element, text, vendors);
  if (!isRunning) run();
}
