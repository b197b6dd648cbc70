/** Helps to write an order: finds a district by name or kana, and takes the corners of an area from a map. */

import { dress, WORDS } from "/static/atlas.js";

const filter = document.querySelector("#filter");
if (filter instanceof HTMLInputElement)
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim();
    for (const row of document.querySelectorAll(".places li"))
      if (row instanceof HTMLElement)
        row.hidden = wanted !== "" && !(row.dataset.name ?? "").includes(wanted) && !row.querySelector("input:checked:not([value=''])");
  });

const drawing = document.querySelector("#drawing");
drawing?.addEventListener("toggle", () => sketch().catch(() => {}), { once: true });

/** The map is loaded only where somebody wants to draw; without it the corners can be typed. */
async function sketch() {
  const holder = document.querySelector("#sketch");
  const tools = document.querySelector("#sketch-tools");
  const text = document.querySelector("#drawn_polygon");
  if (!(holder instanceof HTMLElement) || !(tools instanceof HTMLElement) || !(text instanceof HTMLTextAreaElement)) return;
  const maplibre = await import("/static/vendor/maplibre-gl.mjs");
  await dress("/static/vendor/maplibre-gl.css");
  const areas = await (await fetch(holder.dataset.areas ?? "")).json();
  holder.hidden = tools.hidden = false;
  maplibre.setWorkerUrl("/static/vendor/maplibre-gl-worker.mjs");
  const bounds = new maplibre.LngLatBounds();
  for (const { properties, geometry } of areas.features)
    if (properties.code === holder.dataset.code) for (const corner of cornersOf(geometry.coordinates)) bounds.extend(corner);
  const map = new maplibre.Map({
    container: holder,
    locale: WORDS,
    center: [Number(holder.dataset.lon), Number(holder.dataset.lat)],
    zoom: 10,
    attributionControl: false,
    cooperativeGestures: matchMedia("(pointer: coarse)").matches, // one finger goes on scrolling the page
    dragRotate: false,
    style: {
      version: 8,
      sources: {
        areas: { type: "geojson", data: areas },
        drawn: { type: "geojson", data: shape([]) },
      },
      layers: [
        { id: "sea", type: "background", paint: { "background-color": "#dfe4ea" } },
        { id: "land", type: "fill", source: "areas", paint: { "fill-color": "#fbfcf8" } },
        { id: "border", type: "line", source: "areas", paint: { "line-color": "#59626f" } },
        { id: "own", type: "line", source: "areas", filter: ["==", ["get", "code"], holder.dataset.code ?? ""], paint: { "line-color": "#0a4a94", "line-width": 4 } },
        { id: "inside", type: "fill", source: "drawn", paint: { "fill-color": "#73218f", "fill-opacity": 0.35 } },
        { id: "edge", type: "line", source: "drawn", paint: { "line-color": "#73218f", "line-width": 3 } },
        { id: "corner", type: "circle", source: "drawn", paint: { "circle-color": "#73218f", "circle-radius": 6 } },
        {
          id: "name",
          type: "symbol",
          source: "areas",
          filter: ["==", ["geometry-type"], "Point"],
          minzoom: 8,
          // The names begin with their prefecture, which has three letters, or four in 神奈川県, 和歌山県 and 鹿児島県.
          layout: { "text-field": ["slice", ["get", "name"], ["match", ["get", "pref"], ["14", "30", "46"], 4, 3]], "text-size": 13 },
          paint: { "text-color": "#14171c", "text-halo-color": "#ffffff", "text-halo-width": 2 },
        },
      ],
    },
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 16, animate: false });
  map.on("click", (event) => write([...read(), [event.lngLat.lng, event.lngLat.lat]]));
  map.on("load", show);
  text.addEventListener("input", show);
  document.querySelector("#undo")?.addEventListener("click", () => write(read().slice(0, -1)));
  document.querySelector("#wipe")?.addEventListener("click", () => write([]));

  /** @returns {number[][]} corners as longitude, latitude; the text has CAP's order */
  function read() {
    const pairs = (/** @type {HTMLTextAreaElement} */ (text)).value.trim().split(/\s+/).filter(Boolean);
    return pairs.map((pair) => pair.split(",").map(Number).reverse()).filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
  }

  /** @param {number[][]} corners */
  function write(corners) {
    (/** @type {HTMLTextAreaElement} */ (text)).value = corners.map(([lon = 0, lat = 0]) => `${lat.toFixed(5)},${lon.toFixed(5)}`).join(" ");
    show();
  }

  function show() {
    const source = map.getSource("drawn");
    if (source && "setData" in source) /** @type {any} */ (source).setData(shape(read()));
  }
}

/** @param {any[]} nested coordinates of any GeoJSON geometry @returns {[number, number][]} longitude, latitude */
function cornersOf(nested) {
  return typeof nested[0] === "number" ? [/** @type {[number, number]} */ (nested)] : nested.flatMap(cornersOf);
}

/** @param {number[][]} corners @returns {any} the corners and, from the third on, the area that they enclose */
function shape(corners) {
  const points = corners.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
  const ring = { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [[...corners, corners[0]]] } };
  return { type: "FeatureCollection", features: corners.length > 2 ? [ring, ...points] : points };
}
