//! Long lists, built a few a frame, so that building them is not felt.

use leptos::prelude::*;

/// Takes a step each frame until one says that it was the last.
pub fn each_frame(step: impl Fn() -> bool + 'static) {
    request_animation_frame(move || {
        if !step() {
            each_frame(step);
        }
    });
}

/// How many of `length` things may be in the page: from none, `step` more each frame.
pub fn gradually(length: Signal<usize>, step: usize) -> ReadSignal<usize> {
    let (built, set_built) = signal(0);
    // The growth that counts: raised when the length changes, and the one before it ends.
    let growth = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let length = length.get();
        let mine = growth.try_update_value(|growth| {
            *growth += 1;
            *growth
        });
        if length < built.get_untracked() {
            set_built.set(length);
        }
        each_frame(move || {
            // The list may be gone from the page by now.
            let Some(now) = built.try_get_untracked().filter(|_| growth.try_get_value() == mine) else { return true };
            let next = (now + step).min(length);
            if now < next {
                set_built.set(next);
            }
            next == length
        });
    });
    built
}
