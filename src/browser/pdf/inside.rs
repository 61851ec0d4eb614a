//! The worker that sets PDFs, from within.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;

use super::protocol::{Event, Failure, Request, SetPdf, Stage, VERSION};
use crate::browser::files::protocol::Bytes;
use crate::browser::worker;
use crate::report::pdf::{FONTS, Pdf, Step, Typesetter};

/// Starts the worker.
pub fn run() {
    console_error_panic_hook::set_once();
    let typesetter: Rc<RefCell<Option<Typesetter>>> = Rc::default();
    worker::serve(move |request| match request {
        Request::Open { version } => {
            if version != VERSION {
                // An error event tells the page.
                wasm_bindgen::throw_str("the page speaks another version of the program");
            }
        }
        Request::Set(Bytes(sheet)) => {
            let typesetter = Rc::clone(&typesetter);
            spawn_local(async move {
                let made = set(&typesetter, sheet).await;
                worker::tell(&Event::Done(made));
            });
        }
    });
}

async fn set(typesetter: &RefCell<Option<Typesetter>>, sheet: Vec<u8>) -> Result<SetPdf, Failure> {
    let refused = |why: &dyn std::fmt::Display| Failure::Refused(why.to_string());
    let sheet = String::from_utf8(sheet).map_err(|why| refused(&why))?;
    let kept = typesetter.borrow_mut().take();
    let mut ready = match kept {
        Some(ready) => ready,
        None => {
            worker::tell(&Event::Stage(Stage::Fetching));
            Typesetter::new(fonts().await.ok_or(Failure::NoFonts)?).map_err(|why| refused(&why))?
        }
    };
    let made = ready.pdf(&sheet, |step| {
        worker::tell(&Event::Stage(match step {
            Step::Setting => Stage::Setting,
            Step::Writing => Stage::Writing,
        }));
    });
    *typesetter.borrow_mut() = Some(ready);
    made.map(|Pdf { bytes, unshown }| SetPdf { file: Bytes(bytes), unshown }).map_err(|why| refused(&why))
}

async fn fonts() -> Option<Vec<Vec<u8>>> {
    let mut fonts = Vec::new();
    for name in FONTS {
        let answer = JsFuture::from(worker::scope().fetch_with_str(&format!("/fonts/paper/{name}.ttf"))).await.ok()?;
        let answer: Response = answer.dyn_into().ok()?;
        let bytes = JsFuture::from(answer.array_buffer().ok().filter(|_| answer.ok())?).await.ok()?;
        fonts.push(Uint8Array::new(&bytes).to_vec());
    }
    Some(fonts)
}
