// Prints iab.tsv: what the IAB's own libraries write, and what privet must make of it.
//
//     tests/vectors/check --write
//
// Columns: platform; cookies; granted, refused purposes; vendors refused though their purpose is
// granted; note. `-` for purposes that nobody answered for. The meaning is worked out from what
// the libraries read back, not from what they were told to write. Nothing depends on the day or
// on chance.

import { GppModel, RangeEntry } from "@iabgpp/cmpapi";
import {
  PurposeRestriction,
  Segment,
  SegmentEncoder,
  TCModel,
  TCString,
} from "@iabtcf/core";

// As in src/rules.rs and in the test that reads the rows.
const NEEDS = {
  functional: [1, 11],
  analytics: [1, 8, 9],
  marketing: [1, 3, 4, 7],
  media: [1, 6],
};
const VENDORS = [
  ["adone", "marketing", 10],
  ["adtwo", "marketing", 755],
  ["counter", "analytics", 91],
  ["chat", "functional", 1],
  ["player", "media", 65535],
];
const OPT_OUTS = {
  SaleOptOut: "sale",
  SharingOptOut: "sharing",
  TargetedAdvertisingOptOut: "targeted advertising",
};

const day = (text) => new Date(`${text}T00:00:00Z`);
const BEFORE = day("2026-02-28");
const AFTER = day("2026-03-01");
const span = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => first + at);
const PURPOSES = span(1, 11);
const LISTED = VENDORS.map(([, , id]) => id);
const sum = (...lists) => [...new Set(lists.flat())].sort((a, b) => a - b);
const without = (list, ...gone) => list.filter((item) => !gone.includes(item));

/** The same numbers on each run (Park and Miller's generator). */
let seed = 20261101;
function below(limit) {
  seed = (seed * 48271) % 2147483647;
  return seed % limit;
}
const some = (list, percent) => list.filter(() => below(100) < percent);

const rows = [];
function row(platform, cookies, meaning, note) {
  const { granted, refused, vendors } = meaning;
  rows.push([platform, cookies, granted, refused, vendors, note].join("\t"));
}
const NOTHING = { granted: "-", refused: "-", vendors: "-" };
const NO_MARKETING = { granted: "", refused: "marketing", vendors: "" };

/** A TC string by the library; `options` over a string in which all is granted. */
function tcString(options = {}) {
  const all = {
    created: AFTER,
    policy: 5,
    alone: true,
    purposes: PURPOSES,
    interest: [],
    vendors: LISTED,
    interestVendors: [],
    restrictions: [],
    disclosed: LISTED,
    segments: [Segment.VENDORS_DISCLOSED],
  };
  const its = { ...all, ...options };
  const model = new TCModel();
  model.cmpId = 300;
  model.cmpVersion = 2;
  model.consentScreen = 1;
  model.publisherCountryCode = "NL";
  model.vendorListVersion = 150;
  model.policyVersion = its.policy;
  model.isServiceSpecific = its.alone;
  model.created = its.created;
  model.lastUpdated = its.created;
  model.purposeConsents.set(its.purposes);
  model.purposeLegitimateInterests.set(its.interest);
  model.vendorConsents.set(its.vendors);
  model.vendorLegitimateInterests.set(its.interestVendors);
  model.vendorsDisclosed.set(its.disclosed);
  model.vendorsAllowed.set([10, 12]);
  model.publisherConsents.set([1, 2]);
  model.numCustomPurposes = 3;
  model.publisherCustomConsents.set([2]);
  // The library joins ranges over ids that no list of vendors has; here, every id is listed.
  for (const [purpose, kind, vendors] of its.restrictions) {
    for (const vendor of vendors) {
      model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, kind));
    }
  }
  model.publisherRestrictions.gvl_ = { vendorIds: new Set(span(1, 2000)) };
  const segments = [Segment.CORE, ...its.segments];
  return segments.map((segment) => SegmentEncoder.encode(model, segment)).join(".");
}

