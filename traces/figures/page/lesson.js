// A lesson beside the player. In the page with answers it asks, judges and reveals; a handout ends
// with a question, and nothing to judge an answer with is in it.

const lesson = data.lesson;
const learner = {step: 0, furthest: 0, given: [], verdicts: []};

const stepOf = (index) => lesson.steps[index];
const isOpen = (index) => Boolean(stepOf(index).open) && !learner.verdicts[index];
const phaseOf = (index) => isOpen(index) ? stepOf(index).open : stepOf(index).closed;

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const name in attributes) {
    if (name === "onclick" || name === "oninput") node.addEventListener(name.slice(2), attributes[name]);
    else if (attributes[name] === true) node.setAttribute(name, "");
    else if (attributes[name] !== false) node.setAttribute(name, attributes[name]);
  }
  node.append(...children);
  return node;
}

/// [style, words, style, words...]
function styled(runsOfText) {
  const tags = ["", "strong", "em", "code"];
  const nodes = [];
  for (let i = 0; i < runsOfText.length; i += 2) {
    const tag = tags[runsOfText[i]];
    nodes.push(tag ? element(tag, {}, runsOfText[i + 1]) : runsOfText[i + 1]);
  }
  return nodes;
}

/// Blocks of prose: paragraphs, headings, list items, code.
function prose(blocks) {
  const nodes = [];
  let list = null, item = null, level = 0;
  for (const [kind, depth, ordinal, ...text] of blocks || []) {
    if (kind === 2) {
      const tag = ordinal ? "ol" : "ul";
      if (!list || depth > level) {
        const inner = element(tag, ordinal ? {start: ordinal} : {});
        if (list && depth > level) item.append(inner);
        else nodes.push(inner);
        list = inner;
      } else {
        for (; level > depth; --level) list = list.parentNode.closest("ul, ol") || list;
      }
      level = depth;
      item = element("li", {}, ...styled(text));
      list.append(item);
      continue;
    }
    if (depth > 0 && kind === 0 && item) {  // goes on within its item
      item.append(element("p", {}, ...styled(text)));
      continue;
    }
    list = item = null;
    level = 0;
    if (kind === 3) nodes.push(element("pre", {}, element("code", {}, text.filter((_, i) => i % 2).join(""))));
    else nodes.push(element(kind === 1 ? "h4" : "p", {}, ...styled(text)));
  }
  return nodes;
}

// ---- Judging ----

function numberOf(text, unit) {
  let trimmed = text.trim();
  if (unit && trimmed.endsWith(unit)) trimmed = trimmed.slice(0, -unit.length).trim();
  return trimmed === "" || !/^[-+]?[0-9.]+(e[-+]?\d+)?$/i.test(trimmed) ? NaN : Number(trimmed);
}

function judge(question, given) {
  if (question.kind !== "number") {
    const answer = question.answers[given];
    return {right: answer.right, remark: answer.remark};
  }
  const guess = numberOf(given, question.unit);
  const near = (value) => value !== null && Math.abs(guess - value) <= question.tolerance;
  const right = near(question.number);
  const exact = question.remarks.find(([value]) => typeof value === "number" && near(value));
  const side = guess < question.number ? "low" : "high";
  const found = exact || (right ? null : question.remarks.find(([value]) => value === side));
  return {right, remark: found ? found[1] : []};
}

const isGiven = (question, given) => question.kind === "number" ?
  !Number.isNaN(numberOf(given || "", question.unit)) : given !== undefined;

function reveal(guess) {
  const {step} = learner;
  const question = stepOf(step).question;
  const given = learner.given[step];
  learner.verdicts[step] = guess && isGiven(question, given) ?
    {...judge(question, given), given: true} : {right: false, remark: [], given: false};
  showStep(false);
}

// ---- What is shown ----

/// Where a learner may look: a question that was asked stays in force on earlier steps.
function limits() {
  const asks = isOpen(learner.furthest);
  const horizons = phaseOf(learner.furthest).horizons.slice();
  const own = lesson.runs[stepOf(learner.step).head.run];
  if (!asks) horizons[own] = null;
  return {own: horizons[own], activity: phaseOf(asks ? learner.furthest : learner.step).activity};
}

