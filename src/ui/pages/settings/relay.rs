//! The relay: joining the register to it, inviting others, who has been heard, leaving, new keys.

use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::browser::device;
use crate::browser::keeper::protocol::{DeviceView, LineReach, LineTrouble, LineView, Refusal, Request};
use crate::crypto::{DocumentKind, Invitation};
use crate::ui::pages::workshop;
use crate::ui::parts::confirm::Confirm;
use crate::ui::session::{Answer, Session};
use crate::ui::words;
use crate::ui::words::i18n::{Locale, t, t_string, use_i18n};

type Words = leptos_i18n::I18nContext<Locale>;

/// The card in the settings.
#[component]
pub fn Relay() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let joined = Memo::new(move |_| session.line.with(Option::is_some));
    let is_unread = |line: &LineView| line.trouble == Some(LineTrouble::Keys);
    let unread = Memo::new(move |_| session.line.with(|line| line.as_ref().is_some_and(is_unread)));
    view! {
        <section class="card" id="rela">
            <h2>{t!(i18n, relay.title)}</h2>
            <p class="soft">{t!(i18n, relay.about)}</p>
            <Show when=move || joined.get() fallback=|| view! { <Unjoined /> }>
                <Show when=move || unread.get() fallback=|| view! { <Joined /> }>
                    <Unread />
                </Show>
            </Show>
        </section>
    }
}

/// While the register is on this device only.
#[component]
fn Unjoined() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let word = RwSignal::new(String::new());
    let connect = move |_| connect(session, word);
    view! {
        <p>{t!(i18n, relay.none)}</p>
        <p class="soft">{t!(i18n, relay.connect_about, origin = device::origin())} " " {t!(i18n, relay.connect_elsewhere)}</p>
        <details class="history">
            <summary>{t!(i18n, relay.admission)}</summary>
            <Word word />
        </details>
        <div class="actions">
            <button type="button" class="button button--main" disabled=move || !session.editable() on:click=connect>
                {t!(i18n, relay.connect)}
            </button>
        </div>
        <Paste />
    }
}

/// While the keys can't be read: nothing is put in their place but what somebody asks for.
#[component]
fn Unread() -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <p class="notice notice--bad" role="status">{t!(i18n, relay.keys)}</p>
        <Paste />
        <div class="actions">
            <Leave question=Signal::derive(move || t_string!(i18n, relay.leave_keys_question).to_owned()) />
        </div>
    }
}

/// The way from the relay.
#[component]
fn Leave(
    /// What is asked first.
    question: Signal<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let asked = RwSignal::new(false);
    view! {
        <button type="button" class="button button--danger" on:click=move |_| asked.set(true)>
            {t!(i18n, relay.leave)}
        </button>
        <Confirm
            open=asked
            question
            yes=Signal::derive(move || t_string!(i18n, relay.leave).to_owned())
            on_yes=move |()| session.ask(Request::Leave, |_| {})
        />
    }
}

/// The word that a relay asks of those who make a mailbox.
#[component]
fn Word(word: RwSignal<String>) -> impl IntoView {
    let i18n = use_i18n();
    view! {
        <div class="field">
            <label for="relay-admission">{t!(i18n, relay.admission_label)}</label>
            <input id="relay-admission" autocomplete="off" maxlength="200" bind:value=word />
        </div>
    }
}

/// Joins the register to the relay, or gives the word that it asked for.
fn connect(session: Session, word: RwSignal<String>) {
    let word = word.get_untracked().trim().to_owned();
    session.ask(|ticket| Request::Connect(ticket, word), |_| {});
}

/// The word that the relay asks of a register that is joined, but not taken yet.
#[component]
fn Admission() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let word = RwSignal::new(String::new());
    let give = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        connect(session, word);
    };
    view! {
        <form class="new-row" on:submit=give>
            <Word word />
            <button class="button">{t!(i18n, relay.connect)}</button>
        </form>
    }
}

