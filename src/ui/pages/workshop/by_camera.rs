//! Coming in by the picture on the wall: the device's own camera reads it.

use leptos::html::{Dialog, Video};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::camera::{self, Camera, NoCamera};
use crate::browser::{device, files};
use crate::ui::words::i18n::{t, t_string, use_i18n};

/// So many milliseconds lie between two looks.
const PACE: i64 = 120;

/// A button that turns the camera on until a code is read. Nothing where the browser offers no camera: on a page that is
/// not secure, say.
#[component]
pub fn ByCamera(
    /// Gets the link that was read.
    found: Callback<String>,
) -> impl IntoView {
    let i18n = use_i18n();
    let open = RwSignal::new(false);
    let said = RwSignal::new(None::<Hindrance>);
    let (dialog, video) = (NodeRef::<Dialog>::new(), NodeRef::<Video>::new());
    // The camera goes off when this lets go of it, and when the page does.
    let held = StoredValue::new_local(None::<Camera>);
    // How often the box was opened: who looks for an earlier time, stops.
    let time = StoredValue::new(0_u32);
    let is_now = move |mine: u32| time.try_get_value() == Some(mine) && open.try_get_untracked() == Some(true);
    let tell = move |what: Hindrance| _ = said.try_set(Some(what));
    let look = move |mine: u32| async move {
        let Some(video) = video.get_untracked() else { return };
        match Camera::open(video).await {
            Ok(camera) if is_now(mine) => held.set_value(Some(camera)),
            Ok(_) => return,
            Err(why) => return tell(Hindrance::Camera(why)),
        }
        while is_now(mine) {
            let frame = held.try_with_value(|camera| camera.as_ref().and_then(Camera::frame)).flatten();
            let read = match frame {
                Some(frame) => files::qr(frame).await,
                None => Ok(None),
            };
            match read {
                Ok(Some(link)) if link.contains('#') && is_now(mine) => {
                    open.set(false);
                    return found.run(link);
                }
                Ok(Some(_)) => tell(Hindrance::Other),
                Ok(None) => {}
                Err(_) => return tell(Hindrance::Lost),
            }
            device::wait(PACE).await;
        }
    };
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            // Refused only when the box is gone from the page, and then nobody looks.
            let _ = dialog.show_modal();
            said.set(None);
            time.update_value(|time| *time += 1);
            spawn_local(look(time.get_value()));
        } else if !open.get() {
            held.set_value(None);
            if dialog.open() {
                dialog.close();
            }
        }
    });
    let words = move || match said.get()? {
        Hindrance::Camera(NoCamera::Refused) => Some(t_string!(i18n, workshop.camera_refused)),
        Hindrance::Camera(NoCamera::NotFound) => Some(t_string!(i18n, workshop.camera_none)),
        Hindrance::Other => Some(t_string!(i18n, workshop.camera_other)),
        Hindrance::Lost => Some(t_string!(i18n, workshop.camera_lost)),
    };
    view! {
        <Show when=camera::is_offered>
            <p class="by-camera">
                <button type="button" class="button" on:click=move |_| open.set(true)>{t!(i18n, workshop.camera)}</button>
            </p>
            <dialog
                class="dialog camera"
                node_ref=dialog
                on:close=move |_| open.set(false)
                aria-label=move || t_string!(i18n, workshop.camera)
            >
                <p>{t!(i18n, workshop.camera_about)}</p>
                <video class="camera__seen" node_ref=video playsinline="" muted="" aria-hidden="true"></video>
                <p role="alert">{words}</p>
                <div class="actions">
                    <button type="button" class="button" on:click=move |_| open.set(false)>{t!(i18n, common.cancel)}</button>
                </div>
            </dialog>
        </Show>
    }
}

/// Why nothing was read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hindrance {
    Camera(NoCamera),
    /// A code was read that leads nowhere here.
    Other,
    /// What reads codes has stopped.
    Lost,
}
