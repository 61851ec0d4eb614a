// Runs in every page that is measured, before the app does. Times are performance.now() of the page.
"use strict";
(() => {
  const stopwatch = (window.stopwatch = { asked: [], heard: [], made: [], longTasks: [] });

  /** When the frame that is being made is on the screen. */
  const painted = () =>
    new Promise((resolve) =>
      requestAnimationFrame(() => {
        // The message comes after the frame's style, layout and paint.
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now());
        port2.postMessage(null);
      }),
    );

  const OPTIONS = { subtree: true, childList: true, characterData: true, attributes: true };
  const observe = (observer) => observer.observe(document, OPTIONS);

  /** When `shown()` first holds on the screen. */
  stopwatch.shows = (shown) =>
    new Promise((resolve) => {
      const look = () => {
        if (!shown()) return;
        observer.disconnect();
        painted().then(resolve);
      };
      const observer = new MutationObserver(look);
      observe(observer);
      look();
    });

  /** When the screen has changed for the last time, seen over a few frames without a change. */
  stopwatch.settles = async () => {
    let changed = false;
    const observer = new MutationObserver(() => (changed = true));
    observe(observer);
    let last = await painted();
    for (let quiet = 0; quiet < 4; quiet++) {
      changed = false;
      const now = await painted();
      if (changed) [last, quiet] = [now, -1];
    }
    observer.disconnect();
    return last;
  };

  /** The next event of a kind; `after` is asked once it has happened, and told when that was. */
  stopwatch.next = (kind, after) =>
    new Promise((resolve) => {
      const caught = (event) => resolve(after(event.timeStamp));
      addEventListener(kind, caught, { capture: true, once: true });
    });

  const makeUrl = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    stopwatch.made.push(performance.now());
    return makeUrl.call(URL, blob);
  };

  // What the page and its keeper say to each other.
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(address, options) {
      super(address, options);
      this.isKeeper = /keeper/.test(address);
      if (this.isKeeper) this.addEventListener("message", () => stopwatch.heard.push(performance.now()));
    }

    postMessage(...message) {
      if (this.isKeeper) stopwatch.asked.push(performance.now());
      super.postMessage(...message);
    }
  };

  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) stopwatch.longTasks.push({ startTime, duration });
  }).observe({ type: "longtask", buffered: true });
})();
