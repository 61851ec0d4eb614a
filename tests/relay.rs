//! The relay as a browser and a service manager meet it: the real program on a free port.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop where it stands")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};

const PAGE: &str = "<!doctype html><title>Klassrum</title>";
const SCRIPT: &str = "/klassrum-0123456789abcdef.js";

#[test]
fn every_answer_carries_the_strict_headers() {
    let relay = Relay::start("headers");
    for path in ["/", "/system/1", SCRIPT, "/sw.js", "/health", "/missing.js", "/../secret.txt"] {
        let answer = relay.get(path);
        let policy = answer.header("content-security-policy").unwrap_or_else(|| panic!("{path} has no policy"));
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        assert!(policy.contains("connect-src 'self' ws://localhost wss://localhost;"), "{path}: {policy}");
        let permissions = answer.header("permissions-policy").unwrap_or_else(|| panic!("{path} has no permissions"));
        assert!(permissions.contains("camera=(self)") && permissions.contains("microphone=()"), "{path}");
    }
}

#[test]
fn a_relay_that_only_this_machine_reaches_names_no_address_for_others() {
    let answer = Relay::start("address").get("/address");
    assert_eq!((answer.status, answer.text()), (200, ""));
}

#[test]
fn an_address_of_the_app_gets_its_one_page() {
    let relay = Relay::start("page");
    for path in ["/", "/system", "/system/", "/system/0198?flik=klassning", "/fonts"] {
        let answer = relay.get(path);
        assert_eq!((answer.status, answer.text()), (200, PAGE), "{path}");
        assert!(answer.header("content-type").unwrap().starts_with("text/html"), "{path}");
    }
}

