/**
 * Draws where ash falls, beneath the names and borders: each kind of fall has a pattern whose gaps let the levels
 * through, and which does not grow darker where the hours of several lie over one another. The server says what it is.
 */

/** @type {Record<string, {color: string, draw: (pen: CanvasRenderingContext2D) => void}>} */
const FALLS = {
  ash: {
    color: "#4a2c12",
    draw: (pen) => {
      for (const at of [8, 24]) {
        pen.moveTo(at + 3, at);
        pen.arc(at, at, 3, 0, 7);
      }
    },
  },
  rocks: {
    color: "#8a1c00",
    draw: (pen) => {
      for (const shift of [-32, 0, 32]) {
        pen.moveTo(shift, 32);
        pen.lineTo(shift + 32, 0);
      }
    },
  },
};

/**
 * A tile of 16 x 16 points, drawn twice as fine; white around the colour, to be seen on the dark levels too.
 * @param {{color: string, draw: (pen: CanvasRenderingContext2D) => void}} fall
 */
function tile({ color, draw }) {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = 32;
  const pen = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  for (const [stroke, width] of /** @type {[string, number][]} */ ([["#ffffff", 6], [color, 3]])) {
    pen.beginPath();
    draw(pen);
    pen.strokeStyle = pen.fillStyle = stroke;
    pen.lineWidth = width;
    pen.stroke();
  }
  return pen.getImageData(0, 0, 32, 32);
}

/**
 * @param {import("/map/vendor/maplibre-gl.mjs").Map} map
 * @param {typeof import("/map/vendor/maplibre-gl.mjs")} maplibre
 */
export function showAsh(map, maplibre) {
  for (const [name, fall] of Object.entries(FALLS)) map.addImage(`ash-${name}`, tile(fall), { pixelRatio: 2 });
  map.addSource("ash", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  map.addLayer(
    { id: "ash", type: "fill", source: "ash", paint: { "fill-pattern": ["concat", "ash-", ["get", "of"]] } },
    "border",
  );
  // What falls now has the broad edge.
  map.addLayer(
    {
      id: "ash-edge",
      type: "line",
      source: "ash",
      paint: {
        "line-color": ["match", ["get", "of"], "rocks", FALLS.rocks?.color ?? "", FALLS.ash?.color ?? ""],
        "line-width": ["case", ["get", "now"], 3, 1],
      },
    },
    "border",
  );
  map.on("click", "ash", (event) => {
    const said = document.createElement("div");
    const titles = new Set();
    for (const text of new Set(event.features?.map(({ properties: told }) => JSON.stringify([told.label, told.condition, told.said])))) {
      const [label, condition, hours] = JSON.parse(text);
      if (!titles.has(label))
        for (const title of [label, condition].filter(Boolean))
          said.append(Object.assign(document.createElement("strong"), { textContent: title }), document.createElement("br"));
      titles.add(label);
      said.append(Object.assign(document.createElement("div"), { textContent: hours }));
    }
    new maplibre.Popup({ offset: 12 }).setLngLat(event.lngLat).setDOMContent(said).addTo(map);
  });
}

/**
 * Say in the key what is drawn.
 * @param {{of: string, words: string}[]} lines
 */
export function sayAsh(lines) {
  document.querySelector("#ash-key")?.replaceChildren(
    ...lines.map((one) => {
      const line = document.createElement("span");
      line.append(Object.assign(document.createElement("span"), { className: `key key-${one.of}` }), one.words);
      return line;
    }),
  );
}
