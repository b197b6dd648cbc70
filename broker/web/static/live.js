/**
 * Keeps parts of a page fresh. `<section data-live="/url" data-every="15" data-stream="/stream">` is asked for again
 * every so many seconds, and at once when the stream says that something happened; only what changed is touched, so
 * that nothing flickers and nobody loses the place where he reads. When the answers stop, the part says how old it is.
 */

const MISSED = 3; // rounds, after which a part is old
const OLD_MIN_S = 20;

/**
 * Make `old` equal to `fresh`, touching only what differs. Children are matched by id, else by position.
 * @param {Element} old
 * @param {Element} fresh
 */
function morph(old, fresh) {
  for (const name of old.getAttributeNames())
    if (!fresh.hasAttribute(name) && !(name === "open" && old.tagName === "DETAILS")) old.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) {
    const value = fresh.getAttribute(name) ?? "";
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morphChildren(old, fresh);
}

/**
 * @param {Element} old
 * @param {Element} fresh
 */
function morphChildren(old, fresh) {
  const byId = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  /** @type {ChildNode | null} */
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const named = wanted instanceof Element && wanted.id ? byId.get(wanted.id) : undefined;
    if (named && named !== at) old.insertBefore(named, at);
    const here = named ?? at;
    if (here && here.isEqualNode(wanted)) {
      at = here.nextSibling;
    } else if (here instanceof Element && wanted instanceof Element && here.tagName === wanted.tagName && here.id === wanted.id) {
      if (wanted.id) here.classList.remove("fresh");
      morph(here, wanted);
      at = here.nextSibling;
    } else if (here && !(here instanceof Element) && here.nodeType === wanted.nodeType) {
      here.nodeValue = wanted.nodeValue;
      at = here.nextSibling;
    } else {
      old.insertBefore(wanted, at);
      if (wanted instanceof Element && wanted.id) wanted.classList.add("fresh");
    }
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** @param {number} seconds @param {string} language */
function age(seconds, language) {
  const [count, ja, en] =
    seconds >= 86400 ? [seconds / 86400, "日", "d"]
    : seconds >= 3600 ? [seconds / 3600, "時間", "h"]
    : seconds >= 60 ? [seconds / 60, "分", "min"]
    : [seconds, "秒", "s"];
  return language === "ja" ? `${Math.floor(count)}${ja}` : `${Math.floor(count)} ${en}`;
}

/**
 * A page that is come back to may be a copy of before.
 * @param {() => void} then
 */
function onComingBack(then) {
  const [way] = performance.getEntriesByType("navigation");
  const isBack = way instanceof PerformanceNavigationTiming && way.type === "back_forward";
  addEventListener("pageshow", (event) => {
    if (event.persisted || isBack) then();
  });
}

/** @param {HTMLElement} part */
function keepFresh(part) {
  const every = Number(part.dataset.every ?? "30") * 1000;
  const oldAfterS = Math.max(OLD_MIN_S, (MISSED * every) / 1000);
  // The page itself may be a kept copy: until an answer came it is as old as it says.
  let heard = navigator.serviceWorker?.controller ? toldAt(Date.now()) : Date.now();
  let busy = false;
  let again = false;
  const notice = part.previousElementSibling;

  function sayAge() {
    if (!(notice instanceof HTMLElement) || !notice.classList.contains("old")) return;
    const old = (Date.now() - heard) / 1000;
    const stale = old > oldAfterS;
    if (stale) {
      const words = document.documentElement.lang === "ja"
        ? `つながりません。${age(old, "ja")}前の情報を表示しています。ほかの手段でも確かめてください。`
        : `No connection. What you see is ${age(old, "en")} old. Check by other means too.`;
      if (notice.textContent !== words) notice.textContent = words;
    }
    notice.hidden = !stale;
    document.documentElement.toggleAttribute("data-stale", stale);
  }

  /**
   * When the server made what is shown, by its own clock: only asked where it may be a kept copy.
   * @param {number} otherwise
   */
  function toldAt(otherwise) {
    return Date.parse(part.querySelector("time[data-as-of]")?.getAttribute("datetime") ?? "") || otherwise;
  }

  async function refresh() {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      const response = await fetch(part.dataset.live ?? "", { cache: "no-cache", headers: { Accept: "text/html" } });
      if (response.redirected || response.status === 403) location.reload();
      if (!response.ok) throw new Error(String(response.status));
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      morphChildren(part, fresh.body);
      heard = response.headers.has("x-kept-copy") ? toldAt(heard) : Date.now();
      part.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
    } catch {
      /* the age of what is shown says it */
    }
    busy = false;
    sayAge();
    if (again) {
      again = false;
      setTimeout(refresh, 300);
    }
  }

  /** @type {EventSource | undefined} */
  let stream;
  let listening = "";
  function listen() {
    if ((part.dataset.stream ?? "") === listening) return;
    stream?.close();
    listening = part.dataset.stream ?? "";
    if (listening === "") return;
    stream = new EventSource(listening);
    for (const kind of ["message", "alert"]) stream.addEventListener(kind, () => setTimeout(refresh, 150));
  }

  part.addEventListener("refresh", () => {
    listen();
    refresh();
  });
  setInterval(refresh, every);
  setInterval(sayAge, 5000);
  addEventListener("online", refresh);
  onComingBack(refresh);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  listen();
  if (navigator.serviceWorker?.controller) refresh();
}

for (const part of document.querySelectorAll("[data-live]")) if (part instanceof HTMLElement) keepFresh(part);

// A form that sends something is sent once, however often it is pressed, and who comes back to it is shown what is now.
const SENT = `sent from ${location.pathname}`;
for (const form of document.querySelectorAll("form[data-once]"))
  form.addEventListener("submit", () => {
    sessionStorage.setItem(SENT, "");
    setTimeout(() => form.querySelectorAll("button").forEach((button) => button.setAttribute("disabled", "")), 0);
  });
onComingBack(() => {
  if (sessionStorage.getItem(SENT) === null) return;
  sessionStorage.removeItem(SENT);
  location.replace(location.href);
});