#[test]
fn a_file_that_is_missing_is_not_answered_with_the_page() {
    let relay = Relay::start("missing");
    for path in ["/missing.js", "/klassrum-ffffffffffffffff.js", "/fonts/missing.woff2"] {
        let answer = relay.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_ne!(answer.text(), PAGE, "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
    }
}

#[test]
fn a_browser_that_takes_brotli_gets_what_the_build_compressed() {
    let relay = Relay::start("brotli");
    let small = relay.ask("GET", SCRIPT, &["accept-encoding: gzip, br"]);
    assert_eq!((small.header("content-encoding"), small.text()), (Some("br"), "squeezed"));
    assert!(small.header("content-type").unwrap().contains("javascript"));
    assert_eq!(small.header("vary"), Some("accept-encoding"));

    let plain = relay.get(SCRIPT);
    assert_eq!((plain.header("content-encoding"), plain.text()), (None, "start()"));

    let only_plain = relay.ask("GET", "/sw.js", &["accept-encoding: br"]);
    assert_eq!((only_plain.header("content-encoding"), only_plain.text()), (None, "self"));
}

#[test]
fn only_a_file_named_by_its_content_is_kept_for_good() {
    let relay = Relay::start("cache");
    assert!(relay.get(SCRIPT).header("cache-control").unwrap().contains("immutable"));
    for path in ["/", "/index.html", "/sw.js", "/fonts/source-sans-3-latin.woff2", "/system/0123456789abcdef"] {
        assert_eq!(relay.get(path).header("cache-control"), Some("no-cache"), "{path}");
    }
}

#[test]
fn nothing_outside_the_folder_is_handed_out() {
    let relay = Relay::start("outside");
    for path in [
        "/../secret.txt",
        "/fonts/../../secret.txt",
        "/..%2fsecret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    ] {
        let answer = relay.get(path);
        assert!(answer.status == 404 || answer.text() == PAGE, "{path}: {}", answer.status);
        assert!(!answer.text().contains("secret") && !answer.text().contains("root:"), "{path}");
    }
    assert!(relay.folder.join("../secret.txt").is_file(), "there must be something to steal");
}

#[test]
fn nothing_can_be_written() {
    let relay = Relay::start("write");
    for method in ["POST", "PUT", "DELETE"] {
        let answer = relay.ask(method, "/index.html", &["content-length: 0"]);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    assert_eq!(relay.get("/index.html").text(), PAGE);
}

#[test]
fn it_says_that_it_is_well() {
    let answer = Relay::start("health").get("/health");
    assert_eq!((answer.status, answer.text()), (200, "ok\n"));
}

#[test]
fn it_stops_cleanly_when_asked_to() {
    for signal in ["-TERM", "-INT"] {
        let mut relay = Relay::start(&format!("stop{signal}"));
        assert!(Command::new("kill").args([signal, &relay.program.id().to_string()]).status().unwrap().success());
        assert!(relay.program.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn a_request_that_never_ends_does_not_keep_it_from_stopping() {
    let mut relay = Relay::start("idle");
    let mut endless = TcpStream::connect(&relay.address).unwrap();
    write!(endless, "GET / HTTP/1.1\r\nhost: localhost\r\n").unwrap();
    // An answer on a later connection: this one has been accepted.
    assert_eq!(relay.get("/health").status, 200);
    assert!(Command::new("kill").args(["-TERM", &relay.program.id().to_string()]).status().unwrap().success());
    assert!(relay.program.wait().unwrap().success());
    drop(endless);
}

#[test]
fn a_taken_port_and_a_missing_app_are_said_plainly() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = app("refused");
    let output = start(&folder).args(["--listen", &address]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("{address} is taken")), "{said}");

    let data = folder.join("../data");
    let output =
        program().args(["--listen", "127.0.0.1:0", "--dist", "/nowhere/dist", "--data"]).arg(data).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("/nowhere/dist has no index.html") && said.contains("scripts/run --build-only"), "{said}");
}

#[test]
fn two_relays_never_share_a_folder() {
    let relay = Relay::start("shared");
    let output = start(&relay.folder).args(["--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("another relay uses") && said.contains("--data"), "{said}");
}

#[test]
fn a_word_for_new_mailboxes_that_is_missing_is_asked_for() {
    let folder = app("wordless");
    let output = start(&folder).args(["--listen", "127.0.0.1:0", "--new-mailboxes", "token"]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("--admission-file") && said.contains("KLASSRUM_ADMISSION"), "{said}");
}

/// A running relay; it ends with the test.
struct Relay {
    program: Child,
    address: String,
    folder: PathBuf,
    // The program would fail on its next line if nobody held the other end.
    _said: BufReader<ChildStderr>,
}

impl Relay {
    fn start(name: &str) -> Self {
        let folder = app(name);
        let mut program = start(&folder).args(["--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(program.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let (_, port) = line.trim_end().rsplit_once(':').unwrap_or_else(|| panic!("the relay said {line:?}"));
        Self { program, address: format!("127.0.0.1:{port}"), folder, _said: said }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[])
    }

    /// The path goes out as it is written: a client library would tidy it first.
    fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        write!(stream, "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Answer::read(&answer)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    fn read(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status, headers, body: body.to_owned() }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    fn text(&self) -> &str {
        &self.body
    }
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_klassrum"));
    program.arg("relay");
    for (name, _) in std::env::vars().filter(|(name, _)| name == "RUST_LOG" || name.starts_with("KLASSRUM_")) {
        program.env_remove(name);
    }
    program
}

/// The program for this app, with its data beside it.
fn start(dist: &Path) -> Command {
    let mut program = program();
    program.arg("--dist").arg(dist).arg("--data").arg(dist.join("../data"));
    program
}

/// A folder like the one the build writes, with something beside it that must stay inside the house.
fn app(name: &str) -> PathBuf {
    let house = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("relay-{name}"));
    let dist = house.join("dist");
    fs::create_dir_all(dist.join("fonts")).unwrap();
    fs::write(house.join("secret.txt"), "secret").unwrap();
    for (file, content) in [
        ("index.html", PAGE),
        (&SCRIPT[1..], "start()"),
        (&format!("{}.br", &SCRIPT[1..]), "squeezed"),
        ("sw.js", "self"),
        ("fonts/source-sans-3-latin.woff2", "font"),
    ] {
        fs::write(dist.join(file), content).unwrap();
    }
    dist
}