/** What the library reads in a TC string; `undefined` if it is void. */
function read(text) {
  const model = TCString.decode(text);
  const hasDisclosed = text.split(".").some((segment) => /^[I-P]/.test(segment));
  const isVoid =
    model.version !== 2 ||
    model.policyVersion < 4 ||
    !model.isServiceSpecific ||
    [3, 4, 5, 6].some((purpose) => model.purposeLegitimateInterests.has(purpose)) ||
    (model.created >= AFTER && !hasDisclosed);
  if (isVoid) return undefined;
  return {
    consents: (purposes) => purposes.every((purpose) => model.purposeConsents.has(purpose)),
    allows: (vendor, purposes) =>
      model.vendorConsents.has(vendor) &&
      (!hasDisclosed || model.vendorsDisclosed.has(vendor)) &&
      purposes.every(
        (purpose) =>
          model.purposeConsents.has(purpose) &&
          !model.publisherRestrictions.vendorHasRestriction(vendor, new PurposeRestriction(purpose, 0)),
      ),
  };
}

/** What TC strings mean together, where `refused` purposes are refused in any case. */
function meaning(texts, refusedAnyway = []) {
  const strings = texts.map(read).filter((string) => string !== undefined);
  if (strings.length === 0) return refusedAnyway.length > 0 ? NO_MARKETING : NOTHING;
  const granted = Object.keys(NEEDS).filter(
    (purpose) =>
      !refusedAnyway.includes(purpose) && strings.every((string) => string.consents(NEEDS[purpose])),
  );
  const vendors = VENDORS.filter(
    ([, purpose, id]) =>
      granted.includes(purpose) && !strings.every((string) => string.allows(id, NEEDS[purpose])),
  );
  return {
    granted: granted.join(","),
    refused: without(Object.keys(NEEDS), ...granted).join(","),
    vendors: vendors.map(([name]) => name).join(","),
  };
}

function tcf(note, options) {
  const text = tcString(options);
  row("tcf", `euconsent-v2=${text}`, meaning([text]), note);
}

// ---- Purposes ----
tcf("all", {});
tcf("no purpose", { purposes: [] });
tcf("no purpose and no vendor", { purposes: [], vendors: [] });
for (const purpose of PURPOSES) {
  tcf(`purpose ${purpose} only`, { purposes: [purpose] });
  tcf(`without purpose ${purpose}`, { purposes: without(PURPOSES, purpose) });
}
for (const [name, purposes] of Object.entries(NEEDS)) tcf(`what ${name} needs`, { purposes });
tcf("purposes to come", { purposes: span(12, 24) });
tcf("all 24 purposes", { purposes: span(1, 24) });

// ---- Vendors ----
const even = span(1, 1000).filter((id) => id % 2 === 0);
for (const [note, vendors] of [
  ["none", []],
  ["only 1", [1]],
  ["only the highest", [65535]],
  ["bit field, even", even],
  ["bit field, odd", span(1, 999).filter((id) => id % 2 === 1)],
  ["bit field, two thirds", span(1, 999).filter((id) => id % 3 !== 0)],
  ["one range", span(1, 1000)],
  ["two ranges", sum(span(1, 90), span(92, 2000))],
  ["all that exist", span(1, 65535)],
  ["sparse", [10, 755, 65535]],
  ["around words", [63, 64, 65, 127, 128, 129, 755]],
  ["up to a word", span(1, 64)],
  ...LISTED.map((id) => [`without ${id}`, without(LISTED, id)]),
]) {
  tcf(`vendors: ${note}`, { vendors });
  tcf(`vendors: ${note}; interest in all`, { vendors, interestVendors: span(1, 800), interest: [2, 7, 8] });
  tcf(`disclosed: ${note}`, { disclosed: vendors });
  tcf(`disclosed before it had to be: ${note}`, { created: BEFORE, policy: 4, disclosed: vendors });
}

