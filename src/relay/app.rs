//! The built app's files, compressed where the build did that, and its one page for every address without a dot.

use std::path::Path;

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, VARY};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tower_http::services::ServeDir;

use super::RelayError;

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// The folder that the build wrote.
#[derive(Clone)]
pub(super) struct Files(ServeDir);

impl Files {
    pub(super) fn in_folder(dist: &Path) -> Result<Self, RelayError> {
        if !dist.join("index.html").is_file() {
            return Err(RelayError::NoApp { dist: dist.to_owned() });
        }
        Ok(Self(ServeDir::new(dist).precompressed_br().append_index_html_on_directories(false)))
    }
}

/// Answers with a file, or with the app's page where the address is one of the app's own.
pub(super) async fn answer(State(files): State<Files>, mut request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, HeaderValue::from_static("GET, HEAD"))]).into_response();
    }
    if is_page(request.uri().path()) {
        *request.uri_mut() = Uri::from_static("/index.html");
    }
    let keep = if is_named_by_content(request.uri().path()) { FOR_GOOD } else { ASK_AGAIN };

    let Files(mut folder) = files;
    let mut response = match folder.try_call(request).await {
        Ok(response) => response.into_response(),
        Err(cause) => {
            tracing::error!(%cause, "a file of the app can't be read");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    };
    let found = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, if found { keep } else { ASK_AGAIN });
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

/// The app's own addresses have no dot in their last part; files do, and a file that is missing is not a page.
fn is_page(path: &str) -> bool {
    path.rsplit('/').next().is_none_or(|last| !last.contains('.'))
}

/// The build puts a hash of the content last in a name (`style-1f0c….css`, `klassrum-1f0c…_bg.wasm`); what is behind
/// such a name never changes.
fn is_named_by_content(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let Some((stem, _)) = name.split_once('.') else { return false };
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    let Some((_, hash)) = stem.rsplit_once('-') else { return false };
    hash.len() >= 14 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_dot_is_a_page() {
        for page in ["/", "/system", "/system/", "/system/0198-ab?sort=name"] {
            assert!(is_page(page.split('?').next().unwrap()), "{page}");
        }
        for file in ["/app.js", "/fonts/source-sans-3-latin.woff2", "/.."] {
            assert!(!is_page(file), "{file}");
        }
    }

    #[test]
    fn only_a_name_that_ends_in_a_hash_is_kept_for_good() {
        for hashed in
            ["/klassrum-1f0c5a77aa01beef.js", "/klassrum-1f0c5a77aa01beef_bg.wasm", "/a/b-0123456789abcde.css"]
        {
            assert!(is_named_by_content(hashed), "{hashed}");
        }
        for plain in
            ["/index.html", "/sw.js", "/fonts/source-sans-3-latin.woff2", "/icons/klassrum-512.png", "/a-cafe.js"]
        {
            assert!(!is_named_by_content(plain), "{plain}");
        }
    }
}
