/** What every map of ours needs before it is drawn: its sheet of styles, and its words in the reader's language. */

/** @type {Record<string, string>} */
export const WORDS = document.documentElement.lang === "ja" ? {
  "Map.Title": "地図",
  "NavigationControl.ZoomIn": "大きくする",
  "NavigationControl.ZoomOut": "小さくする",
  "Popup.Close": "閉じる",
  "CooperativeGesturesHandler.WindowsHelpText": "Ctrl を押しながら回すと、大きさが変わります",
  "CooperativeGesturesHandler.MacHelpText": "⌘ を押しながら回すと、大きさが変わります",
  "CooperativeGesturesHandler.MobileHelpText": "地図は2本の指で動かせます",
} : {};

/**
 * Load a sheet. Drawn before it is there, a map is darkened for seconds by a hint that should not show.
 * @param {string} href
 */
export async function dress(href) {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  await new Promise((done) => {
    sheet.onload = sheet.onerror = done;
    document.head.append(sheet);
  });
}
