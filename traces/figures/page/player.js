// Time and what is looked at. The state is one object; `paint` draws all of the page from it.

const data = JSON.parse(document.getElementById("data").textContent);
const runs = data.runs.map((run) => new Run(run));
const byId = (id) => document.getElementById(id);
const views = ["interaction", "states", "activity"];
const themes = ["dark", "light", "contrast"];
const secondsPerEvent = 0.7;
const stepSeconds = 0.22;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const state = {
  run: 0,
  activity: 0,
  seq: 0,
  fraction: 0,
  view: "interaction",
  follow: 0,
  exponent: 0,           // of the speed, a power of two
  playing: false,
  glide: null,           // a step on its way: {to, from, share}
  horizon: Infinity,     // a question is open: nothing after this event
  hides: false,          // there is more to see, but not in this page or not yet
};
/// lesson.js replaces these.
const lessonKeys = {enter: null, back: null, next: null};

const run = () => runs[state.run];
const reach = () => Math.min(run().last, state.horizon);
const start = () => run().first - 1;
const eased = (t) => t * t * (3 - 2 * t);

// ---- Moving ----

function stop() {
  state.playing = false;
  state.glide = null;
}

function goTo(seq) {
  stop();
  state.seq = between(start(), seq, reach());
  state.fraction = 0;
  paint();
}

/// One event on or back; what moves glides there, also backwards.
function step(direction) {
  if (state.glide) finishGlide();
  const between_ = state.fraction > 0;
  stop();
  const to = direction > 0 ? state.seq + 1 : between_ ? state.seq : state.seq - 1;
  if (to < start() || to > reach()) return goTo(state.seq);
  if (calm.matches) return goTo(to);
  if (direction > 0) {
    state.glide = {to, from: state.fraction, until: 1};
  } else {
    state.glide = {to, from: between_ ? state.fraction : 1, until: 0};
    state.seq = to;
  }
  state.fraction = state.glide.from;
  awake();
  paint();
}

function finishGlide() {
  state.seq = state.glide.to;
  state.fraction = 0;
  state.glide = null;
}

function togglePlay() {
  if (state.glide) finishGlide();
  if (!state.playing && state.seq >= reach()) state.seq = state.horizon < run().last ? reach() : start();
  state.playing = !state.playing && state.seq < reach();
  state.fraction = 0;
  awake();
  paint();
}

/// Where nothing but time passes, less is to be seen.
function pace(seq) {
  const film = run().film;
  return between(0.4, (film.row(seq + 1) - film.row(seq)) / 22, 1.8);
}

function advance(seconds) {
  if (state.glide) {
    const glide = state.glide;
    glide.share = (glide.share || 0) + seconds / stepSeconds;
    if (glide.share >= 1) finishGlide();
    else state.fraction = mix(glide.from, glide.until, glide.share);
    return;
  }
  while (state.playing && seconds > 0) {
    const length = secondsPerEvent * pace(state.seq) / 2 ** state.exponent;
    const left = (1 - state.fraction) * length;
    if (seconds < left) {
      state.fraction += seconds / length;
      return;
    }
    seconds -= left;
    state.seq += 1;
    state.fraction = 0;
    if (state.seq >= reach()) state.playing = false;
    if (calm.matches) return;
  }
}

let lastFrame = 0;
let asked = false;
function awake() {
  if (asked) return;
  asked = true;
  lastFrame = 0;
  requestAnimationFrame(onFrame);
}
function onFrame(time) {
  asked = false;
  const seconds = lastFrame ? Math.min(0.1, (time - lastFrame) / 1000) : 0;
  const before = lastFrame;
  advance(seconds);
  paint();
  if (state.playing || state.glide) awake();
  lastFrame = asked ? time : before;
}

// ---- Drawing ----

/// Where the drawing stands; with reduced motion never between two events.
function moment() {
  const fraction = calm.matches ? 0 : state.fraction;
  return {seq: state.seq, fraction: Math.min(fraction, 0.9999)};
}

function endingWords() {
  if (state.seq < reach()) return "";
  if (state.horizon < run().last || state.hides) return "What happens next is hidden until you answer.";
  if (run().ends) return "The run ends here.";
  return run().last < run().count ?
    `This page ends here, with event ${run().last} of ${run().count}.` : "The trace ends here.";
}

const viewNames = {
  interaction: "Interaction: who hands what to whom",
  states: "The state of each operation",
  activity: "Activity: what each thread does over time",
};

/// On paper the stage has another shape than on the screen; player.css has these figures, too.
const paper = () => ({width: 1090, height: lesson ? 360 : 610});

