/**
 * Draws what is in force over the outlines of the municipalities. The list beside it says the same in words, is made by
 * the server and needs none of this. Everything comes from our own server; the labels use the reader's own fonts.
 */

/** @typedef {{as_of: string, tones: Record<string, string[]>, uncovered: string[]}} Levels */

const LAND = "#fbfcf8";
const SEA = "#dfe4ea";
/** @type {Record<string, {color: string, ink: string, draw: (x: number, y: number) => boolean}>} */
const TONES = {
  5: { color: "#0c0c0c", ink: "#ffffff", draw: (x, y) => (x + y) % 8 < 2 },
  4: { color: "#73218f", ink: "#d9a8ea", draw: (x) => x % 8 < 2 },
  3: { color: "#c4122b", ink: "#ffc4cb", draw: (x, y) => (x % 8) < 3 && (y % 8) < 3 },
  2: { color: "#f5e000", ink: "#8a7f00", draw: (_, y) => y % 8 < 2 },
  1: { color: "#ffffff", ink: "#8a8f98", draw: (x, y) => x % 8 === 0 && y % 8 === 0 },
  0: { color: "#3d4856", ink: "#3d4856", draw: () => false },
};
/**
 * The sign on a shelter's house says how full it is, and the colour says it again.
 * @type {Record<string, [string, (pen: CanvasRenderingContext2D) => void]>}
 */
const SIGNS = {
  room: ["#14532d", (pen) => pen.arc(24, 29, 8, 0, 7)],
  crowded: ["#7a4b00", (pen) => (pen.moveTo(24, 20), pen.lineTo(33, 36), pen.lineTo(15, 36), pen.closePath())],
  full: ["#a01421", (pen) => (pen.moveTo(16, 21), pen.lineTo(32, 37), pen.moveTo(32, 21), pen.lineTo(16, 37))],
  unknown: ["#3d4856", (pen) => (pen.moveTo(15, 29), pen.lineTo(33, 29))],
};
/**
 * The mark of a district: a disc with its level, drawn twice as fine as it is shown.
 * @param {string} name @param {string} color
 */
function disc(name, color) {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = 44;
  const pen = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  const ink = name === "2" || name === "1" ? "#14171c" : color;
  pen.lineWidth = 5;
  for (const [radius, fill, stroke] of /** @type {[number, string, string][]} */ ([[21, "#ffffff", "#ffffff"], [16, "#ffffff", ink]])) {
    pen.beginPath();
    pen.arc(22, 22, radius, 0, 7);
    pen.fillStyle = fill;
    pen.strokeStyle = stroke;
    pen.fill();
    if (radius < 20) pen.stroke();
  }
  pen.fillStyle = ink;
  pen.font = "bold 24px sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(Number(name) > 1 ? name : "!", 22, 23);
  return pen.getImageData(0, 0, 44, 44);
}

const UNCOVERED = { color: SEA, ink: "#6d7683", draw: (/** @type {number} */ x, /** @type {number} */ y) => x % 8 < 2 && y % 8 < 2 };

/**
 * A tile of 16 x 16 pixels: each level has a pattern as well as a colour, for those who do not see the colour.
 * @param {{color: string, ink: string, draw: (x: number, y: number) => boolean}} tone
 */
function tile(tone) {
  const size = 16;
  const data = new Uint8Array(size * size * 4);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const ink = tone.draw(x, y) ? tone.ink : tone.color;
      for (let part = 0; part < 3; part++) data[(y * size + x) * 4 + part] = parseInt(ink.slice(1 + part * 2, 3 + part * 2), 16);
      data[(y * size + x) * 4 + 3] = 255;
    }
  return { width: size, height: size, data };
}

/**
 * A house of 24 x 24 points, drawn twice as fine.
 * @param {string} color @param {(pen: CanvasRenderingContext2D) => void} sign
 */
function house(color, sign) {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = 48;
  const pen = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  pen.lineJoin = "round";
  pen.fillStyle = "#ffffff";
  pen.strokeStyle = color;
  pen.lineWidth = 4;
  pen.beginPath();
  pen.moveTo(24, 3);
  pen.lineTo(45, 19);
  pen.lineTo(45, 45);
  pen.lineTo(3, 45);
  pen.lineTo(3, 19);
  pen.closePath();
  pen.fill();
  pen.stroke();
  pen.lineWidth = 5;
  pen.beginPath();
  sign(pen);
  pen.stroke();
  return pen.getImageData(0, 0, 48, 48);
}

