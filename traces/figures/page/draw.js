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