function paint(printed = false) {
  const at = moment();
  const soft = {seq: at.seq, fraction: eased(at.fraction)};
  const picture = byId("picture");
  const size = printed ? paper() : picture.getBoundingClientRect();
  if (picture.dataset.view !== state.view || picture.dataset.run !== String(state.run)) {
    picture.replaceChildren();
    picture.dataset.view = state.view;
    picture.dataset.run = state.run;
    picture.setAttribute("aria-label", viewNames[state.view]);
  }
  if (state.view === "interaction") {
    run().film.draw(picture, size, soft, state.follow, endingWords());
    definePatterns(picture, run().looks);
  } else if (state.view === "states") {
    drawStates(picture, run(), soft, state.follow);
  } else {
    const ended = data.activities[state.activity].groups > 1 && at.seq === run().last && run().ends;
    drawActivity(picture, data.activities[state.activity], run().timeAt(at), ended);
  }
  const beside = state.view !== "states" && run().states.tokens.length > 0;
  if (beside && byId("side").clientWidth > 0) drawStates(byId("states"), run(), soft, state.follow);
  byId("side").className = beside ? "" : "alone";
  paintWords();
  paintTransport(at);
}

let wordsShown = null;
function paintWords() {
  const key = `${state.run} ${state.seq} ${state.follow} ${reach()}`;
  if (wordsShown === key) return;
  wordsShown = key;
  const {seq} = state;
  byId("player").dataset.at = seq;
  byId("words").setAttribute("aria-live", state.playing ? "off" : "polite");
  byId("words").textContent = run().words(seq) ||
    (seq > 0 ? "Before the first event of this page." :
      "Before the first event. Press Space to play, or → to step.");
  byId("stamp").textContent = seq < run().first ? "" :
    `${momentText(run().timeAt({seq, fraction: 0}))} · #${seq}`;
  byId("dot").setAttribute("class", "f" + (seq < run().first ? 7 : run().ink(seq)));
  const chain = run().causes(seq);
  const items = chain.map((cause, i) => {
    const item = document.createElement("li");
    const dot = make("svg", {viewBox: "0 0 10 10", "aria-hidden": "true"});
    dot.append(make("circle", {cx: 5, cy: 5, r: 4.5, class: "f" + run().ink(cause)}));
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = run().words(cause);
    button.title = i === 0 ? "Now" : `Because of event ${cause}: go there`;
    button.addEventListener("click", () => goTo(cause));
    item.append(dot, button);
    return item;
  });
  if (chain.length && run().event(chain.at(-1))[3] !== 0) {
    const cut = document.createElement("li");
    cut.className = "cut";
    cut.textContent = "… and so on, back to the run’s start";
    items.push(cut);
  }
  byId("causes").replaceChildren(...items);
  byId("why").scrollTop = 0;
}

function speedText() {
  return state.exponent < 0 ? ["½×", "¼×", "⅛×"][-state.exponent - 1] : 2 ** state.exponent + "×";
}

function paintTransport(at) {
  const back = at.seq > start() || at.fraction > 0, forward = at.seq < reach();
  byId("start").disabled = byId("back").disabled = !back;
  byId("end").disabled = byId("forward").disabled = !forward;
  byId("play").className = state.playing ? "playing" : "";
  byId("play").setAttribute("aria-label", state.playing ? "Pause" : "Play");
  byId("speed").textContent = speedText();
  for (const tab of byId("tabs").querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", tab.dataset.view === state.view);
    tab.tabIndex = tab.dataset.view === state.view ? 0 : -1;
  }
  const scrub = byId("scrub");
  scrub.min = start();
  scrub.max = Math.max(reach(), start() + 1);
  scrub.value = at.seq;
  scrub.setAttribute("aria-valuetext", `${at.seq} of ${reach()}: ${byId("words").textContent}`);
  paintStrip(at);
}

/// A bar stands for one or more events, as high as the weightiest of them. What a question hides has
/// no bars, and the room left for it says nothing of how much there is.
let stripKey = "";
let bars = [];
function paintStrip(at) {
  const strip = byId("strip");
  const width = byId("overview").clientWidth - 14, height = 34;
  const hidden = state.horizon < run().last || state.hides;
  const room = hidden ? width * 0.8 : width;
  const first = run().first, count = Math.max(1, reach() - start());
  const key = [state.run, reach(), width].join(" ");
  if (key !== stripKey) {
    stripKey = key;
    bars = [];
    const shown = Math.max(1, Math.min(count, Math.floor(room / 5)));
    for (let i = 0; i < shown; ++i) {
      let weight = 0, ink = 6;
      const until = start() + Math.round((i + 1) / shown * count);
      for (let seq = first + Math.round(i / shown * count); seq <= until && seq <= reach(); ++seq) {
        if (run().event(seq)[5] <= weight) continue;
        weight = run().event(seq)[5];
        ink = run().event(seq)[4];
      }
      const high = weight / 100 * (height - 11);
      bars.push(make("rect", {x: i * room / shown, y: height + 5 - 6 - high,
        width: Math.max(1.5, Math.min(14, room / shown - 2)), height: high, rx: 1, class: "f" + ink}));
    }
    const extra = hidden ? [words(room + width * 0.1, height / 2 + 5, "hidden", 7, 11,
      {"text-anchor": "middle"})] : [];
    strip.replaceChildren(...bars, ...extra, make("path", {class: "f14 head"}));
  }
  const share = (at.seq + at.fraction - start()) / count;
  bars.forEach((bar, i) => bar.classList.toggle("ahead", (i + 0.5) / bars.length > share));
  const x = Math.round(share * room * 10) / 10;
  strip.querySelector(".head").setAttribute("d",
    `M${x - 5} 0h10l-4 6v${height - 2}h-2v${2 - height}z`);
}

