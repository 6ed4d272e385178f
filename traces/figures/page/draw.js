"use strict";
// Shapes, as traces/figures/scene.hpp lists them, become SVG nodes. What is drawn is a pure function
// of the data and a moment: event `seq`, and the fraction of the way to the next one. Text only ever
// enters the page as text.

const rectangle = 0, line = 1, arrow = 2, circle = 3, textual = 4;
const none = 0, fades = 1, lands = 2, travels = 3, fills = 4, grows = 5, sticks = 6, yields = 7,
  spans = 8, hangs = 9, wipes = 10, arrives = 11;
const dimmed = 0.28;  // what belongs to another operation than the one that is followed
const footer = 8;     // below the columns

const between = (low, value, high) => Math.max(low, Math.min(high, value));
const mix = (from, to, share) => from + (to - from) * share;

function make(tag, attributes = {}, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) {
    const value = attributes[name];
    node.setAttribute(name, typeof value === "number" ? Math.round(value * 100) / 100 : value);
  }
  if (text !== "") node.textContent = text;
  return node;
}

/// Puts `nodes` into `parent`, in this order, and touches only what differs.
function place(parent, nodes) {
  const keep = new Set(nodes);
  let next = parent.firstChild;
  for (const node of nodes) {
    while (next !== null && !keep.has(next)) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  while (next !== null) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/// A look is the list that page_shapes.cpp writes.
function lookOf([fill, fillAlpha, stroke, strokeAlpha, width, dash, pattern, radius, size, face,
  anchor]) {
  const attributes = {class: (fill ? "f" + fill : "") + (stroke ? " s" + stroke : "")};
  if (!fill) attributes.fill = "none";
  if (fillAlpha < 100) attributes["fill-opacity"] = fillAlpha / 100;
  if (stroke) {
    attributes["stroke-width"] = width;
    if (strokeAlpha < 100) attributes["stroke-opacity"] = strokeAlpha / 100;
    if (dash === 1) attributes["stroke-dasharray"] = "6 4";
    if (dash === 2) {
      attributes["stroke-dasharray"] = "0.01 4";
      attributes["stroke-linecap"] = "round";
    }
  }
  const words = {"font-size": size, class: "f" + fill};
  if (fillAlpha < 100) words["fill-opacity"] = fillAlpha / 100;
  if (face === 1) words["font-weight"] = 700;
  if (face === 2) words.class += " mono";
  if (anchor) words["text-anchor"] = anchor === 1 ? "middle" : "end";
  return {attributes, words, filled: fill > 0, radius, width, pattern, patternInk: stroke || 6, stroke, strokeAlpha};
}

const patternName = (look) => (look.pattern === 1 ? "diagonals-" : "dots-") + look.patternInk;

/// Definitions of the patterns that some of these looks need; they serve the whole page.
function definePatterns(svg, looks) {
  const defs = svg.querySelector("defs") || svg.appendChild(make("defs"));
  for (const look of looks) {
    if (!look.pattern || document.getElementById(patternName(look))) continue;
    const side = look.pattern === 1 ? 7 : 6;
    const pattern = make("pattern",
      {id: patternName(look), patternUnits: "userSpaceOnUse", width: side, height: side});
    pattern.append(look.pattern === 1 ?
      make("path", {d: "M-1 1L1 -1M0 7L7 0M6 8L8 6", class: "s" + look.patternInk,
        "stroke-opacity": 0.5, "stroke-width": 1.1}) :
      make("circle", {cx: 3, cy: 3, r: 0.9, class: "f" + look.patternInk, "fill-opacity": 0.5}));
    defs.append(pattern);
  }
}

const decode = ([code, look, since = 0, op = 0, x = 0, y = 0, w = 0, h = 0, text = "", limit = 0,
  until = 0], looks) => ({kind: code >> 4, motion: code & 15, look: looks[look], since, op, x, y, w,
  h, text, limit, until});

function arrowNode(look, x1, y1, x2, y2, width) {
  const length = Math.hypot(x2 - x1, y2 - y1);
  if (!(length > 0)) return make("g");
  const head = Math.min(6.5 + 2 * width, length), half = 2.8 + 0.9 * width;
  const ux = (x2 - x1) / length, uy = (y2 - y1) / length;
  const bx = x2 - ux * head, by = y2 - uy * head;
  const group = make("g");
  if (length > head) {
    group.append(make("line", {x1, y1, x2: bx, y2: by, ...look.attributes, "stroke-width": width}));
  }
  const points = [[x2, y2], [bx - uy * half, by + ux * half], [bx + uy * half, by - ux * half]];
  group.append(make("polygon", {points: points.map((p) => p.map((v) => v.toFixed(2))).join(" "),
    class: "f" + look.stroke, "fill-opacity": look.strokeAlpha / 100}));
  return group;
}

/// The node of a shape as it stands here; `x`, `y`, `w`, `h` may be others than its own.
function shapeNode(shape, x = shape.x, y = shape.y, w = shape.w, h = shape.h,
  width = shape.look.width) {
  const look = shape.look;
  let node;
  if (shape.kind === textual) {
    node = make("text", {x, y, ...look.words}, shape.text);
  } else if (shape.kind === circle) {
    node = make("circle", {cx: x, cy: y, r: w, ...look.attributes});
  } else if (shape.kind === line) {
    node = make("line", {x1: x, y1: y, x2: w, y2: h, ...look.attributes, "stroke-width": width});
  } else if (shape.kind === arrow) {
    node = arrowNode(look, x, y, w, h, width);
  } else {
    const box = {x, y, width: Math.max(0, w), height: Math.max(0, h), rx: look.radius};
    node = make("rect", {...box, ...look.attributes});
    if (look.pattern) {
      const both = make("g");
      both.append(node, make("rect", {...box, fill: "url(#" + patternName(look) + ")"}));
      node = both;
    }
  }
  if (shape.op) node.setAttribute("data-op", shape.op);
  return node;
}

const words = (x, y, text, ink, size, more = {}) =>
  make("text", {x, y: y + 0.36 * size, class: "f" + ink, "font-size": size, ...more}, text);

/// As format_moment does in interaction_words.cpp.
function momentText(ns) {
  if (ns <= 0) return "0";
  const write = (unit, step, name) => {
    const rest = Math.floor(ns % unit / step);
    if (rest === 0) return Math.floor(ns / unit) + name;
    const digits = String(unit / step + rest).slice(1).replace(/0+$/, "");
    return Math.floor(ns / unit) + "." + digits + name;
  };
  ns = Math.floor(ns);
  if (ns < 1e3) return write(1, 1, " ns");
  if (ns < 1e6) return write(1e3, 100, " µs");
  if (ns < 1e9) return write(1e6, 1e3, " ms");
  return write(1e9, 1e5, " s");
}

/// One run: its events, and its two diagrams.
class Run {
  constructor(data) {
    Object.assign(this, data);
    this.looks = data.looks.map(lookOf);
    this.kept = data.shapes.map((shape) => decode(shape, this.looks));
    this.film = new Film(this, data.film);
    this.stateFrames = null;
  }
  event(seq) { return this.events[seq - this.first]; }
  timeAt({seq, fraction}) {
    const here = seq < this.first ? this.before[0] : this.event(seq)[0];
    return fraction > 0 && seq < this.last ? mix(here, this.event(seq + 1)[0], fraction) : here;
  }
  words(seq) { return seq < this.first ? "" : this.event(seq)[1]; }
  ink(seq) { return this.event(seq)[4]; }
  queued(seq) { return seq < this.first ? this.before[1] : this.event(seq)[6]; }
  inFlight(seq) { return seq < this.first ? this.before[2] : this.event(seq)[7]; }
  /// `seq` and its causes, as far as they are in the page.
  causes(seq) {
    const chain = [];
    while (seq >= this.first && chain.length < 40) {
      chain.push(seq);
      const cause = this.event(seq)[3];
      if (cause >= seq) break;
      seq = cause;
    }
    return chain;
  }
}

const bucketHeight = 256;

/// The interaction diagram: rows scroll under a playhead that stands at 65% of the height.
class Film {
  constructor(run, data) {
    const {width, height, top, gutter, right, queueX, operationsX, rows, columns} = data;
    Object.assign(this, {width, height, top, gutter, right, queueX, operationsX, rows, columns});
    this.run = run;
    this.fixed = [];
    this.long = [];     // what spans several buckets
    this.buckets = [];  // places in `moving`, by y
    this.moving = [];
    for (const one of data.shapes) {
      const shape = decode(one, run.looks);
      if (shape.motion === none || shape.motion === spans || shape.motion === hangs) {
        this.fixed.push(shape);
        continue;
      }
      shape.index = this.moving.push(shape) - 1;
      const [top, bottom] = shape.kind === line || shape.kind === arrow ?
        [Math.min(shape.y, shape.h), Math.max(shape.y, shape.h)] : [shape.y, shape.y + shape.h];
      const first = Math.max(0, Math.floor(top / bucketHeight));
      if (bottom - top > bucketHeight || shape.motion === sticks) this.long.push(shape);
      else (this.buckets[first] ||= []).push(shape);
    }
    this.tracks = data.marbles.map(([name, flat]) => {
      const places = [];
      for (let i = 0; i < flat.length; i += 3) {
        places.push({from: flat[i], x: flat[i + 1], state: flat[i + 2]});
      }
      return [name, places];
    });
    this.nodes = new Map();  // of shapes that change no more
    this.tokensOf = new Map();
    for (const token of data.tokens) {
      if (!this.tokensOf.has(token[0])) this.tokensOf.set(token[0], []);
      this.tokensOf.get(token[0]).push(token);
    }
  }

  row(seq) {
    return this.rows[between(0, seq - this.run.first + 1, this.rows.length - 1)];
  }

  /// How much of what event `seq` draws has happened: its tip keeps to the playhead during the last
  /// `slope` of its row.
  reveal(at, seq, slope = 8) {
    if (seq <= at.seq) return 1;
    if (seq !== at.seq + 1 || at.fraction <= 0) return 0;
    const height = this.row(seq) - this.row(seq - 1);
    const moving = height <= slope ? 1 : slope / height;
    return between(0, (at.fraction - (1 - moving)) / moving, 1);
  }

  draw(svg, size, at, follow, ending) {
    const scale = Math.min(1.25, size.width / this.width);
    const view = {width: size.width / scale, height: Math.max(200, size.height / scale)};
    const left = (this.width - view.width) / 2;
    svg.setAttribute("viewBox", `${left} 0 ${view.width} ${view.height}`);
    const now = this.row(at.seq) + (at.fraction > 0 ?
      (this.row(at.seq + 1) - this.row(at.seq)) * at.fraction : 0);
    const room = view.height - this.top - footer;
    const scroll = Math.max(0, now - this.top - room * 0.65);
    const moment = {at, now, scroll, follow, bottom: view.height - footer};
    let [ground, body, front] = svg.querySelectorAll(":scope > .layer");
    if (!ground) {
      ground = make("g", {class: "layer"});
      body = make("svg", {class: "layer", overflow: "hidden"});
      body.append(make("g"));
      front = make("g", {class: "layer"});
      svg.append(ground, body, front);
    }
    ground.replaceChildren(...this.ground(moment, view), ...this.counts(at.seq));
    for (const [name, value] of Object.entries({x: 0, y: this.top, width: this.width, height: room,
      viewBox: `0 ${this.top} ${this.width} ${room}`})) {
      body.setAttribute(name, value);
    }
    const rows = body.firstChild;
    rows.setAttribute("transform", `translate(0 ${-Math.round(scroll * 100) / 100})`);
    place(rows, this.visible(moment));
    front.replaceChildren(...this.playhead(moment, ending), ...this.tokens(moment),
      ...this.marbles(moment));
  }

  ground({bottom}, view) {
    return this.fixed.map((shape) => {
      if (shape.motion === hangs) {
        return shapeNode(shape, shape.x, shape.y + view.height - this.height);
      }
      if (shape.motion !== spans) return shapeNode(shape);
      return shapeNode(shape, shape.x, shape.y, shape.w,
        shape.kind === rectangle ? bottom - shape.y : bottom);
    });
  }

  counts(seq) {
    const nodes = [];
    const middle = {"text-anchor": "middle"};
    const queued = this.run.queued(seq), inFlight = this.run.inFlight(seq);
    if (this.queueX) {
      nodes.push(words(this.queueX, 51, queued ? queued + " waiting" : "empty", 6, 10.5, middle));
    }
    if (this.operationsX) {
      const text = !inFlight ? "nothing in progress" :
        inFlight + (inFlight === 1 ? " operation" : " operations") + " in progress";
      nodes.push(words(this.operationsX, 51, text, 6, 10.5, middle));
    }
    return nodes;
  }

  visible(moment) {
    const low = moment.scroll + this.top - 60;
    const high = Math.min(moment.scroll + moment.bottom, moment.now) + 40;
    const shapes = this.long.filter((s) => (s.kind === rectangle || s.motion === sticks ?
      s.y < high && (s.motion === sticks ? s.limit : s.y + s.h) > low :
      Math.min(s.y, s.h) < high && Math.max(s.y, s.h) > low));
    for (let i = Math.max(0, Math.floor(low / bucketHeight) - 1); i <= high / bucketHeight; ++i) {
      if (this.buckets[i]) shapes.push(...this.buckets[i]);
    }
    shapes.sort((a, b) => a.index - b.index);
    const nodes = [];
    for (const shape of shapes) {
      const node = this.node(shape, moment);
      if (node) nodes.push(node);
    }
    return nodes;
  }

  /// A shape at a moment; null where nothing of it shows.
  node(shape, moment) {
    const {at, now, follow} = moment;
    if (shape.since > at.seq + 1 || (shape.until && at.seq >= shape.until)) return null;
    const flat = shape.kind === line || shape.kind === arrow;
    const shown = this.reveal(at, shape.since,
      shape.motion === travels ? Math.abs(shape.h - shape.y) : 8);
    if (shown <= 0) return null;
    const dim = follow && shape.op && shape.op !== follow;
    const recent = shape.motion === travels && shape.since >= at.seq && shape.look.width > 1.2;
    let settled = shown >= 1 && !dim && !recent;
    let {x, y, w, h} = shape;
    let alpha = 1;
    switch (shape.motion) {
      case fades:
        alpha = Math.min(1, shown * 1.5);
        break;
      case lands:
        if (shown < 1) return null;
        break;
      case travels:
        w = mix(x, w, shown);
        h = mix(y, h, shown);
        break;
      case fills:
        if (shape.look.filled) w *= shown;
        y = Math.min(y, now - h - 3);
        settled &&= y === shape.y;
        break;
      case grows: {
        if (shown < 1 && shape.since > at.seq) return null;
        const end = flat ? h : y + h;
        const least = flat ? 0 : Math.min(h, 6);
        const until = Math.min(end, Math.max(now, y + least));
        if (until <= y) return null;
        settled &&= until >= end;
        h = flat ? until : until - y;
        break;
      }
      case sticks: {
        settled = false;
        y += Math.max(0, moment.scroll + this.top - this.row(shape.since));
        if (shown < 1 || y + (shape.kind === textual ? 3 : h + 3) > Math.min(shape.limit, now)) {
          return null;
        }
        break;
      }
      case yields:
        if (shown < 1 || Math.abs(y - 4 - now) < 15) return null;
        break;
    }
    if (settled && this.nodes.has(shape.index)) return this.nodes.get(shape.index);
    const node = shapeNode(shape, x, y, w, h, recent ? 2.2 : shape.look.width);
    if (dim) alpha *= dimmed;
    if (alpha < 1) node.setAttribute("opacity", Math.round(alpha * 100) / 100);
    if (settled) this.nodes.set(shape.index, node);
    return node;
  }

  playhead({at, now, scroll}, ending) {
    const y = now - scroll;
    const nodes = [
      make("line", {x1: this.gutter - 2, y1: y, x2: this.right, y2: y, class: "s14",
        "stroke-width": 1.5, "stroke-opacity": 0.95}),
      make("rect", {x: 2, y: y - 10, width: this.gutter - 4, height: 20, rx: 4, class: "f14"})];
    const time = momentText(this.run.timeAt(at));
    nodes.push(words(this.gutter / 2, y, time, 8, time.length > 8 ? 9.5 : 11,
      {"font-weight": 700, "text-anchor": "middle"}));
    if (ending) {
      const ends = words((this.gutter + this.right) / 2, y + 46, ending, 6, 14,
        {"text-anchor": "middle"});
      ends.classList.add("halo");
      nodes.push(ends);
    }
    return nodes;
  }

  tokens({at, scroll, follow}) {
    const nodes = [];
    for (const seq of [at.seq, at.seq + 1]) {
      for (const [, x1, y1, x2, y2, text, ink, op] of this.tokensOf.get(seq) || []) {
        const shown = this.reveal(at, seq, Math.abs(y2 - y1));
        if (shown <= 0) continue;
        const alpha = (seq === at.seq ? 1 - at.fraction : 1) *
          (follow && op !== follow ? dimmed : 1);
        const x = mix(x1, x2, shown) + (x2 > x1 ? -16 : 16);
        const y = mix(y1, y2, shown) - scroll;
        const half = Math.max(9, text.length * 2.9 + 4);
        const token = make("g", {"data-op": op, opacity: alpha});
        token.append(
          make("rect", {x: x - half, y: y - 8.5, width: 2 * half, height: 17, rx: 8.5,
            class: "f" + ink + " s1", "stroke-width": 1}),
          words(x, y, text, 8, 9.5, {"font-weight": 700, "text-anchor": "middle"}));
        nodes.push(token);
      }
    }
    return nodes;
  }

  marbles({at, now, scroll}) {
    const nodes = [];
    for (const [name, places] of this.tracks) {
      let index = places.length - 1;
      while (index >= 0 && places[index].from > at.seq) --index;
      if (index < 0 || places[index].state === 2) continue;
      let {x, state} = places[index];
      const next = places[index + 1];
      if (next && next.from === at.seq + 1 && next.state !== 2) {
        const gone = this.reveal(at, next.from);
        x = mix(x, next.x, gone);
        if (gone > 0.5) state = next.state;
      }
      const waits = state === 1;
      const y = now - scroll;
      nodes.push(
        make("circle", {cx: x, cy: y, r: 10.5, class: waits ? "f1 s15" : "f5 s1",
          "stroke-width": waits ? 2 : 1.5}),
        words(x, y, name, waits ? 6 : 1, name.length > 3 ? 7.5 : 9.5,
          {"font-weight": 700, "text-anchor": "middle"}));
    }
    return nodes;
  }
}

/// What [place, thing...] or [-1, thing...] makes of a list.
function changed(before, changes) {
  if (changes[0] === -1) return changes.slice(1);
  if (changes.length === 0) return before;
  const after = before.slice();
  for (let i = 0; i < changes.length; i += 2) after[changes[i]] = changes[i + 1];
  return after;
}

function stateFramesOf(run) {
  if (run.stateFrames) return run.stateFrames;
  let still = [], tokens = [];
  run.stateFrames = run.states.frames.map(([stillChanges, tokenChanges, halfChanges, moves]) => {
    still = changed(still, stillChanges);
    tokens = changed(tokens, tokenChanges);
    return {still, tokens, half: halfChanges ? changed(still, halfChanges) : still,
      moves: moves || []};
  });
  return run.stateFrames;
}

/// The states diagram; each token glides to its next place.
function drawStates(svg, run, at, follow) {
  const {width, height, faces, tokens} = run.states;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  const frames = stateFramesOf(run);
  const frame = frames[between(0, at.seq - run.first + 1, frames.length - 1)];
  const moves = at.fraction > 0 ? frame.moves : [];
  const nodes = (at.fraction > 0 ? frame.half : frame.still).map((i) => shapeNode(run.kept[i]));
  const last = [];
  const put = (face, x, y, alpha, op) => {
    const token = make("g", {transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`, "data-op": op});
    if (alpha < 100 && op !== follow) token.setAttribute("opacity", alpha / 100);
    if (op === follow) {
      token.append(make("circle", {r: 14.5, class: "f14 s14", "fill-opacity": 0.25,
        "stroke-width": 1.5}));
    }
    token.append(...faces[face].map((i) => shapeNode(run.kept[i])));
    (op === follow ? last : nodes).push(token);
  };
  const moving = new Set(moves.map((move) => move[0]));
  for (const i of frame.tokens) {
    const [face, x, y, alpha, op] = tokens[i];
    if (!moving.has(op)) put(face, x, y, alpha, op);
  }
  for (const [op, face, x1, y1, a1, x2, y2, a2] of moves) {
    put(face, mix(x1, x2, at.fraction), mix(y1, y2, at.fraction), mix(a1, a2, at.fraction), op);
  }
  svg.replaceChildren(...nodes, ...last);
}

/// The activity diagram: true time to the right, what is later is blank.
function drawActivity(svg, activity, now, ended) {
  if (!activity.decoded) {
    const looks = activity.looks.map(lookOf);
    activity.decoded = activity.shapes.map((shape) => decode(shape, looks));
    activity.used = looks;
  }
  svg.setAttribute("viewBox", `0 0 ${activity.width} ${activity.height}`);
  const share = activity.span > 0 ? between(0, now / activity.span, 1) : 0;
  const x = mix(activity.left, activity.right, share);
  const passed = make("svg", {x: 0, y: 0, width: ended ? activity.width : x + 0.01,
    height: activity.height, overflow: "hidden"});
  const ground = make("g"), over = make("g");
  for (const shape of activity.decoded) {
    if (shape.motion === arrives && !ended && x < shape.limit - 0.05) continue;
    (shape.motion === wipes ? passed : shape.motion === none ? ground : over)
      .append(shapeNode(shape));
  }
  const bottom = activity.decoded.length ? activity.decoded[0].y : activity.height;
  if (activity.span > 0 && now <= activity.span) {
    const text = momentText(now);
    const width = Math.max(46, text.length * 6.6 + 14);
    const left = between(2, x - width / 2, activity.width - width - 2);
    over.append(
      make("line", {x1: x, y1: 22, x2: x, y2: bottom, class: "s14", "stroke-width": 1.6}),
      make("rect", {x: left, y: 3, width, height: 20, rx: 4, class: "f14"}),
      words(left + width / 2, 13, text, 8, 11, {"font-weight": 700, "text-anchor": "middle"}));
  }
  svg.replaceChildren(ground, passed, over);
  definePatterns(svg, activity.used);
}