// ---- As large as they come; benches/privacy.rs reads these two ----
for (const [note, vendors] of [
  ["bit field", span(1, 1500).filter((id) => id % 3 !== 0)],
  ["ranges", span(1, 1025).filter((id) => id % 41 !== 0)],
]) {
  tcf(`a thousand vendors, ${note}`, {
    vendors,
    interest: [2, 7, 8, 9, 10],
    interestVendors: vendors,
    disclosed: vendors,
    segments: [Segment.VENDORS_DISCLOSED, Segment.PUBLISHER_TC],
  });
}

// ---- Legitimate interest ----
for (const purpose of PURPOSES) {
  tcf(`interest in ${purpose}`, { interest: [purpose] });
  tcf(`interest in ${purpose}, nothing else`, { interest: [purpose], purposes: [], vendors: [] });
}
tcf("interest in all that may be", {
  interest: [2, 7, 8, 9, 10, 11],
  interestVendors: LISTED,
  purposes: [],
  vendors: [],
});

// ---- Publisher restrictions ----
for (const kind of [0, 1, 2]) {
  for (const purpose of [...PURPOSES, 24]) {
    tcf(`restriction ${kind} of ${purpose} for 10`, { restrictions: [[purpose, kind, [10]]] });
  }
  tcf(`restriction ${kind} of 1 for many`, { restrictions: [[1, kind, sum(span(5, 95), [755])]] });
  tcf(`restriction ${kind} of 1 for all`, { restrictions: [[1, kind, span(1, 2000)]] });
}
tcf("three restrictions", {
  restrictions: [
    [4, 0, [755, 757]],
    [9, 0, span(90, 100)],
    [7, 1, [10]],
  ],
});

// ---- Validity ----
for (const policy of [1, 2, 3, 4, 5, 6]) {
  tcf(`policy ${policy}`, { policy });
  tcf(`policy ${policy}, before disclosure`, { policy, created: BEFORE, segments: [] });
}
tcf("for many websites", { alone: false });
for (const [note, created] of [
  ["2023", day("2023-10-01")],
  ["the last day without", BEFORE],
  ["the last moment without", new Date(AFTER.getTime() - 100)],
  ["the first day with", AFTER],
  ["2026-11", day("2026-11-01")],
]) {
  tcf(`made ${note}, nothing disclosed`, { created, segments: [] });
  tcf(`made ${note}, disclosed`, { created });
}

// ---- Segments ----
const { VENDORS_DISCLOSED, VENDORS_ALLOWED, PUBLISHER_TC } = Segment;
for (const segments of [
  [VENDORS_DISCLOSED, PUBLISHER_TC],
  [PUBLISHER_TC, VENDORS_DISCLOSED],
  [PUBLISHER_TC],
  [VENDORS_ALLOWED],
  [VENDORS_ALLOWED, PUBLISHER_TC, VENDORS_DISCLOSED],
]) {
  tcf(`segments ${segments}`, { segments, disclosed: [10, 91] });
  tcf(`segments ${segments}, before disclosure`, { segments, disclosed: [10, 91], created: BEFORE });
}

// ---- Names ----
const whole = tcString();
const part = tcString({ purposes: [1, 8, 9, 11], vendors: [10, 1] });
const other = tcString({ purposes: [1, 3, 4, 7, 8, 9], vendors: [91, 755] });
const invalid = tcString({ policy: 3 });
const google = (text) =>
  encodeURIComponent(JSON.stringify([null, null, null, [text, "2~70.89~dv.", "00000000-0000"], null]));
for (const name of ["dm-euconsent-v2", "eupubconsent-v2", "-euconsent-v2"]) {
  row("tcf", `a=b; ${name}=${part}; c=d`, meaning([part]), name);
}
row("tcf", `FCCDCF=${google(part)}`, meaning([part]), "FCCDCF");
row("tcf", `FCCDCF=${google(null)}`, NOTHING, "FCCDCF without a string");
row("tcf", `euconsent=${part}`, NOTHING, "a name of TCF 1");
for (const [note, one, two] of [
  ["whole and part", whole, part],
  ["part and other", part, other],
  ["part and void", part, invalid],
]) {
  row("tcf", `euconsent-v2=${one}; euconsent-v2=${two}`, meaning([one, two]), `twice: ${note}`);
  row("tcf", `FCCDCF=${google(one)}; dm-euconsent-v2=${two}`, meaning([one, two]), `two names: ${note}`);
}

