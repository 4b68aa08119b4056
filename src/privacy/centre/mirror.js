// Copies answers that consent platforms keep to the browser into the cookie privet_mirror: purposes
// only, once somebody answered, and after each change.
(function (page) {
  "use strict";

  var PURPOSES = ["functional", "analytics", "marketing", "media"];

  // A purpose needs a yes to all its names; where none was asked, it was not.
  function copy(source, said, needs) {
    var yes = [], no = [];
    needs.forEach(function (names, at) {
      names = [].concat(names);
      if (names.some(function (name) { return name in said; }))
        (names.every(function (name) { return said[name]; }) ? yes : no).push(PURPOSES[at]);
    });
    var start = "privet_mirror=source=" + source, time = "&time=" + Math.floor(Date.now() / 1e3);
    var lists = "&granted=" + yes.join(".") + "&refused=" + no.join(".");
    var stored = "; " + document.cookie.replace(/&time=\d+/g, "") + ";";
    if (yes.concat(no).length && stored.indexOf("; " + start + lists + ";") < 0)
      document.cookie = start + time + lists + "; Path=/; Secure; SameSite=Lax; Max-Age=15552000";
  }

  // Whether each of `values` is the wanted one, into `said`.
  function where(values, wanted, said) {
    for (var name in values) said[name] = values[name] === wanted;
    return said;
  }

  function usercentrics() {
    var three = page.__ucCmp, two = page.UC_UI;
    function tell(said, answered) {
      if (answered) copy("usercentrics", said, ["functional", "statistics", "marketing"]);
    }
    function read() {
      var said = {}, history = [];
      if (three) return three.getConsentDetails().then(function (all) {
        for (var slug in all.categories) said[slug] = all.categories[slug].state === "ALL_ACCEPTED";
        tell(said, all.consent.type === "EXPLICIT");
      });
      two.getServicesBaseInfo().forEach(function (service) {
        var slug = service.categorySlug;
        said[slug] = said[slug] !== false && service.consent.status;
        history = history.concat(service.consent.history);
      });
      tell(said, history.some(function (entry) { return entry.type === "explicit"; }));
    }
    read();
    page.addEventListener("UC_UI_CMP_EVENT", function () { setTimeout(read, 300); });
  }

  function osano() {
    page.Osano.cm.addEventListener("osano-cm-consent-saved", function (consent) {
      copy("osano", where(consent, "ACCEPT", {}), ["PERSONALIZATION", "ANALYTICS", "MARKETING"]);
    });
  }

  function sourcepoint() {
    if (!page._sp_) throw 0;
    page.__tcfapi("addEventListener", 2, function (data, ok) {
      if (!ok || !data.gdprApplies) return;
      var said = where(data.purpose.consents, true, { 1: false }), on = data.eventStatus;
      // A no that is loaded may be nobody's.
      if (on === "useractioncomplete" || on === "tcloaded" && said[1])
        copy("sourcepoint", said, [[1, 11], [1, 8, 9], [1, 3, 4, 7], [1, 6]]);
    });
  }

  function termly() {
    page.Termly.on("consent", function () {
      copy("termly", where(page.Termly.getConsentState(), true, {}),
        ["performance", "analytics", "advertising", "social_networking"]);
    });
  }

  function google() {
    var layer = page.dataLayer, push = layer.push, said = {};
    // Defaults are no answers; other platforms tell more themselves.
    function hear(call) {
      if (call && call[0] === "consent" && call[1] === "update" &&
        !(page.UC_UI || page.__ucCmp || page.Osano || page._sp_ || page.Termly))
        copy("google", where(call[2], "granted", said), ["functionality_storage",
          "analytics_storage", ["ad_storage", "ad_user_data", "ad_personalization"]]);
    }
    layer.forEach(hear);
    layer.push = function () {
      try { [].forEach.call(arguments, hear); } catch (_) {}
      return push.apply(layer, arguments);
    };
  }

  // Waits half a minute for them.
  var missing = [usercentrics, osano, sourcepoint, termly, google], turns = 60;
  (function attach() {
    missing = missing.filter(function (platform) {
      try { platform(); } catch (_) { return true; }
    });
    if (turns--) setTimeout(attach, 500);
  })();
})(window);
