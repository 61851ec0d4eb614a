//! What others have done since it was last looked through here.

use leptos::prelude::*;

use crate::browser::device;
use crate::document::{NEWS_MAX, News};
use crate::ui::parts::history::what_changed;
use crate::ui::parts::more::More;
use crate::ui::parts::record_link::{RecordLink, in_words};
use crate::ui::session::Session;
use crate::ui::shell::Heading;
use crate::ui::words::i18n::{t, t_string, use_i18n};
use crate::ui::words::{counted, language_of};

/// As many as are in the page at first, and more each time.
const STEP: usize = 100;

/// The page.
#[component]
pub fn NewsPage() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let most = RwSignal::new(STEP);
    let count = Memo::new(move |_| session.news.with(Vec::len));
    let under = Signal::derive(move || match count.get() {
        0 => String::new(),
        count => counted!(i18n, count, news.count or single),
    });
    let row = move |News { place, past }: News| {
        let kind = place.kind;
        let field = kind.field(&past.field);
        let what = {
            let past = past.clone();
            move || what_changed(i18n, kind, &past)
        };
        let words = move |value: &crate::register::Value| {
            let words = |field| session.read(|register| in_words(register, field, value, language_of(i18n)));
            field.map_or_else(String::new, words)
        };
        let when = device::local_time_of(past.at);
        let who = past.by.map(|by| match (by.role.as_str(), by.name.as_str()) {
            (role, "") => role.to_owned(),
            ("", name) => name.to_owned(),
            (role, name) => format!("{role} ({name})"),
        });
        let who = who.filter(|who| !who.is_empty());
        let (before, after) = (past.before, past.after);
        view! {
            <tr>
                <th scope="row" class="list-name"><RecordLink place /></th>
                <td>{what}</td>
                <td class="history__value">{move || words(&before)}</td>
                <td class="history__value">{move || words(&after)}</td>
                <td>{move || who.clone().unwrap_or_else(|| t_string!(i18n, history.unknown).to_owned())}</td>
                <td class="nowrap">{format!("{} {:02}:{:02}", when.date(), when.hour(), when.minute())}</td>
            </tr>
        }
    };
    view! {
        <Heading title=Signal::derive(move || t_string!(i18n, nav.news).to_owned()) under>
            <button
                type="button"
                class="button button--main"
                disabled=move || count.get() == 0
                on:click=move |_| session.look_through()
            >
                {t!(i18n, news.seen)}
            </button>
        </Heading>
        <Show
            when=move || 0 < count.get()
            fallback=move || view! { <section class="card empty"><p>{t!(i18n, news.nothing)}</p></section> }
        >
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, news.which)}</th>
                            <th scope="col">{t!(i18n, history.what)}</th>
                            <th scope="col">{t!(i18n, history.before)}</th>
                            <th scope="col">{t!(i18n, history.after)}</th>
                            <th scope="col">{t!(i18n, history.who)}</th>
                            <th scope="col">{t!(i18n, history.when)}</th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || session.news.get().into_iter().take(most.get()).map(row).collect_view()}
                    </tbody>
                </table>
            </div>
            <More shown=most total=count step=STEP />
            <Show when=move || count.get() == NEWS_MAX>
                <p class="soft">{t!(i18n, news.more, most = NEWS_MAX)}</p>
            </Show>
        </Show>
    }
}
