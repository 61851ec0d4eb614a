//! What every answer carries, a refusal too: the app may load its own origin, run wasm and speak with its own relay, and
//! nothing else.

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CONTENT_SECURITY_POLICY, HOST, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use tower_http::set_header::SetResponseHeaderLayer;

const HEADERS: [(HeaderName, &str); 6] = [
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        // The camera reads invitations.
        "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

pub(super) fn on_every_answer(router: Router) -> Router {
    let router = HEADERS.into_iter().fold(router, |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value)))
    });
    router.layer(from_fn(with_policy))
}

async fn with_policy(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    let mut response = next.run(request).await;
    if let Ok(policy) = HeaderValue::try_from(policy(host.as_deref())) {
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Workers get their policy from their own script's answer, so it stands on every file. WebKit's 'self' leaves out the
/// sockets of the page's own host, so they are named.
fn policy(host: Option<&str>) -> String {
    let sockets = match host.filter(|host| is_host(host)) {
        Some(host) => format!(" ws://{host} wss://{host}"),
        None => String::new(),
    };
    format!(
        "default-src 'none'; \
         script-src 'self' 'wasm-unsafe-eval'; \
         style-src 'self'; \
         img-src 'self' data:; \
         font-src 'self'; \
         connect-src 'self'{sockets}; \
         worker-src 'self'; \
         manifest-src 'self'; \
         base-uri 'none'; \
         form-action 'none'; \
         frame-ancestors 'none'"
    )
}

/// A name or an address, perhaps with a port; nothing that could say more in a policy.
fn is_host(host: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    !host.is_empty() && host.len() <= 255 && host.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_own_host_is_the_only_one_a_socket_may_go_to() {
        for host in ["localhost:8440", "10.0.0.7:8440", "[::1]:8440", "relay.example.se"] {
            let expected = format!("connect-src 'self' ws://{host} wss://{host};");
            assert!(policy(Some(host)).contains(&expected), "{host}");
        }
        for nonsense in ["", "a b", "a;script-src *", "a,b", "*", "'unsafe-inline'", "a/b"] {
            assert!(policy(Some(nonsense)).contains("connect-src 'self';"), "{nonsense}");
        }
        assert!(policy(None).contains("connect-src 'self';"));
    }
}