function showStep(anew) {
  const {head} = stepOf(learner.step);
  const {own, activity} = limits();
  stop();
  state.run = head.run;
  state.activity = activity;
  state.horizon = own === null ? Infinity : own;
  state.hides = own !== null;
  if (anew) {
    state.view = head.view;
    state.follow = head.follow;
    state.seq = head.at;
    state.fraction = 0;
  }
  state.seq = between(start(), state.seq, reach());
  paintLesson(anew);
  paint();
}

function questionNode(index) {
  const {question} = stepOf(index);
  const verdict = learner.verdicts[index];
  const open = isOpen(index);
  const judged = Boolean(verdict);
  const title = open ? "Predict" : !judged ? "The question" : !verdict.given ? "The answer" :
    verdict.right ? "As you predicted" : "Not as you predicted";
  const kind = judged && verdict.given ? (verdict.right ? "right" : "wrong") : "";
  const box = element("fieldset", {class: kind}, element("legend", {}, title));
  const give = (value) => {
    learner.given[index] = value;
    paintButtons();
  };
  if (question.kind === "number") {
    box.append(element("input", {type: "text", inputmode: "decimal", "aria-label": "Your guess",
      placeholder: "type a number" + (question.unit ? " of " + question.unit : ""),
      value: learner.given[index] || "", disabled: !open, oninput: (e) => give(e.target.value)}));
  } else if (question.kind === "choice") {
    question.answers.forEach((answer, i) => {
      const chosen = learner.given[index] === i;
      const mark = judged && answer.right ? " truth" : judged && chosen ? " not" : "";
      box.append(element("label", {class: "choice" + mark},
        element("input", {type: "radio", name: "answer", value: i, checked: chosen, disabled: !open,
          oninput: () => give(i)}),
        element("span", {}, ...styled(answer.words))));
    });
  } else {
    const chosen = learner.given[index];
    box.append(element("p", {}, open ? "Click it in the diagram, or choose it here." : ""),
      element("select", {"aria-label": "Your guess", disabled: !open,
        oninput: (e) => give(e.target.value === "" ? undefined : Number(e.target.value))},
      element("option", {value: ""}, "…"),
      ...question.answers.map((answer, i) =>
        element("option", {value: i, selected: chosen === i}, answer.words[1]))));
  }
  if (!open && question.truth && (question.kind !== "choice" || !judged)) {
    box.append(element("p", {}, element("strong", {}, "The answer: " + question.truth)));
  }
  if (open && lesson.handout) {
    box.append(element("p", {class: "by-hand"}, "Name ", element("i"), " Answer ", element("i")));
    box.append(element("label", {class: "field"}, "Why do you think so?",
      element("textarea", {rows: 4, "aria-label": "Why do you think so?"})));
  }
  return box;
}

function exerciseNodes(exercise) {
  const box = element("fieldset", {}, element("legend", {}, "Try it in the lab"),
    element("p", {}, "This needs the window: ", element("code", {}, "proactor-lab " + lesson.id),
      ". There you may change"));
  box.append(element("ul", {}, ...exercise.fields.map((field) =>
    element("li", {}, element("code", {}, field)))));
  if (exercise.solution) {
    box.append(element("details", {}, element("summary", {}, "One way to reach the goal"),
      element("ul", {}, ...exercise.solution.map((change) =>
        element("li", {}, element("code", {}, change))))));
  }
  return box;
}

