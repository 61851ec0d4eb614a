//! The example: the lists of a made-up school-property company, taken in as any other.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::device;
use crate::browser::files::{Book, Problem};
use crate::browser::keeper::protocol::Request;
use crate::browser::reply::reply;
use crate::exchange::example::{ORGANISATION, information};
use crate::exchange::{Chosen, ListKind, cut_off_in_name};
use crate::register::{Command, Field, Language, Organisation, Place, Review, Value, organisation_place, review_place};
use crate::ui::session::{Answer, Session};

/// The year that the example is about.
const YEAR: i16 = 2024;
/// The example's files, in the order the worker has them. Of the last, the name says which day it tells of.
const FILES: [&str; 3] = ["systemlista.xlsx", "incidenter-2024.csv", "utbildning-2024-11-26.csv"];

/// Creates a register with the example in it, and tells `then` what went wrong, if anything did.
///
/// The page that asks is gone before this is done: nothing here belongs to it.
pub fn load_example(session: Session, then: impl Fn(Option<String>) + 'static) {
    let language = match device::preference("language").as_deref() {
        Some("en") => Language::English,
        _ => Language::Swedish,
    };
    // Until the last list is in, nothing is shown as saved, and whoever leaves is asked.
    session.holds_unsent("example", true);
    spawn_local(async move {
        let loaded = load(session).await;
        session.holds_unsent("example", false);
        then(loaded.err().map(|why| why.text(language)));
    });
}

async fn load(session: Session) -> Result<(), Problem> {
    // Read before there is a register: a worker that can't be had leaves this device as it was.
    let first = Book::example(0).await?;
    session.ask(Request::Create, |_| {});
    done(|told| session.send_then(about(), told)).await;
    let mut read = Some(first);
    for (place, name) in FILES.iter().enumerate() {
        let (book, guess) = match read.take() {
            Some(read) => read,
            None => Book::example(place).await?,
        };
        let mut chosen = Chosen::from(guess);
        chosen.cut_off = cut_off_in_name(name).filter(|_| chosen.list == ListKind::Training);
        let register = || session.picture.with_untracked(|picture| picture.register.clone());
        let summary = book.preview(chosen, session.seen(), register, device::today()).await?;
        if let Some(command) = book.command(summary.by_default).await? {
            done(|told| session.send_packed(&command, told)).await;
        }
    }
    let more = session.picture.with_untracked(|picture| information(&picture.register, device::new_key));
    done(|told| session.send_then(more, told)).await;
    Ok(())
}

/// Waits until an edit is made or refused; the next preview needs the register as it is then.
async fn done(send: impl FnOnce(Box<dyn FnOnce(Answer)>)) {
    let (teller, answer) = reply();
    send(Box::new(move |_| teller.tell(())));
    answer.await;
}

/// Whose register it is, and what stands on the report's first page.
fn about() -> Command {
    let set = |place: Place, field: Field, value: Value| Command::Set { place, field: field.key.to_owned(), value };
    let line = |text: &str| Value::Line(text.to_owned());
    let (own, review) = (organisation_place(), review_place(YEAR));
    Command::Batch(vec![
        set(own.clone(), Organisation::NAME, line(ORGANISATION)),
        set(own.clone(), Organisation::SHORT, line("Exempelbolaget")),
        set(own, Organisation::TOWN, line("Stockholm")),
        set(review.clone(), Review::TOWN, line("Stockholm")),
        set(review.clone(), Review::SIGNATORY, line("Informationssäkerhetssamordnare")),
        set(review, Review::APPROXIMATE, Value::Flag(true)),
    ])
}