const japanese = document.documentElement.lang === "ja";
const now = document.querySelector("#now");
const atlas = document.querySelector("#atlas");
const box = document.querySelector("#map");
const locate = document.querySelector("#locate");

/** @param {string} query show what holds at a place, without leaving the page or its language */
function look(query) {
  const asked = new URLSearchParams(query);
  const status = new URLSearchParams(location.search).get("status");
  if (status) asked.set("status", status);
  asked.set("lang", document.documentElement.lang);
  history.replaceState(null, "", `/map?${asked}`);
  for (const link of document.querySelectorAll(".top a[hreflang]")) {
    const other = new URLSearchParams(asked);
    other.set("lang", link.getAttribute("hreflang") ?? "");
    link.setAttribute("href", `/map?${other}`);
  }
  if (now instanceof HTMLElement) {
    now.dataset.live = `/map/now?${asked}`;
    now.dispatchEvent(new Event("refresh"));
  }
  box?.dispatchEvent(new CustomEvent("look", { detail: asked }));
}

// Whatever place the page speaks of now, its news come at once.
now?.addEventListener("refreshed", () => {
  const code = now.querySelector("#here-now")?.getAttribute("data-code");
  const drill = new URLSearchParams(location.search).get("status") === "Exercise";
  const stream = code ? `/stream?areas=${code}${drill ? "&statuses=Exercise,Test" : ""}` : "";
  if (!(now instanceof HTMLElement) || stream === (now.dataset.stream ?? "")) return;
  now.dataset.stream = stream;
  now.dispatchEvent(new Event("refresh"));
});

if (locate instanceof HTMLButtonElement && "geolocation" in navigator) {
  locate.hidden = false;
  locate.addEventListener("click", () => {
    locate.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        locate.disabled = false;
        // Three decimals are about 100 m: enough to tell the municipality, too little to tell the house.
        look(`lat=${coords.latitude.toFixed(3)}&lon=${coords.longitude.toFixed(3)}`);
      },
      () => {
        locate.disabled = false; // it may be allowed, or found, the next time
        locate.textContent = japanese ? "場所がわかりません。名前で探してください" : "Place unknown: search by name";
      },
      { maximumAge: 60000, timeout: 10000 },
    );
  });
}

/**
 * The map comes last: the list is there already, and the button for one's own place must not wait for 300 kB.
 * @param {HTMLElement} holder @param {HTMLElement} atlas
 */
