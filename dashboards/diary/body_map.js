// Feet and lower legs in four views; each place is a button. Left is always on the left.

const SVG = "http://www.w3.org/2000/svg";
export const PLACES = {
  shin: "shin", fibula: "outer lower leg", calf: "calf", achilles: "Achilles tendon", heel: "heel", inner_ankle: "inner ankle",
  outer_ankle: "outer ankle", front_ankle: "front of the ankle", navicular: "inner midfoot",
  fifth_metatarsal: "outer edge of the foot", forefoot: "forefoot", sole: "sole", knee: "knee", groin: "groin",
};
// Outlines of a leg of 80 × 190; side views have their toes on the left.
const VIEWS = {
  Front: {
    shin: "M22 6C18 40 16 70 27 110H53C64 70 62 40 58 6Z",
    front_ankle: "M27 113H53L56 142H24Z",
    forefoot: "M24 145H56C65 160 64 180 40 186C16 180 15 160 24 145Z",
  },
  Back: {
    calf: "M22 6C12 40 14 66 26 92H54C66 66 68 40 58 6Z",
    achilles: "M26 95H54L52 144H28Z",
    heel: "M26 147H54C61 164 58 184 40 186C22 184 19 164 26 147Z",
  },
  Outer: {
    fibula: "M32 6C24 40 28 70 36 106H62C70 70 70 36 64 6Z",
    outer_ankle: "M36 109H62L65 142H34Z",
    fifth_metatarsal: "M34 145H65C74 156 74 178 64 184H10C0 178 6 160 34 145Z",
  },
  Inner: {
    shin: "M32 6C24 40 28 66 36 96H62C70 66 70 36 64 6Z",
    inner_ankle: "M36 99H62L65 126H34Z",
    navicular: "M34 129H65C72 138 73 148 72 154H6C8 146 18 136 34 129Z",
    sole: "M5 157H72C73 172 72 180 66 186H10C2 184 2 170 5 157Z",
  },
};

// The four views; `chosen(foot, place)` is called for a tap, `hurts` holds "left shin".
export function bodyMap(chosen, hurts) {
  const views = document.createElement("div");
  views.className = "views";
  for (const [name, places] of Object.entries(VIEWS)) views.append(view(name, places, chosen, hurts));
  return views;
}

function view(name, places, chosen, hurts) {
  const figure = document.createElement("figure");
  const svg = drawn("svg", { viewBox: "0 0 164 204", role: "group", "aria-label": name });
  for (const foot of ["left", "right"]) {
    // A side view of the left foot from outside is that of the right one from inside, mirrored.
    const mirrored = (name === "Inner") === (foot === "left") && (name === "Inner" || name === "Outer");
    const shift = foot === "left" ? 0 : 84;
    const leg = drawn("g", { transform: mirrored ? `translate(${shift + 80} 0) scale(-1 1)` : `translate(${shift} 0)` });
    for (const [place, outline] of Object.entries(places)) leg.append(button(foot, place, outline, chosen, hurts));
    const word = drawn("text", { x: shift + 40, y: 201 });
    word.textContent = foot;
    svg.append(leg, word);
  }
  const caption = document.createElement("figcaption");
  caption.textContent = name.toLowerCase();
  figure.append(svg, caption);
  return figure;
}

function button(foot, place, outline, chosen, hurts) {
  const label = `${foot} ${PLACES[place]}`;
  const path = drawn("path", { d: outline, role: "button", tabindex: 0, "aria-label": label, class: "place" });
  if (hurts.has(`${foot} ${place}`)) path.classList.add("hurts");
  path.addEventListener("click", () => chosen(foot, place));
  path.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") chosen(foot, place);
  });
  return path;
}

function drawn(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
