//! The register as it was at the end of a day, for a page that compares with it.

use std::sync::Arc;

use leptos::prelude::*;

use crate::browser::device;
use crate::browser::keeper::protocol::Request;
use crate::register::Date;
use crate::ui::session::{Answer, Session, Standing, Then};

/// The register of a day that has been asked for.
#[derive(Clone, Copy)]
pub struct RegisterOf {
    asked: Memo<Option<Date>>,
    /// The day that has been answered; without a register when there is no history that old.
    found: RwSignal<Option<(Date, Option<Arc<Then>>)>>,
}

impl RegisterOf {
    /// Asks for the register of a day, whenever the day changes.
    #[must_use]
    pub fn day(asked: Memo<Option<Date>>) -> Self {
        let session = Session::expect();
        let found = RwSignal::new(None);
        // The document answers once it is open.
        let is_open = Memo::new(move |_| session.standing.with(|standing| matches!(standing, Standing::Open { .. })));
        Effect::new(move |_| {
            let Some(day) = asked.get().filter(|_| is_open.get()) else { return };
            session.ask(
                |ticket| Request::At(ticket, device::end_of(day)),
                move |answer| {
                    let Answer::At(register) = answer else { return };
                    // Another day may have been chosen meanwhile, or another page.
                    if asked.try_get_untracked().flatten() == Some(day) {
                        found.try_set(Some((day, register.ok())));
                    }
                },
            );
        });
        Self { asked, found }
    }

    /// Whether the answer is still to come.
    #[must_use]
    pub fn is_coming(&self) -> bool {
        let asked = self.asked.get();
        asked.is_some() && self.found.with(|found| found.as_ref().map(|(day, _)| *day) != asked)
    }

    /// The day and its register, once it is here.
    #[must_use]
    pub fn here(&self) -> Option<(Date, Arc<Then>)> {
        let asked = self.asked.get()?;
        self.found.get().filter(|(day, _)| *day == asked).and_then(|(day, then)| Some((day, then?)))
    }

    /// The day, when the register has no history that old.
    #[must_use]
    pub fn too_old(&self) -> Option<Date> {
        let asked = self.asked.get()?;
        self.found.get().filter(|(day, then)| *day == asked && then.is_none()).map(|(day, _)| day)
    }
}
