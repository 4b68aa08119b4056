//! A real nginx, of one process, with everything it writes in a folder of its own.

use std::{
    fs,
    io::ErrorKind,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::gateway::{eventually, process::Port};

/// What each request brought, as nginx saw it.
const LOG_FORMAT: &str = concat!(
    r#"{"request":"$request","host":"$http_host","peer":"$remote_addr","#,
    r#""cookie":"$http_cookie","consent":"$http_x_privet_consent","#,
    r#""x-forwarded-for":"$http_x_forwarded_for","x-forwarded-proto":"$http_x_forwarded_proto","#,
    r#""x-forwarded-host":"$http_x_forwarded_host","x-request-id":"$http_x_request_id","#,
    r#""forwarded":"$http_forwarded","x-real-ip":"$http_x_real_ip","via":"$http_via","#,
    r#""cf-connecting-ip":"$http_cf_connecting_ip","true-client-ip":"$http_true_client_ip"}"#,
);

const CONFIG: &str = r#"
daemon off;
master_process off;
pid FOLDER/nginx.pid;
error_log FOLDER/error.log;
events { worker_connections 256; }
http {
    log_format seen escape=json 'LOG_FORMAT';
    access_log FOLDER/access.log seen;
    client_body_temp_path FOLDER/body;
    proxy_temp_path FOLDER/proxy;
    fastcgi_temp_path FOLDER/fastcgi;
    uwsgi_temp_path FOLDER/uwsgi;
    scgi_temp_path FOLDER/scgi;
    types { text/html html; text/css css; application/octet-stream bin; }
    gzip on;
    gzip_proxied any;
    gzip_types text/css;
    server {
        listen ADDRESS;
        root FOLDER/www;
        location /stored/ { dav_methods PUT; create_full_put_path on; client_max_body_size 8m; }
        # A field carries the content to where it can be answered with.
        location = /echo {
            client_max_body_size 1k;
            client_body_in_single_buffer on;
            proxy_method GET;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Content $request_body;
            proxy_pass http://ADDRESS/back;
        }
        location = /back { access_log off; return 200 $http_x_content; }
        location = /tracked {
            default_type text/plain;
            add_header Set-Cookie "_ga=GA1.1.1; Path=/; Max-Age=63072000";
            add_header Set-Cookie "sid=7; Path=/; HttpOnly";
            add_header Set-Cookie "own=8; Path=/; Max-Age=63072000";
            return 200 "tracked\n";
        }
    }
}
"#;

/// A running nginx; it ends with this.
#[derive(Debug)]
pub(crate) struct Nginx {
    child: Child,
    port: Port,
    folder: TempDir,
}

impl Nginx {
    /// Starts one that serves `www`, names with their content.
    pub(crate) fn serve(www: &[(&str, &[u8])]) -> Self {
        let (port, folder) = (Port::reserve(), tempfile::tempdir().expect("a folder"));
        fs::create_dir_all(folder.path().join("www/stored")).expect("a folder");
        for (name, content) in www {
            fs::write(folder.path().join("www").join(name), content).expect("written");
        }
        let path = folder.path().join("nginx.conf");
        let config = CONFIG
            .replace("LOG_FORMAT", LOG_FORMAT)
            .replace("FOLDER", folder.path().to_str().expect("text"))
            .replace("ADDRESS", &port.address.to_string());
        fs::write(&path, config).expect("written");
        let child = start(folder.path(), &path);
        let mut nginx = Self {
            child,
            port,
            folder,
        };
        nginx.wait_until_it_serves();
        nginx
    }

    fn wait_until_it_serves(&mut self) {
        let address = self.port.address;
        eventually("nginx serves", || {
            if let Some(status) = self.child.try_wait().expect("status") {
                let log = fs::read_to_string(self.folder.path().join("error.log"));
                panic!("nginx ended with {status}: {}", log.unwrap_or_default());
            }
            TcpStream::connect(address).ok()
        });
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.port.address)
    }

    /// The content of a file that it serves or stored.
    pub(crate) fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.path().join("www").join(name)).expect("a file")
    }

    /// Every request that it answered.
    pub(crate) fn seen(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap_or_default();
        // The last line may still be on its way.
        let whole = log.rfind('\n').map_or("", |end| &log[..end]);
        let lines = whole.lines();
        lines
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect()
    }

    /// Waits for the request with that target.
    pub(crate) fn wait_seen(&self, target: &str) -> Value {
        eventually(target, || {
            let is_it = |entry: &Value| {
                let request = entry["request"].as_str().expect("text");
                request.split(' ').nth(1) == Some(target)
            };
            self.seen().into_iter().find(is_it)
        })
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian has it where only root's `PATH` leads.
fn start(folder: &Path, config: &Path) -> Child {
    for program in ["nginx", "/usr/sbin/nginx"] {
        let child = Command::new(program)
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => return child,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => panic!("{program}: {error}"),
        }
    }
    panic!("nginx is needed (Debian: nginx-light)")
}