function paintLesson(anew) {
  const index = learner.step;
  const {head, question} = stepOf(index);
  const phase = phaseOf(index);
  const bars = Array.from({length: lesson.count}, (_, i) =>
    element("i", {class: i < index ? "done" : i === index ? "here" : ""}));
  const text = element("div", {class: "text", tabindex: -1},
    element("h2", {}, `Step ${index + 1} of ${lesson.count}`),
    element("div", {class: "progress", "aria-hidden": "true"}, ...bars));
  if (head.title) text.append(element("h3", {}, head.title));
  text.append(...prose(phase.body));
  const box = question ? questionNode(index) : null;
  if (box) text.append(box);
  if (learner.verdicts[index]) text.append(...prose(learner.verdicts[index].remark));
  text.append(...prose(phase.reveal));
  if (head.exercise && !isOpen(index)) text.append(exerciseNodes(head.exercise));
  const last = index + 1 === lesson.count && !isOpen(index);
  if (last && !lesson.handout) {
    const asked = lesson.steps.filter((step) => step.question).length;
    const right = learner.verdicts.filter((verdict) => verdict && verdict.right).length;
    text.append(element("p", {class: "score"}, `You predicted ${right} of ${asked} right.`));
  }
  if (lesson.handout && isOpen(index)) {
    text.append(element("p", {class: "score"},
      "This page ends with this question: what happens next is not in it."));
  }
  byId("lesson").replaceChildren(text, element("div", {class: "buttons"}));
  paintButtons();
  if (!anew && box && !isOpen(index)) box.scrollIntoView({block: "start"});
}

function paintButtons() {
  const index = learner.step;
  const {question} = stepOf(index);
  const nodes = [element("button", {type: "button", disabled: index === 0, onclick: lessonBack}, "Back")];
  if (!isOpen(index)) {
    const end = index + 1 >= lesson.steps.length;
    nodes.push(element("button", {type: "button", class: "main", disabled: end,
      onclick: lessonNext}, end ? "The end" : "Next"));
  } else if (lesson.handout) {
    nodes.push(element("button", {type: "button", class: "main", onclick: () => print()},
      "Print or save"));
  } else {
    const given = isGiven(question, learner.given[index]);
    nodes.push(element("button", {type: "button", class: "main", disabled: !given,
      onclick: () => reveal(true)}, given ? "Reveal" : "Guess first"));
    nodes.push(element("button", {type: "button", class: "quiet", onclick: () => reveal(false)},
      "Show me without a guess"));
  }
  byId("lesson").querySelector(".buttons").replaceChildren(...nodes);
}

function lessonNext() {
  if (isOpen(learner.step) || learner.step + 1 >= lesson.steps.length) return;
  learner.step += 1;
  learner.furthest = Math.max(learner.furthest, learner.step);
  showStep(true);
}

function lessonBack() {
  if (learner.step === 0) return;
  learner.step -= 1;
  showStep(true);
}

function lessonEnter() {
  const {step} = learner;
  if (!isOpen(step)) return lessonNext();
  if (!lesson.handout && isGiven(stepOf(step).question, learner.given[step])) reveal(true);
}

/// A click on the diagram answers a question that asks for one.
function pointAt(event) {
  const {question} = stepOf(learner.step);
  if (!isOpen(learner.step) || question.kind !== "click" || state.view !== "interaction") return;
  let target = Number(event.target.closest("[data-op]")?.dataset.op || 0);
  if (question.target === "lifeline") {
    const svg = byId("picture");
    const x = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(svg.getScreenCTM().inverse()).x;
    target = (run().film.columns.find(([, left, right]) => x >= left && x < right) || [0])[0];
  }
  const index = question.answers.findIndex((answer) => answer.target === target);
  if (index < 0) return;
  learner.given[learner.step] = index;
  paintLesson(false);
}

begin();
if (lesson) {
  document.body.classList.add("has-lesson");
  byId("lesson").hidden = false;
  byId("lesson").setAttribute("aria-label", "The lesson");
  Object.assign(lessonKeys, {enter: lessonEnter, back: lessonBack, next: lessonNext});
  byId("picture").addEventListener("click", pointAt);
  const wanted = Number(new URLSearchParams(location.hash.slice(1)).get("step")) || 1;
  // As far as one gets without answering.
  for (let i = 1; i < wanted && !isOpen(learner.step) && i < lesson.steps.length; ++i) {
    learner.furthest = ++learner.step;
  }
  showStep(true);
}
readAddress();