async function draw(holder, atlas) {
  const { dress, WORDS } = await import("/static/atlas.js");
  const { sayAsh, showAsh } = await import("./ash.js");
  const maplibre = await import("/map/vendor/maplibre-gl.mjs");
  await dress("/map/vendor/maplibre-gl.css");
  atlas.hidden = false;
  const { areas = "", levels = "", districts = "", ash = "", shelters = "", point, lat, lon, code } = holder.dataset;
  /** @type {number[] | undefined} latitude and longitude of the visitor, where that is known */
  let here = point ? point.split(",").map(Number) : undefined;
  maplibre.setWorkerUrl("/map/vendor/maplibre-gl-worker.mjs");
  const placed = lat && lon;
  const map = new maplibre.Map({
    container: holder,
    locale: WORDS,
    center: here ? [here[1] ?? 0, here[0] ?? 0] : placed ? [Number(lon), Number(lat)] : [137.2, 37.4],
    zoom: here ? 10.5 : placed ? (code?.length === 2 ? 6.5 : 8.5) : innerWidth < 700 ? 3.7 : 4.3,
    minZoom: 3,
    maxZoom: 13,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches,
    style: {
      version: 8,
      sources: { areas: { type: "geojson", data: areas } },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": SEA } },
        { id: "land", type: "fill", source: "areas", paint: { "fill-color": LAND } },
      ],
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  map.on("load", () => {
    const none = ["in", ["get", "code"], ["literal", []]];
    for (const [name, tone] of Object.entries({ uncovered: UNCOVERED, ...TONES })) {
      map.addImage(`tile-${name}`, tile(tone));
      map.addLayer({
        id: `tone-${name}`,
        type: "fill",
        source: "areas",
        filter: /** @type {any} */ (none),
        paint: { "fill-pattern": `tile-${name}` },
      });
    }
    map.addLayer({
      id: "border",
      type: "line",
      source: "areas",
      paint: { "line-color": "#59626f", "line-width": ["interpolate", ["linear"], ["zoom"], 4, 0.2, 9, 1] },
    });
    map.addLayer({
      id: "chosen",
      type: "line",
      source: "areas",
      filter: ["==", ["get", "code"], code ?? ""],
      paint: { "line-color": "#0a4a94", "line-width": 4 },
    });
    map.addLayer({
      id: "name",
      type: "symbol",
      source: "areas",
      filter: ["==", ["geometry-type"], "Point"],
      minzoom: 8,
      // The names begin with their prefecture, which has three letters, or four in 神奈川県, 和歌山県 and 鹿児島県.
      layout: {
        "text-field": japanese
          ? ["slice", ["get", "name"], ["match", ["get", "pref"], ["14", "30", "46"], 4, 3]]
          : ["get", "name_en"],
        "text-size": 13,
      },
      paint: { "text-color": "#14171c", "text-halo-color": "#ffffff", "text-halo-width": 2 },
    });
    showAsh(map, maplibre);
    showDistricts();
    showShelters();
    stand();
    colour();
    now?.addEventListener("refreshed", colour);
  });
  map.on("click", "land", (event) => {
    if (map.queryRenderedFeatures(event.point, { layers: ["shelter", "district"] }).length) return;
    const found = event.features?.[0]?.properties.code;
    if (!found) return;
    map.setFilter("chosen", ["==", ["get", "code"], found]);
    look(`code=${found}`);
  });
  map.on("mousemove", "land", () => (map.getCanvas().style.cursor = "pointer"));

  // Which shelters: around the visitor, or of the place that the page speaks of; of all Japan they would be too many.
  let about = here ? `lat=${here[0]}&lon=${here[1]}&radius_km=20` : code ? `area=${code}` : "";
  let framed = false; // once: whoever moved the map himself must find it where he left it
  const nobody = /** @type {any} */ ({ type: "FeatureCollection", features: [] });

  function showDistricts() {
    for (const [name, tone] of Object.entries(TONES)) map.addImage(`district-${name}`, disc(name, tone.color), { pixelRatio: 2 });
    map.addSource("districts", { type: "geojson", data: nobody });
    map.addLayer(named("district", 9.5, 1.2));
    map.addLayer({
      id: "district",
      type: "symbol",
      source: "districts",
      minzoom: 7,
      layout: {
        "icon-image": ["concat", "district-", ["to-string", ["get", "tone"]]],
        "icon-allow-overlap": true,
        "symbol-sort-key": ["get", "tone"],
      },
    });
    map.on("click", "district", (event) => say(event, ["label", "name"]));
  }

  /**
   * The names beneath signs of a kind, from a zoom on; how far below is in letters.
   * @param {string} kind @param {number} minzoom @param {number} below
   * @returns {any}
   */
  function named(kind, minzoom, below) {
    return {
      id: `${kind}-name`,
      type: "symbol",
      source: `${kind}s`,
      minzoom,
      layout: { "text-field": ["get", "name"], "text-size": 13, "text-anchor": "top", "text-offset": [0, below] },
      paint: { "text-color": "#14171c", "text-halo-color": "#ffffff", "text-halo-width": 2 },
    };
  }

  /** @param {any} event @param {string[]} names of what the popup says of what was pressed */
  function say(event, names) {
    const said = event.features?.[0]?.properties;
    if (said) new maplibre.Popup({ offset: 12 }).setLngLat(event.lngLat).setText(names.map((name) => said[name]).filter(Boolean).join(" ")).addTo(map);
  }

  /**
   * Ask for what is to be drawn, draw it, and show its line of the key where there is anything.
   * @param {string} name of the source @param {string} line of the key @param {string} address nothing is asked for without one
   */
  async function place(name, line, address) {
    let told = nobody;
    if (address) {
      const response = await fetch(address, { cache: "no-cache" });
      if (!response.ok) throw new Error(name);
      told = await response.json();
    }
    const features = told.features.filter((/** @type {any} */ one) => one.geometry);
    /** @type {any} */ (map.getSource(name)).setData({ ...told, features });
    const key = document.querySelector(line);
    if (key instanceof HTMLElement) key.hidden = !told.features.length;
    return { ...told, features, count: told.features.length };
  }

  function showShelters() {
    for (const [name, [color, draw]] of Object.entries(SIGNS)) map.addImage(`shelter-${name}`, house(color, draw), { pixelRatio: 2 });
    map.addSource("shelters", { type: "geojson", data: nobody });
    // The upper layer is placed first: a name gives way to a sign, and no sign to a name.
    map.addLayer(named("shelter", 10, 0.4));
    map.addLayer({
      id: "shelter",
      type: "symbol",
      source: "shelters",
      layout: {
        "icon-image": ["match", ["get", "crowding"], "空き", "shelter-room", "混雑", "shelter-crowded", "定員一杯", "shelter-full", "shelter-unknown"],
        "icon-allow-overlap": true,
        "icon-anchor": "bottom",
      },
    });
    map.on("click", "shelter", (event) => say(event, ["name", "crowding", "address"]));
  }

  function stand() {
    const data = /** @type {any} */ (here ? { type: "Point", coordinates: [here[1], here[0]] } : nobody);
    const source = /** @type {any} */ (map.getSource("here"));
    if (source) return source.setData(data);
    map.addSource("here", { type: "geojson", data });
    map.addLayer({
      id: "here",
      type: "circle",
      source: "here",
      paint: { "circle-radius": 6, "circle-color": "#0a4a94", "circle-stroke-color": "#ffffff", "circle-stroke-width": 3 },
    });
  }

  holder.addEventListener("look", (event) => {
    const asked = /** @type {CustomEvent<URLSearchParams>} */ (event).detail;
    const [at, lat, lon] = [asked.get("code"), asked.get("lat"), asked.get("lon")];
    here = lat && lon ? [Number(lat), Number(lon)] : undefined;
    about = here ? `lat=${lat}&lon=${lon}&radius_km=20` : at ? `area=${at}` : "";
    if (here) map.jumpTo({ center: [here[1] ?? 0, here[0] ?? 0], zoom: 10.5 });
    if (map.getSource("here")) stand();
  });

  /** @param {any[]} features of shelters */
  function frame(features) {
    if (features.length && !here && !framed) {
      const bounds = new maplibre.LngLatBounds();
      for (const one of features) bounds.extend(one.geometry.coordinates);
      map.fitBounds(bounds, { padding: 60, maxZoom: 10.5, animate: false });
    }
    framed = true;
  }

  async function colour() {
    try {
      const response = await fetch(levels, { cache: "no-cache" });
      /** @type {Levels} */
      const told = await response.json();
      for (const name of Object.keys(TONES))
        map.setFilter(`tone-${name}`, ["in", ["get", "code"], ["literal", told.tones[name] ?? []]]);
      map.setFilter("tone-uncovered", ["in", ["get", "code"], ["literal", told.uncovered]]);
      const falling = await place("ash", "#ash-key", ash);
      sayAsh(falling.key);
      holder.dataset.falls = `${falling.count}`;
      holder.dataset.districts = `${(await place("districts", "#district-key", districts)).count}`;
      const open = await place("shelters", "#shelter-key", about && `${shelters}${shelters.includes("?") ? "&" : "?"}${about}`);
      frame(open.features);
      holder.dataset.placed = `${open.count}`;
      holder.removeAttribute("data-old");
    } catch {
      holder.setAttribute("data-old", "");
    }
    holder.dataset.drawn = "true";
  }
}

if (box instanceof HTMLElement && atlas instanceof HTMLElement)
  draw(box, atlas).catch(() => {
    atlas.hidden = true; // no library or no WebGL here: the list says it all
  });

// What was seen last stays readable when the network is gone; the page says how old it is.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/map/worker.js", { scope: "/map" })
    .then(() => navigator.serviceWorker.ready)
    .then(({ active }) => active?.postMessage("keep"))
    .catch(() => {});
}
