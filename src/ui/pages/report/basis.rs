//! What a year's report is made from: the register that is shown, or as it was at the end of the review's cut-off.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::components::A;

use crate::browser::files::ReadFrom;
use crate::register::{Date, Register};
use crate::report::{as_of, as_of_today, day_of};
use crate::ui::pages::past;
use crate::ui::parts::register_of::RegisterOf;
use crate::ui::session::Session;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{day, language_of};

/// The register of a report. The page and every file read the same.
#[derive(Clone, Copy)]
pub struct Basis {
    /// The session it is read through.
    pub session: Session,
    cut_off: RegisterOf,
    /// As it was, when the cut-off has been and its register is here; without the cut-off, when there is no history from
    /// that day.
    then: Memo<Option<Arc<Register>>>,
}

impl Basis {
    /// The one for the report of a year.
    #[must_use]
    pub fn of(year: Memo<i16>) -> Self {
        let session = Session::expect();
        let cut_off = RegisterOf::day(Memo::new(move |_| {
            let today = session.today();
            let day = session.read(|register| day_of(register, year.get(), today));
            (day < today).then_some(day)
        }));
        // Comparing two registers costs more than making the report again.
        let then = Memo::new_with_compare(
            move |_| {
                if cut_off.too_old().is_some() {
                    return Some(Arc::new(session.read(|now| as_of_today(now, year.get()))));
                }
                let (_, then) = cut_off.here()?;
                Some(Arc::new(session.read(|now| as_of(now, &then.register))))
            },
            |_, _| true,
        );
        Self { session, cut_off, then }
    }

    /// Reads something out of it; runs again when it changes.
    pub fn read<T>(&self, read: impl FnOnce(&Register) -> T) -> T {
        match self.then.get() {
            Some(then) => read(&then),
            None => self.session.read(read),
        }
    }

    /// What it was read from.
    #[must_use]
    pub fn read_from(&self) -> ReadFrom {
        let mut from = self.session.read_from();
        from.0.extend(self.cut_off.here().map(|(day, then)| (Some(day), then.seen.clone())));
        // The same state of the document, but read without the cut-off.
        let now = from.0.first().map(|(_, seen)| seen.clone());
        from.0.extend(self.cut_off.too_old().zip(now).map(|(day, seen)| (Some(day), seen)));
        from
    }

    /// The day that it is of, when that isn't the day that the app shows.
    #[must_use]
    pub fn day(&self) -> Option<Date> {
        self.cut_off.here().map(|(day, _)| day)
    }

    /// Whether it is still to come.
    #[must_use]
    pub fn is_coming(&self) -> bool {
        self.cut_off.is_coming()
    }

    /// The day that the figures should be of, when the register has no history that old.
    #[must_use]
    pub fn too_old(&self) -> Option<Date> {
        self.cut_off.too_old()
    }
}

/// That the report is not of the register that the lists show, and the way to the lists that are behind its figures.
#[component]
pub fn AsOf(
    /// What the report is made from.
    basis: Basis,
) -> impl IntoView {
    let i18n = use_i18n();
    let said = move |on: Date| {
        let words = move || t_string!(i18n, report.as_of, day = day(on, language_of(i18n))).to_string();
        view! {
            <div class="notice notice--ok">
                <p>{words}</p>
                <A href=past::address(on)>{t!(i18n, report.as_of_lists)}</A>
            </div>
        }
    };
    view! {
        <p class="soft" role="status" hidden=move || !basis.is_coming()>
            {move || basis.is_coming().then(|| t_string!(i18n, past.coming))}
        </p>
        {move || basis.day().map(said)}
    }
}
