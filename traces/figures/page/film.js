// A run, and its interaction diagram: a still picture whose rows scroll under a playhead.

/// One run: its events, and its two diagrams.
class Run {
  constructor(data) {
    Object.assign(this, data);
    this.looks = data.looks.map(lookOf);
    this.kept = data.shapes.map((shape) => decode(shape, this.looks));
    this.film = new Film(this, data.film);
    this.keptNodes = [];
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
    if (this.groundHeight !== view.height) this.groundNodes = this.ground(moment, view);
    this.groundHeight = view.height;
    place(ground, [...this.groundNodes, ...this.counts(at.seq)]);
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