/// A link that came another way than by the camera.
#[component]
pub fn Paste() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let link = RwSignal::new(String::new());
    let take = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = link.get_untracked().trim().to_owned();
        if !text.is_empty() {
            link.set(String::new());
            session.invitation.set(Some(text));
        }
    };
    view! {
        <form class="new-row" on:submit=take>
            <div class="field">
                <label for="invitation">{t!(i18n, relay.paste)}</label>
                <input id="invitation" type="text" autocomplete="off" spellcheck="false" bind:value=link />
            </div>
            <button class="button">{t!(i18n, relay.join)}</button>
        </form>
    }
}

/// While it is joined to one.
#[component]
fn Joined() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let line = Memo::new(move |_| session.line.get().unwrap_or_default());
    let invitation = RwSignal::new_local(None::<Rc<(String, String)>>);
    let copied = RwSignal::new(None::<bool>);
    let link = NodeRef::<leptos::html::Input>::new();
    let changing = RwSignal::new(false);
    let invite = move |edit: bool| {
        copied.set(None);
        spawn_local(async move {
            let address = device::address_for_others().await;
            session.ask(
                |ticket| Request::Invite(ticket, address, edit),
                move |answer| {
                    if let Answer::Invitation(made) = answer {
                        invitation.try_set(Some(made));
                    }
                },
            );
        });
    };
    let copy = move |_| {
        let Some(made) = invitation.get_untracked() else { return };
        spawn_local(async move {
            let done = device::copy(&made.0).await;
            if !done && let Some(link) = link.get_untracked() {
                // What can't be copied for somebody is marked, so that they can.
                let _ = link.focus();
                link.select();
            }
            copied.try_set(Some(done));
        });
    };
    view! {
        <p role="status">{move || line.with(|line| standing(i18n, line))}</p>
        <p class="soft">
            {move || line.with(|line| {
                let at = line.at_relay.map(|at| t_string!(i18n, relay.at_relay, when = moment(at)).to_string());
                let seen = line.seen.map(|at| t_string!(i18n, relay.seen, when = moment(at)).to_string());
                [at, seen].into_iter().flatten().collect::<Vec<_>>().join(" ")
            })}
        </p>
        <Show when=move || line.with(|line| line.trouble == Some(LineTrouble::Admission))>
            <Admission />
        </Show>
        <Show when=move || line.with(|line| !line.may_edit)>
            <p class="notice notice--warn">{t!(i18n, relay.read_only)}</p>
        </Show>
        <Show when=move || line.with(|line| line.clock_off.is_some())>
            <p class="notice notice--warn">{t!(i18n, relay.clock_off)}</p>
        </Show>
        <Show when=move || line.with(|line| 0 < line.unread)>
            <p class="notice notice--warn">{t!(i18n, relay.unread)}</p>
        </Show>
        <Show when=move || line.with(|line| 0 < line.forged)>
            <p class="notice notice--warn">{t!(i18n, relay.forged)}</p>
        </Show>
        <h3>{t!(i18n, relay.invite)}</h3>
        <div class="actions">
            <Show when=move || line.with(|line| line.may_edit)>
                <button type="button" class="button button--main" on:click=move |_| invite(true)>
                    {t!(i18n, relay.invite_edit)}
                </button>
            </Show>
            <button type="button" class="button" on:click=move |_| invite(false)>{t!(i18n, relay.invite_read)}</button>
        </div>
        {move || invitation.get().map(|made| view! {
            <div class="invitation">
                <img
                    class="invitation__code"
                    alt=move || t_string!(i18n, relay.code)
                    src=format!("data:image/svg+xml,{}", js_sys::encode_uri_component(&made.1))
                />
                <div class="invitation__link">
                    <p>{t!(i18n, relay.invite_about)}</p>
                    {device::is_only_here(&made.0).then(|| view! {
                        <p class="notice notice--warn">{t!(i18n, relay.only_here)}</p>
                    })}
                    <label for="invitation-link">{t!(i18n, relay.link)}</label>
                    <input id="invitation-link" readonly node_ref=link prop:value=made.0.clone() />
                    <div class="actions">
                        <button type="button" class="button" on:click=copy>{t!(i18n, relay.copy_link)}</button>
                        <button type="button" class="button button--plain" on:click=move |_| invitation.set(None)>
                            {t!(i18n, relay.hide)}
                        </button>
                    </div>
                    <p role="status">{move || copied.get().map(|done| {
                        if done { t_string!(i18n, relay.copied) } else { t_string!(i18n, relay.not_copied) }
                    })}</p>
                </div>
            </div>
        })}
        <h3>{t!(i18n, relay.devices)}</h3>
        <Devices line />
        <Paste />
        <h3>{t!(i18n, relay.change_keys)}</h3>
        <p class="soft">{t!(i18n, relay.change_keys_about)}</p>
        <div class="actions">
            <Show when=move || line.with(|line| line.may_edit)>
                <button type="button" class="button" on:click=move |_| changing.set(true)>
                    {t!(i18n, relay.change_keys)}
                </button>
            </Show>
            <Leave question=Signal::derive(move || t_string!(i18n, relay.leave_question).to_owned()) />
        </div>
        <Confirm
            open=changing
            question=Signal::derive(move || t_string!(i18n, relay.change_keys_question).to_owned())
            yes=Signal::derive(move || t_string!(i18n, relay.change_keys).to_owned())
            on_yes=move |()| {
                // The invitation that is shown leads nowhere any more.
                invitation.set(None);
                session.ask(Request::ChangeKeys, |_| {});
            }
        />
    }
}

