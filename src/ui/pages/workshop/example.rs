//! The example's workshop: one under way, with five at one tablet, for whoever wants to try alone.

use leptos::task::spawn_local;

use super::table::Table;
use crate::browser::keeper::protocol::{Chosen, Founding, Request, Ticket};
use crate::browser::reply::reply;
use crate::catalogue::{MethodInUse, agenda};
use crate::register::workshop::{Decide, Join, Question, Round, Said, Stop};
use crate::register::{Aspect, Key, Language, Level, Register};
use crate::ui::session::Answer;

/// Who sits at the example's table beside its leader.
const GUESTS: [&str; 4] = ["Informationsägare", "Objektledare", "Arkivarie", "IT"];

/// The system that the example's workshop is about: the first with information that nobody has classified.
#[must_use]
pub fn system_of(register: &Register) -> Option<Key> {
    let unclassified =
        |key: &&Key| register.classified(key).is_none() && register.information_sets.of(key).next().is_some();
    let with_sets = |key: &&Key| register.information_sets.of(key).next().is_some();
    let systems = || register.systems.iter().map(|(key, _)| key);
    systems().find(unclassified).or_else(|| systems().find(with_sets)).or_else(|| systems().next()).cloned()
}

/// Begins the example's workshop: the first question is decided, the second is open and two have voted.
pub fn begin(table: Table, register: &Register, language: Language, leader: String) {
    let method = MethodInUse::of(register);
    let Some(agenda) = system_of(register).and_then(|system| agenda(register, &method, &system, language)) else {
        return;
    };
    let sets = &agenda.sets;
    let Some(set) = sets.first().map(|set| set.key.clone()) else { return };
    let floor = sets.first().and_then(|set| {
        set.floors.iter().filter(|floor| floor.aspect == Aspect::Confidentiality).map(|floor| floor.level).max()
    });
    let question = |aspect| Question { set: Some(set.clone()), aspect };
    let (first, second) = (question(Aspect::Confidentiality), question(Aspect::Integrity));
    let (first_round, second_round) = (
        Round { turn: None, question: first.clone(), number: 1 },
        Round { turn: None, question: second.clone(), number: 1 },
    );
    let level = Level::Significant.max(floor.unwrap_or(Level::Negligible));
    let join = |role: String| Join { role, name: String::new(), observer: false };
    spawn_local(async move {
        let founding = Founding { about: agenda.about.clone(), agenda: agenda.said(), join: join(leader) };
        if !done(table, |ticket| Request::Found(ticket, Box::new(founding))).await {
            return;
        }
        for (number, role) in (1_u16..).zip(GUESTS) {
            done(table, |ticket| Request::Say(ticket, number, None, vec![Said::Join(join(role.to_owned()))])).await;
        }
        let open = |round: &Round| Said::Open { round: round.clone(), seconds: 0 };
        let to_first = vec![Said::Show(Stop::Question(first.clone())), open(&first_round)];
        done(table, |ticket| Request::Say(ticket, 0, None, to_first)).await;
        let votes = [level, level, Level::Significant, level, Level::Moderate];
        for (number, level) in (0_u16..).zip(votes) {
            let round = first_round.clone();
            done(table, |ticket| Request::Vote(ticket, number, round, Chosen(level))).await;
        }
        done(table, |ticket| Request::CloseRound(ticket, first_round)).await;
        let decide = Said::Decide(Decide {
            question: first,
            level,
            reason: "Ett läckage skadar den enskilde, men upptäcks och kan begränsas.".to_owned(),
            dissent: true,
            raise: None,
            instead_of: Vec::new(),
        });
        let to_second = vec![decide, Said::Show(Stop::Question(second)), open(&second_round)];
        done(table, |ticket| Request::Say(ticket, 0, None, to_second)).await;
        for (number, level) in [(1_u16, Level::Significant), (3, Level::Serious)] {
            let round = second_round.clone();
            done(table, |ticket| Request::Vote(ticket, number, round, Chosen(level))).await;
        }
    });
}

/// Whether the keeper did what was asked.
async fn done(table: Table, request: impl FnOnce(Ticket) -> Request) -> bool {
    let (teller, answer) = reply();
    table.ask(request, move |answer| teller.tell(matches!(answer, Answer::Done)));
    answer.await
}
