//! A headless Chromium with a fresh profile, as one visitor.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{gateway::eventually, webdriver::Driver};

/// A browser; it ends with this.
#[derive(Debug)]
pub(crate) struct Chromium {
    session: String,
    driver: Driver,
    _folder: TempDir,
}

impl Chromium {
    /// Starts one, for which `*.test` is this machine and nobody else exists.
    pub(crate) fn start() -> Self {
        Self::resolving("MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
    }

    /// Starts one that finds hosts by those rules (`--host-resolver-rules`).
    pub(crate) fn resolving(rules: &str) -> Self {
        Self::with(&[&format!("--host-resolver-rules={rules}")])
    }

    /// Starts one with these arguments beside those that all have.
    pub(crate) fn with(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let driver = Driver::start(folder.path());
        let profile = format!("--user-data-dir={}/profile", folder.path().display());
        let own = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--ignore-certificate-errors",
            &profile,
        ];
        let arguments = [&own, more].concat();
        let session = driver.begin(&json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "pageLoad": 60_000, "script": 30_000 },
        }));
        Self {
            session,
            driver,
            _folder: folder,
        }
    }

    /// A command of this session.
    fn try_call(&self, method: &str, path: &str, parameters: &Value) -> Result<Value, String> {
        let path = format!("/session/{}{path}", self.session);
        self.driver.call(method, &path, parameters)
    }

    fn call(&self, method: &str, path: &str, parameters: &Value) -> Value {
        self.try_call(method, path, parameters)
            .unwrap_or_else(|error| panic!("{method} {path} {parameters}: {error}"))
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let parameters = json!({ "cmd": command, "params": parameters });
        self.call("POST", "/goog/cdp/execute", &parameters)
    }

    /// Goes there and waits until it is loaded.
    pub(crate) fn go(&self, url: &str) {
        self.call("POST", "/url", &json!({ "url": url }));
    }

    /// The address of the page.
    pub(crate) fn address(&self) -> String {
        let address = self.call("GET", "/url", &Value::Null);
        address.as_str().expect("text").to_owned()
    }

    /// Runs a function's body in the page: what it returns.
    pub(crate) fn run(&self, script: &str) -> Value {
        let parameters = json!({ "script": script, "args": [] });
        self.call("POST", "/execute/sync", &parameters)
    }

    /// Runs a function's body in the page: what it gives to `done`.
    pub(crate) fn run_async(&self, script: &str) -> Value {
        let script = format!("const done = arguments[0]; {script}");
        let parameters = json!({ "script": script, "args": [] });
        self.call("POST", "/execute/async", &parameters)
    }

    /// The same, unless another page comes in between.
    pub(crate) fn try_run_async(&self, script: &str) -> Option<Value> {
        let script = format!("const done = arguments[0]; {script}");
        let parameters = json!({ "script": script, "args": [] });
        self.try_call("POST", "/execute/async", &parameters).ok()
    }

    /// Whatever is done next is done in that frame.
    pub(crate) fn enter(&self, selector: &str) {
        let reference = json!({ "element-6066-11e4-a52e-4f735466cecf": self.element(selector) });
        self.call("POST", "/frame", &json!({ "id": reference }));
    }

    /// Back to the whole page.
    pub(crate) fn leave(&self) {
        self.call("POST", "/frame", &json!({ "id": null }));
    }

    fn try_element(&self, selector: &str) -> Result<String, String> {
        let parameters = json!({ "using": "css selector", "value": selector });
        let element = self.try_call("POST", "/element", &parameters)?;
        let reference = element
            .as_object()
            .and_then(|object| object.values().next());
        Ok(reference
            .and_then(Value::as_str)
            .expect("a reference")
            .to_owned())
    }

    fn element(&self, selector: &str) -> String {
        self.try_element(selector)
            .unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// Whether there is such an element.
    pub(crate) fn has(&self, selector: &str) -> bool {
        self.try_element(selector).is_ok()
    }

    /// The text of an element as it is shown.
    pub(crate) fn text(&self, selector: &str) -> String {
        let path = format!("/element/{}/text", self.element(selector));
        let text = self.call("GET", &path, &Value::Null);
        text.as_str().expect("text").to_owned()
    }

    /// Clicks on an element.
    pub(crate) fn click(&self, selector: &str) {
        let path = format!("/element/{}/click", self.element(selector));
        self.call("POST", &path, &json!({}));
    }

    /// Clicks on what leads to another page, and waits until that has taken this one's place.
    pub(crate) fn follow(&self, selector: &str) {
        let page = self.element("html");
        self.click(selector);
        let name = format!("/element/{page}/name");
        eventually("another page", || {
            self.try_call("GET", &name, &Value::Null).err()
        });
        eventually("the page is loaded", || {
            let state = self.run("return document.readyState");
            (state == "complete").then_some(())
        });
    }

    /// The cookies that the page's requests carry, `HttpOnly` ones included, by name.
    pub(crate) fn cookies(&self) -> BTreeMap<String, Value> {
        let cookies = self.call("GET", "/cookie", &Value::Null);
        by_name(&cookies)
    }

    /// Their names.
    pub(crate) fn cookie_names(&self) -> BTreeSet<String> {
        self.cookies().into_keys().collect()
    }

    /// Every cookie that the browser holds, for whatever website and path.
    pub(crate) fn every_cookie(&self) -> BTreeMap<String, Value> {
        by_name(&self.devtools("Storage.getCookies", &json!({}))["cookies"])
    }

    /// Sends these fields with every request from now on.
    pub(crate) fn send_fields(&self, fields: &Value) {
        self.devtools("Network.enable", &json!({}));
        let parameters = json!({ "headers": fields });
        self.devtools("Network.setExtraHTTPHeaders", &parameters);
    }

    /// Sets the size of the window's content, in CSS pixels.
    pub(crate) fn resize(&self, width: u32, height: u32, mobile: bool) {
        let parameters = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", &parameters);
    }

    /// What the page's console said since the last call.
    pub(crate) fn console(&self) -> Vec<String> {
        let log = self.call("POST", "/se/log", &json!({ "type": "browser" }));
        let entries = log.as_array().expect("a list").iter();
        entries
            .map(|entry| entry["message"].as_str().expect("a message").to_owned())
            .collect()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.try_call("DELETE", "", &Value::Null);
    }
}

fn by_name(cookies: &Value) -> BTreeMap<String, Value> {
    let cookies = cookies.as_array().expect("a list").iter();
    cookies
        .map(|cookie| {
            let name = cookie["name"].as_str().expect("a name");
            (name.to_owned(), cookie.clone())
        })
        .collect()
}
