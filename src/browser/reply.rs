//! An answer that comes later, as something to wait for.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

struct Slot<T> {
    answer: Option<T>,
    waker: Option<Waker>,
}

/// The end that answers. Dropped without an answer, the other end waits for ever.
pub struct Teller<T>(Rc<RefCell<Slot<T>>>);

/// The end that waits.
pub struct Reply<T>(Rc<RefCell<Slot<T>>>);

/// Two ends: one to answer by, one to wait at.
#[must_use]
pub fn reply<T>() -> (Teller<T>, Reply<T>) {
    let slot = Rc::new(RefCell::new(Slot { answer: None, waker: None }));
    (Teller(Rc::clone(&slot)), Reply(slot))
}

impl<T> Teller<T> {
    /// Answers.
    pub fn tell(self, answer: T) {
        let waker = {
            let mut slot = self.0.borrow_mut();
            slot.answer = Some(answer);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Reply<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.borrow_mut();
        if let Some(answer) = slot.answer.take() {
            return Poll::Ready(answer);
        }
        slot.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
