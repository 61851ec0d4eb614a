//! Those who wait for a keeper's answers.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::session::Answer;
use crate::browser::keeper::protocol::Ticket;

type Told = Box<dyn FnOnce(Answer)>;

/// Who waits for the answer to which request.
#[derive(Clone, Copy)]
pub struct Waiting(StoredValue<BTreeMap<Ticket, Told>, LocalStorage>);

impl Default for Waiting {
    fn default() -> Self {
        Self(StoredValue::new_local(BTreeMap::new()))
    }
}

impl Waiting {
    /// Has `then` told the answer to this request.
    pub fn add(self, ticket: Ticket, then: impl FnOnce(Answer) + 'static) {
        self.0.update_value(|waiting| {
            waiting.insert(ticket, Box::new(then));
        });
    }

    /// Tells whoever waits for this request its answer.
    pub fn answer(self, ticket: Ticket, answer: Answer) {
        // Taken out first: who is told may ask for the next.
        let then = self.0.try_update_value(|waiting| waiting.remove(&ticket)).flatten();
        if let Some(then) = then {
            then(answer);
        }
    }

    /// Tells all who wait for this request or one before it that theirs is done.
    pub fn done_up_to(self, ticket: Ticket) {
        let done = self.0.try_update_value(|waiting| {
            let later = waiting.split_off(&(ticket + 1));
            std::mem::replace(waiting, later)
        });
        done.into_iter().flatten().for_each(|(_, then)| then(Answer::Done));
    }

    /// Whether the page that waited was left.
    #[must_use]
    pub fn is_gone(self) -> bool {
        self.0.try_with_value(|_| ()).is_none()
    }
}
