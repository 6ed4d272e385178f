// The states diagram and the activity diagram.

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
  // Each stands there at most once, so a node serves for good.
  const nodes = (at.fraction > 0 ? frame.half : frame.still)
    .map((i) => run.keptNodes[i] ||= shapeNode(run.kept[i]));
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
  place(svg, [...nodes, ...last]);
}

/// The activity diagram: true time to the right, what is later is blank. Its nodes are made once.
function drawActivity(svg, activity, now, ended) {
  if (!activity.nodes) {
    const looks = activity.looks.map(lookOf);
    const shapes = activity.shapes.map((shape) => decode(shape, looks));
    const put = (parent, motion) => {
      parent.append(...shapes.filter((shape) => shape.motion === motion).map((s) => shapeNode(s)));
      return parent;
    };
    activity.nodes = {
      ground: put(make("g"), none),
      passed: put(make("svg", {x: 0, y: 0, height: activity.height, overflow: "hidden"}), wipes),
      late: shapes.filter((shape) => shape.motion === arrives)
        .map((shape) => ({from: shape.limit, node: shapeNode(shape)})),
      over: make("g"),
      looks,
      bottom: shapes.length ? shapes[0].y : activity.height,
    };
  }
  svg.setAttribute("viewBox", `0 0 ${activity.width} ${activity.height}`);
  const {ground, passed, late, over, looks, bottom} = activity.nodes;
  const share = activity.span > 0 ? between(0, now / activity.span, 1) : 0;
  const x = mix(activity.left, activity.right, share);
  passed.setAttribute("width", ended ? activity.width : (x + 0.01).toFixed(2));
  const front = late.filter(({from}) => ended || x >= from - 0.05).map(({node}) => node);
  if (activity.span > 0 && now <= activity.span) {
    const text = momentText(now);
    const width = Math.max(46, text.length * 6.6 + 14);
    const left = between(2, x - width / 2, activity.width - width - 2);
    front.push(
      make("line", {x1: x, y1: 22, x2: x, y2: bottom, class: "s14", "stroke-width": 1.6}),
      make("rect", {x: left, y: 3, width, height: 20, rx: 4, class: "f14"}),
      words(left + width / 2, 13, text, 8, 11, {"font-weight": 700, "text-anchor": "middle"}));
  }
  place(over, front);
  place(svg, [ground, passed, over, ...svg.querySelectorAll(":scope > defs")]);
  definePatterns(svg, looks);
}