// ---- Any ----
for (const number of span(1, 100)) {
  const highest = 1 + below(900);
  const chosen = (percent) => sum(some(span(1, highest), percent), some(LISTED, 70));
  tcf(`any ${number}`, {
    created: [BEFORE, AFTER][below(2)],
    policy: 4 + below(2),
    purposes: some(PURPOSES, 80),
    interest: some([2, 7, 8, 9, 10, 11], 50),
    vendors: chosen([5, 50, 95][below(3)]),
    interestVendors: chosen(20),
    restrictions: some(PURPOSES, 15).map((purpose) => [purpose, below(3), some([1, 9, 10, 11, 91, 755], 40)])
      .filter(([, , vendors]) => vendors.length > 0),
    disclosed: chosen([60, 98][below(2)]),
    segments: some([VENDORS_DISCLOSED, PUBLISHER_TC], 80),
  });
}

// ---- US Privacy ----
for (const notice of "YN-") {
  for (const out of "YN-") {
    for (const covered of "YN-") {
      const text = `1${notice}${out}${covered}`;
      const expected = out === "Y" ? NO_MARKETING : NOTHING;
      row("us-privacy", `usprivacy=${text}`, expected, "US Privacy");
      row("us-privacy", `us_privacy=${text.toLowerCase()}`, expected, "US Privacy, lower case");
      const model = new GppModel();
      model.setFieldValue("uspv1", "Notice", notice);
      model.setFieldValue("uspv1", "OptOutSale", out);
      model.setFieldValue("uspv1", "LspaCovered", covered);
      row("gpp", `__gpp=${model.encode()}`, expected, "US Privacy in GPP");
    }
  }
}

// ---- GPP, United States ----
const STATES = [
  ..."usnat usca usva usco usut usct usfl usmt usor ustx usde usia usne usnh usnj ustn usmn".split(" "),
  ..."usmd usin usky usri".split(" "),
];
function has(model, section, field) {
  try {
    return model.getFieldValue(section, field) !== null;
  } catch {
    return false;
  }
}
/** A section of which everything is opted into, but for `fields`. */
function state(model, section, fields = {}) {
  model.setFieldValue(section, "MspaCoveredTransaction", 1);
  for (const field of Object.keys(OPT_OUTS)) {
    if (has(model, section, field)) model.setFieldValue(section, field, 2);
  }
  for (const [field, value] of Object.entries(fields)) model.setFieldValue(section, field, value);
}
for (const section of STATES) {
  const of = (fields) => {
    const model = new GppModel();
    state(model, section, fields);
    return model;
  };
  row("gpp", `__gpp=${of({}).encode()}`, NOTHING, `${section}: nothing opted out`);
  for (const [field, name] of Object.entries(OPT_OUTS)) {
    if (!has(of({}), section, field)) continue;
    const text = of({ [field]: 1 }).encode();
    row("gpp", `__gpp=${text}; __gpp_sid=7`, NO_MARKETING, `${section}: ${name} opted out`);
    row("gpp", `__gpp=${of({ [field]: 0 }).encode()}`, NOTHING, `${section}: ${name} does not apply`);
  }
  // Everything that is no opt-out set to what would be one.
  const model = of({});
  for (const field of ["SaleOptOutNotice", "SharingOptOutNotice", "TargetedAdvertisingOptOutNotice",
    "SharingNotice", "ProcessingNotice", "SensitiveDataProcessingOptOutNotice",
    "SensitiveDataLimitUseNotice", "PersonalDataConsents", "AdditionalDataProcessingConsent"]) {
    if (has(model, section, field)) model.setFieldValue(section, field, 1);
  }
  for (const field of ["SensitiveDataProcessing", "KnownChildSensitiveDataConsents"]) {
    if (!has(model, section, field)) continue;
    const value = model.getFieldValue(section, field);
    model.setFieldValue(section, field, Array.isArray(value) ? value.map(() => 1) : 1);
  }
  row("gpp", `__gpp=${model.encode()}`, NOTHING, `${section}: everything else is 1`);
  if (has(of({}), section, "Gpc")) {
    for (const gpc of [true, false]) {
      const text = of({ Gpc: gpc, GpcSegmentIncluded: true }).encode();
      row("gpp", `__gpp=${text}`, gpc ? NO_MARKETING : NOTHING, `${section}: GPC ${gpc}`);
    }
  }
}