/// Who has been heard, and when.
#[component]
fn Devices(line: Memo<LineView>) -> impl IntoView {
    let i18n = use_i18n();
    let row = move |device: DeviceView| {
        let edits = device.edits;
        let who = match (device.role.as_str(), device.name.as_str()) {
            ("", "") => None,
            (role, "") => Some(role.to_owned()),
            ("", name) => Some(name.to_owned()),
            (role, name) => Some(format!("{role} ({name})")),
        };
        view! {
            <tr>
                <th scope="row">
                    {move || who.clone().unwrap_or_else(|| t_string!(i18n, relay.unnamed).to_owned())}
                    {(!edits).then(|| view! { <span class="soft">" – " {t!(i18n, relay.reads)}</span> })}
                </th>
                <td>{moment(device.heard)}</td>
            </tr>
        }
    };
    view! {
        <Show
            when=move || line.with(|line| !line.devices.is_empty())
            fallback=move || view! { <p class="soft">{t!(i18n, relay.nobody)}</p> }
        >
            <div class="table-wrap">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{t!(i18n, relay.who)}</th>
                            <th scope="col">{t!(i18n, relay.heard)}</th>
                        </tr>
                    </thead>
                    <tbody>{move || line.with(|line| line.devices.clone()).into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        </Show>
    }
}

/// A question to whoever opened an invitation. With a register here already, that is merged with the other.
#[component]
pub fn Invited() -> impl IntoView {
    let i18n = use_i18n();
    let session = Session::expect();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let elsewhere = RwSignal::new(None::<String>);
    let join = move |_| {
        let Some(link) = session.invitation.get_untracked() else { return };
        busy.set(true);
        problem.set(None);
        elsewhere.set(None);
        session.ask_to_keep();
        session.ask(
            |ticket| Request::Join(ticket, link),
            move |answer| {
                busy.try_set(false);
                match answer {
                    Answer::Refused(Refusal::Elsewhere(link)) => _ = elsewhere.try_set(Some(link)),
                    Answer::Refused(why) => {
                        problem.try_set(Some(crate::ui::shell::refusal_text(i18n, &why)));
                    }
                    _ => session.invitation.set(None),
                }
            },
        );
    };
    // One to a workshop leads to its table.
    let navigate = use_navigate();
    Effect::new(move |_| {
        let is_workshop = session.invitation.with(|link| {
            let invitation = link.as_deref().and_then(|link| Invitation::parse(link).ok());
            invitation.is_some_and(|invitation| invitation.kind == DocumentKind::Workshop)
        });
        if is_workshop {
            navigate(workshop::PLACE, NavigateOptions::default());
        }
    });
    let merges = move || session.standing.with(|standing| *standing != crate::ui::session::Standing::Nothing);
    view! {
        <Show when=move || session.invitation.with(Option::is_some)>
            <section class="notice notice--ok" aria-labelledby="invited">
                <h2 id="invited">{t!(i18n, relay.invited)}</h2>
                <Show when=merges>
                    <p>{t!(i18n, relay.merges)}</p>
                </Show>
                <p class="field__error" role="alert" hidden=move || problem.with(Option::is_none)>
                    {move || problem.get()}
                </p>
                <p role="status">
                    {move || elsewhere.get().map(|link| {
                        let address = link.split("/#").next().unwrap_or_default().to_owned();
                        t_string!(i18n, relay.elsewhere_about, address = address).to_string()
                    })}
                </p>
                <div class="actions">
                    <Show
                        when=move || elsewhere.with(Option::is_some)
                        fallback=move || view! {
                            <button type="button" class="button button--main" disabled=busy on:click=join>
                                {t!(i18n, relay.join)}
                            </button>
                        }
                    >
                        <a class="button button--main" rel="external noreferrer" href=move || elsewhere.get()>
                            {t!(i18n, relay.go_there)}
                        </a>
                    </Show>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| {
                            elsewhere.set(None);
                            session.invitation.set(None);
                        }
                    >
                        {t!(i18n, common.cancel)}
                    </button>
                </div>
            </section>
        </Show>
    }
}

fn moment(seconds: i64) -> String {
    words::clock(device::local_time_of(seconds))
}

/// How the register stands with the relay, in a sentence.
fn standing(i18n: Words, line: &LineView) -> String {
    let words = match (line.trouble, line.reach) {
        (Some(LineTrouble::NoMailbox), _) => t_string!(i18n, relay.no_mailbox),
        (Some(LineTrouble::Admission), _) => t_string!(i18n, relay.needs_word),
        (Some(LineTrouble::Full), _) => t_string!(i18n, relay.full),
        (Some(LineTrouble::Keys), _) => t_string!(i18n, relay.keys),
        (Some(LineTrouble::Version), _) => t_string!(i18n, relay.version),
        (Some(LineTrouble::Refused | LineTrouble::Nonsense), _) => t_string!(i18n, relay.refused),
        (None, LineReach::Trying) => t_string!(i18n, relay.trying),
        (None, LineReach::CatchingUp) => t_string!(i18n, relay.catching_up),
        (None, LineReach::Live) if line.unsent => t_string!(i18n, relay.unsent),
        (None, LineReach::Live) => t_string!(i18n, relay.live),
        (None, LineReach::Away { since }) => return t_string!(i18n, relay.away, when = moment(since)).to_string(),
    };
    words.to_owned()
}

/// The same in a few words, with its lamp, for the head of every page.
#[must_use]
pub fn lamp(i18n: Words, line: Option<&LineView>) -> (&'static str, String) {
    let Some(line) = line else { return ("open", t_string!(i18n, state.no_relay).to_owned()) };
    let (lamp, words) = match (line.trouble, line.reach) {
        (Some(LineTrouble::Keys), _) => ("bad", t_string!(i18n, relay.state_keys)),
        (Some(_), _) => ("bad", t_string!(i18n, relay.state_trouble)),
        (None, LineReach::Away { .. }) => ("open", t_string!(i18n, relay.state_away)),
        (None, LineReach::Trying | LineReach::CatchingUp) => ("busy", t_string!(i18n, relay.state_trying)),
        (None, LineReach::Live) if line.unsent && line.may_edit => ("busy", t_string!(i18n, relay.state_sending)),
        (None, LineReach::Live) => {
            let words = t_string!(i18n, relay.state_live);
            return ("ok", line.at_relay.map_or_else(|| words.to_owned(), |at| format!("{words} {}", moment(at))));
        }
    };
    (lamp, words.to_owned())
}
