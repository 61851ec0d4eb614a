//! A connection to the relay: bytes both ways, and the news that it is there or gone.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, MessageEvent, WebSocket};

/// What a connection tells.
pub(super) enum Heard {
    /// It is there.
    Opened,
    /// A message came.
    Message(Vec<u8>),
    /// It is gone, or could not be made.
    Closed,
}

/// A connection; dropping it ends it, and nothing more is heard.
pub(super) struct Socket {
    socket: WebSocket,
    _on_event: [Closure<dyn FnMut()>; 2],
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Socket {
    /// Begins to connect.
    pub(super) fn open(address: &str, heard: impl Fn(Heard) + Clone + 'static) -> Result<Self, JsValue> {
        let socket = WebSocket::new(address)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let tell = |what: fn() -> Heard| {
            let heard = heard.clone();
            Closure::<dyn FnMut()>::new(move || heard(what()))
        };
        // An error is always followed by the end.
        let on_event = [tell(|| Heard::Opened), tell(|| Heard::Closed)];
        let [opened, closed] = &on_event;
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
        let on_message = Closure::new(move |message: MessageEvent| {
            // The relay sends nothing but bytes.
            if let Ok(bytes) = message.data().dyn_into::<ArrayBuffer>() {
                heard(Heard::Message(Uint8Array::new(&bytes).to_vec()));
            }
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Ok(Self { socket, _on_event: on_event, _on_message: on_message })
    }

    /// Sends one message. On a connection that is going it is lost, as the line expects.
    pub(super) fn send(&self, bytes: &[u8]) {
        let _ = self.socket.send_with_u8_array(bytes);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        // Refused only for codes and reasons, and none is given.
        let _ = self.socket.close();
    }
}