// ---- What a person does ----

function show(view) {
  state.view = view;
  paint();
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  for (const button of document.querySelectorAll("[data-theme-name]")) {
    button.setAttribute("aria-pressed", button.dataset.themeName === name);
  }
}

function faster(by) {
  state.exponent = between(-3, state.exponent + by, 6);
  paint();
}

const keys = {
  ArrowRight: () => step(1),
  ArrowLeft: () => step(-1),
  ArrowUp: () => faster(1),
  ArrowDown: () => faster(-1),
  " ": togglePlay,
  Home: () => goTo(start()),
  End: () => goTo(reach()),
  1: () => show("interaction"),
  2: () => show("states"),
  3: () => show("activity"),
  t: () => setTheme(themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % 3]),
  "?": () => byId("help").showModal(),
  Escape: () => {
    state.follow = 0;
    paint();
  },
  Enter: () => lessonKeys.enter?.(),
  PageUp: () => lessonKeys.back?.(),
  PageDown: () => lessonKeys.next?.(),
};

/// Whoever types, or presses a button with the keyboard, means that and not the player.
function ownsKey(target, key) {
  if (target === byId("scrub")) return false;
  if (target.matches("input[type=text], textarea, select")) {
    return !["Escape", "PageUp", "PageDown"].includes(key) && !(key === "Enter" && !target.matches("textarea"));
  }
  if (target.matches("input[type=radio]")) return key.startsWith("Arrow") || key === " ";
  return target.matches("button, a") && (key === " " || key === "Enter");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || byId("help").open) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (!keys[key] || ownsKey(event.target, key)) return;
  event.preventDefault();
  keys[key]();
});
for (const [id, act] of Object.entries({
  start: () => goTo(start()), back: () => step(-1), play: togglePlay, forward: () => step(1),
  end: () => goTo(reach()), slower: () => faster(-1), faster: () => faster(1),
  "help-button": () => byId("help").showModal(),
})) {
  byId(id).addEventListener("click", act);
}
byId("scrub").addEventListener("input", (event) => goTo(Number(event.target.value)));
for (const tab of byId("tabs").querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => show(tab.dataset.view));
}
for (const button of document.querySelectorAll("[data-theme-name]")) {
  button.addEventListener("click", () => setTheme(button.dataset.themeName));
}
for (const svg of [byId("picture"), byId("states")]) {
  svg.addEventListener("click", (event) => {
    const op = Number(event.target.closest("[data-op]")?.dataset.op || 0);
    state.follow = op === state.follow ? 0 : op;
    paint();
  });
}
byId("stage").addEventListener("wheel", (event) => {
  event.preventDefault();
  if (Math.abs(event.deltaY) > 2) goTo(state.seq + (event.deltaY > 0 ? 1 : -1));
}, {passive: false});

/// #at=37&view=states&theme=light&follow=3
function readAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (views.includes(wanted.get("view"))) state.view = wanted.get("view");
  if (themes.includes(wanted.get("theme"))) setTheme(wanted.get("theme"));
  if (wanted.has("follow")) state.follow = Number(wanted.get("follow")) || 0;
  if (wanted.has("at")) goTo(Number(wanted.get("at")) || 0);
  else paint();
}

function begin() {
  const heading = runs[0];
  byId("title").textContent = data.title;
  byId("program").textContent = heading.program;
  byId("system").textContent = heading.system;
  byId("system").classList.toggle("simulated", heading.simulated);
  byId("note").textContent = byId("note").title = data.note;
  setTheme(matchMedia("(prefers-contrast: more)").matches ? "contrast" :
    matchMedia("(prefers-color-scheme: light)").matches ? "light" : "dark");
  state.seq = start();
  new ResizeObserver(() => paint()).observe(byId("stage"));
  addEventListener("hashchange", readAddress);
  addEventListener("beforeprint", () => paint(true));
  addEventListener("afterprint", () => paint());
}
