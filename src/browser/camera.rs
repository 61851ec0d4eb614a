//! The device's camera, for reading a QR code: the picture that is seen, and still frames of it in grey.
//!
//! A browser gives it to secure pages only, and asks the person first. It is let go with the value that holds it.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaDevices, MediaStream, MediaStreamConstraints,
    MediaStreamTrack,
};

use super::device;

/// A frame's longer side in points: a code fills much of it, and more takes longer to look through.
const SIDE: u32 = 640;

/// Why there is no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCamera {
    /// The person, or the browser for them, said no.
    Refused,
    /// There is none, or another program holds it.
    NotFound,
}

/// A still picture: a byte a point, 0 black, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Points in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// The points.
    pub grey: Vec<u8>,
}

/// A camera that is on.
pub struct Camera {
    stream: MediaStream,
    video: HtmlVideoElement,
    canvas: HtmlCanvasElement,
}

/// Whether this page may ask for a camera at all.
#[must_use]
pub fn is_offered() -> bool {
    device::is_secure() && devices().is_some()
}

fn devices() -> Option<MediaDevices> {
    let navigator = web_sys::window()?.navigator();
    // Not there on a page that is not secure.
    let devices = Reflect::get(&navigator, &"mediaDevices".into()).ok()?;
    let asks = Reflect::get(&devices, &"getUserMedia".into()).ok()?.is_function();
    asks.then(|| devices.unchecked_into())
}

impl Camera {
    /// Turns the camera on, the one at the back if there are two, and shows what it sees in `video`.
    ///
    /// # Errors
    /// [`NoCamera`] tells why there is no picture.
    pub async fn open(video: HtmlVideoElement) -> Result<Self, NoCamera> {
        let devices = devices().ok_or(NoCamera::NotFound)?;
        let wanted = Object::new();
        let _ = Reflect::set(&wanted, &"facingMode".into(), &"environment".into());
        let constraints = MediaStreamConstraints::new();
        constraints.set_video(&wanted);
        let asked = devices.get_user_media_with_constraints(&constraints).map_err(|_| NoCamera::NotFound)?;
        let stream: MediaStream = JsFuture::from(asked).await.map_err(|why| reason(&why))?.unchecked_into();
        let canvas = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.create_element("canvas").ok())
            .and_then(|canvas| canvas.dyn_into().ok());
        // From here on the camera is let go whatever happens.
        let camera = match canvas {
            Some(canvas) => Self { stream, video, canvas },
            None => {
                stop(&stream);
                return Err(NoCamera::NotFound);
            }
        };
        camera.video.set_src_object(Some(&camera.stream));
        if let Ok(playing) = camera.video.play() {
            // Refused only when the element is gone, and then nobody looks.
            let _ = JsFuture::from(playing).await;
        }
        Ok(camera)
    }

    /// What is seen now; nothing before the first picture has come.
    #[must_use]
    pub fn frame(&self) -> Option<Frame> {
        let (width, height) = (self.video.video_width(), self.video.video_height());
        let longer = width.max(height);
        if width == 0 || height == 0 {
            return None;
        }
        let scaled = |side: u32| if longer <= SIDE { side } else { (side * SIDE / longer).max(1) };
        let (width, height) = (scaled(width), scaled(height));
        if (self.canvas.width(), self.canvas.height()) != (width, height) {
            self.canvas.set_width(width);
            self.canvas.set_height(height);
        }
        // It is read more than it is drawn.
        let options = Object::new();
        let _ = Reflect::set(&options, &"willReadFrequently".into(), &JsValue::TRUE);
        let context = self.canvas.get_context_with_context_options("2d", &options).ok()??;
        let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
        let (w, h) = (f64::from(width), f64::from(height));
        context.draw_image_with_html_video_element_and_dw_and_dh(&self.video, 0.0, 0.0, w, h).ok()?;
        let colours = context.get_image_data(0.0, 0.0, w, h).ok()?.data();
        let grey = |point: &[u8; 4]| {
            let [red, green, blue, _] = *point;
            // The weights make 256 together.
            u8::try_from((u32::from(red) * 77 + u32::from(green) * 150 + u32::from(blue) * 29) >> 8).unwrap_or(u8::MAX)
        };
        Some(Frame { width, height, grey: colours.as_chunks().0.iter().map(grey).collect() })
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        stop(&self.stream);
        self.video.set_src_object(None);
    }
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

fn reason(why: &JsValue) -> NoCamera {
    let name = Reflect::get(why, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError" | "SecurityError") => NoCamera::Refused,
        _ => NoCamera::NotFound,
    }
}
