//! The worker that sets PDFs. It is large, so it is fetched when it is first needed, and kept on the device from then on.
//!
//! What it sets is a [`sheet`](crate::report::sheet()); it knows nothing of registers.

#[cfg(feature = "pdf")]
pub mod inside;
pub mod protocol;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use self::protocol::{Event, Request, SetPdf, Stage, VERSION};
use super::files::Problem;
use super::files::protocol::Bytes;
use super::reply::{Teller, reply};
use super::worker::{Heard, Remote};

thread_local! {
    static SETTER: RefCell<Option<Rc<Setter>>> = const { RefCell::new(None) };
}

/// Whoever waits for a PDF.
struct Waiting {
    stage: Box<dyn Fn(Stage)>,
    teller: Teller<Result<SetPdf, Problem>>,
}

/// The page's end of the worker. It sets one PDF at a time.
struct Setter {
    remote: Remote<Request>,
    waiting: Rc<RefCell<Option<Waiting>>>,
}

impl Setter {
    /// The worker, started if there is none.
    fn get() -> Result<Rc<Self>, Problem> {
        if let Some(setter) = SETTER.with_borrow(Clone::clone) {
            return Ok(setter);
        }
        let waiting: Rc<RefCell<Option<Waiting>>> = Rc::default();
        let answered = Rc::new(Cell::new(false));
        let heard = {
            let waiting = Rc::clone(&waiting);
            move |event| match event {
                Heard::Event(Event::Stage(stage)) => {
                    answered.set(true);
                    if let Some(waiting) = waiting.borrow().as_ref() {
                        (waiting.stage)(stage);
                    }
                }
                Heard::Event(Event::Done(made)) => {
                    let made = made.map_err(|why| match why {
                        protocol::Failure::NoFonts => Problem::OutOfReach,
                        protocol::Failure::Refused(why) => Problem::Document(why),
                    });
                    tell(&waiting, made);
                }
                Heard::Lost => {
                    drop_setter();
                    tell(&waiting, Err(if answered.get() { Problem::Lost } else { Problem::OutOfReach }));
                }
            }
        };
        let remote = Remote::start("pdf", "", heard).map_err(|_| Problem::OutOfReach)?;
        remote.send(&Request::Open { version: VERSION });
        let setter = Rc::new(Self { remote, waiting });
        SETTER.set(Some(Rc::clone(&setter)));
        Ok(setter)
    }
}

fn tell(waiting: &RefCell<Option<Waiting>>, made: Result<SetPdf, Problem>) {
    let waiting = waiting.borrow_mut().take();
    if let Some(Waiting { teller, .. }) = waiting {
        teller.tell(made);
    }
}

/// Not at once: this may be said in a listener that belongs to what is dropped.
fn drop_setter() {
    let setter = SETTER.take();
    spawn_local(async move { drop(setter) });
}

/// Sets a [`sheet`](crate::report::sheet()) as a PDF, and says how it goes. A second one asked for meanwhile ends the first.
///
/// # Errors
/// [`Problem::OutOfReach`] when the worker is not on the device and can't be fetched, [`Problem::Stopped`] after [`stop`];
/// otherwise the worker died, or the sheet can't be set.
pub async fn set(sheet: Vec<u8>, stage: impl Fn(Stage) + 'static) -> Result<SetPdf, Problem> {
    stage(Stage::Fetching);
    if SETTER.with_borrow(|setter| setter.as_ref().is_some_and(|setter| setter.waiting.borrow().is_some())) {
        stop();
    }
    let setter = Setter::get()?;
    let (teller, made) = reply();
    *setter.waiting.borrow_mut() = Some(Waiting { stage: Box::new(stage), teller });
    setter.remote.send(&Request::Set(Bytes(sheet)));
    made.await
}

/// Stops what is being set.
pub fn stop() {
    if let Some(setter) = SETTER.with_borrow(Clone::clone) {
        drop_setter();
        tell(&setter.waiting, Err(Problem::Stopped));
    }
}