// ---- GPP, several sections ----
function european(model, purposes, vendors, disclosed = LISTED, restrictions = []) {
  const set = (field, value) => model.setFieldValue("tcfeuv2", field, value);
  set("CmpId", 300);
  set("PolicyVersion", 5);
  set("PurposeConsents", span(1, 24).map((purpose) => purposes.includes(purpose)));
  set("VendorConsents", sum(vendors));
  set("VendorsDisclosed", sum(disclosed));
  set("PublisherRestrictions", restrictions.map((its) => new RangeEntry(...its)));
  set("Created", AFTER);
}
function several(note, build, refused = []) {
  const model = new GppModel();
  build(model);
  const text = model.encode();
  const eu = model.hasSection("tcfeuv2") ? [model.encodeSection("tcfeuv2")] : [];
  const outside = refused.length > 0 ? NO_MARKETING : NOTHING;
  for (const [sid, applies] of [
    ["", true],
    ["; __gpp_sid=2", true],
    ["; __gpp_sid=2_6", true],
    ["; __gpp_sid=6,2", true],
    ["; __gpp_sid=7_8", false],
    ["; __gpp_sid=-1", false],
    ["; __gpp_sid=22", false],
    ["; __gpp_sid=2x", false],
  ]) {
    const expected = applies ? meaning(eu, refused) : outside;
    row("gpp", `__gpp=${text}${sid}`, expected, note);
  }
  row("gpp", `__gpp=${text.replaceAll("~", "%7E")}`, meaning(eu, refused), `${note}, encoded`);
}
several("EU", (model) => european(model, PURPOSES, LISTED));
several("EU, nothing", (model) => european(model, [], []));
several("EU, some", (model) => european(model, [1, 3, 4, 7, 8, 9], even, sum(span(1, 800)), [[4, 0, [10, 11, 12]]]));
several("EU, some vendors shown", (model) => european(model, PURPOSES, span(1, 900), [1, 755]));
several("EU and California, not opted out", (model) => {
  european(model, PURPOSES, LISTED);
  state(model, "usca");
});
several("EU and California, opted out", (model) => {
  european(model, PURPOSES, LISTED);
  state(model, "usca", { SharingOptOut: 1 });
}, ["marketing"]);
several("EU, US Privacy and all states", (model) => {
  european(model, [1, 8, 9], [91]);
  model.setFieldValue("uspv1", "OptOutSale", "N");
  for (const section of STATES) state(model, section);
});
several("US Privacy and all states, one opted out", (model) => {
  model.setFieldValue("uspv1", "OptOutSale", "N");
  for (const section of STATES) state(model, section, section === "usri" ? { SaleOptOut: 1 } : {});
}, ["marketing"]);
several("Canada and Texas", (model) => {
  model.setFieldValue("tcfcav1", "PurposesExpressConsent", span(1, 24).map(() => true));
  model.setFieldValue("tcfcav1", "Created", AFTER);
  model.setFieldValue("tcfcav1", "LastUpdated", AFTER);
  state(model, "ustx", { TargetedAdvertisingOptOut: 1 });
}, ["marketing"]);

console.log(rows.join("\n"));
