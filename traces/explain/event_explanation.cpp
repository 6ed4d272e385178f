// Why an event happened now, and what could have happened instead.
#include <algorithm>
#include <vector>

#include "traces/explain/explanation.hpp"
#include "traces/explain/waiting_words.hpp"
#include "traces/format/printable_text.hpp"
#include "traces/format/run_systems.hpp"
#include "traces/model/choice_words.hpp"

namespace proactor_lab {
namespace {

constexpr std::size_t lines_max = 40;
constexpr std::size_t choices_max = 3;
constexpr std::size_t links_searched = 25;  // for choices: the longest chain that can be shown
constexpr std::size_t others_max = 2;

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::string numbered(std::uint32_t seq) { return "#" + std::to_string(seq); }

/// `words` without the place that the line already names.
std::string without(std::string_view place, const std::string& words) {
  return words.starts_with(place) ? words.substr(place.size()) : words;
}

class EventExplanation {
 public:
  EventExplanation(const Model& model, std::uint32_t seq)
      : model_(model), seq_(seq), words_(model), chain_(model.chain_of_causes(seq)) {}

  /// The chain gets the lines that the other parts leave.
  std::string text() const {
    const std::string rest = life() + choices();
    return chain(lines_max - lines_of(rest)) + rest;
  }

 private:
  std::string moment(std::uint32_t seq) const {
    return numbered(seq) + " at " + format_duration(model_.event(seq).time_ns);
  }

  /// The cause, and what happened between it and its effect in the chain.
  std::string link(std::uint32_t cause, std::uint32_t effect) const {
    const std::int64_t passed_ns = model_.event(effect).time_ns - model_.event(cause).time_ns;
    std::string text;
    if (passed_ns > 0) {
      const std::string why = words_.between(cause, effect);
      text =
          "    " + format_duration(passed_ns) + " passed" + (why.empty() ? "" : ": " + why) + "\n";
    }
    return text + "  " + because(model_.sentence(cause)) + inferred(cause) + "  (" +
           (passed_ns > 0 ? moment(cause) : numbered(cause)) + ")\n";
  }

  std::string inferred(std::uint32_t seq) const {
    return model_.event(seq).certainty == Certainty::inferred ? " [inferred]" : "";
  }

  /// From the event back to the start of the run. If the chain is long, all but the start is
  /// omitted.
  std::string chain(std::size_t lines) const {
    std::string text =
        "Why now?\n" + moment(seq_) + ": " + model_.sentence(seq_) + inferred(seq_) + "\n";
    // A cause takes at most two lines, and so does the end of a shortened chain.
    for (std::size_t i = 1; i < chain_.size(); ++i) {
      if (i + 1 < chain_.size() && lines_of(text) + 4 > lines) {
        text +=
            "  ... and so on, " + std::to_string(chain_.size() - i - 1) + " causes more, back to\n";
        i = chain_.size() - 1;
        return text + "  " + because(model_.sentence(chain_[i])) + "  (" + moment(chain_[i]) +
               ")\n";
      }
      text += link(chain_[i], chain_[i - 1]);
    }
    return text;
  }

  struct Phase {
    const char* name;
    std::uint32_t from;
    std::uint32_t to;
  };

  /// The phases of its operation up to the event, independent of the chain: the initiation is often
  /// not part of the chain of causes.
  std::string life() const {
    const std::string lock = words_.blocked(seq_);
    if (!lock.empty()) return "It waits " + lock + ".\n";
    const OperationRecord* operation = model_.operation(model_.event(seq_).operation);
    if (operation == nullptr || operation->initiated == 0 || operation->initiated >= seq_)
      return "";
    const std::int64_t ago_ns =
        model_.event(seq_).time_ns - model_.event(operation->initiated).time_ns;
    std::string text = "Its operation, " + model_.name_of_operation(operation->id) + ", ";
    const OperationRecord* outer = model_.operation(operation->initiated_in);
    const bool in_handler = outer != nullptr && outer->handler != no_string;
    text += "was asked for by " +
            (in_handler ? printable(model_.trace().text(outer->handler)) : "the program") + " " +
            format_duration(ago_ns) + " before (" + moment(operation->initiated) + "):\n";
    // A multishot operation has several completions: use the one that the event belongs to.
    const CompletionRecord completion = completion_at(*operation);
    const Phase phases[] = {
        {"until it was handed over", operation->initiated, operation->submitted},
        {"until the system took it up", operation->submitted, operation->started},
        {"in the system", operation->started, completion.completed},
        {"in the completion event queue", completion.queued, completion.dequeued},
        {"until its handler was entered", completion.dequeued, completion.entered},
        {"in its handler", completion.entered, completion.exited},
    };
    for (const Phase& phase : phases) {
      if (phase.from == 0 || phase.from >= seq_) continue;
      const bool over = phase.to != 0 && phase.to <= seq_;
      const std::uint32_t to = over ? phase.to : seq_;
      const std::int64_t ns = model_.event(to).time_ns - model_.event(phase.from).time_ns;
      if (ns <= 0 && phase.from != operation->started) continue;
      text += "  " + format_duration(ns) + " " + phase.name + (over ? "" : ", so far");
      const std::string why = over ? reason(phase, *operation, completion) : "";
      text += (why.empty() ? "" : ": " + why) + "\n";
    }
    return text;
  }

  /// The completion that the event belongs to, else the first that is not over by then.
  CompletionRecord completion_at(const OperationRecord& operation) const {
    if (const auto about = model_.completion_about(seq_)) return *about;
    const std::vector<CompletionRecord> all = model_.completions(operation);
    const auto open = std::find_if(all.begin(), all.end(), [&](const CompletionRecord& each) {
      return each.exited == 0 || each.exited >= seq_;
    });
    return open != all.end() ? *open : all.empty() ? CompletionRecord{} : all.back();
  }

  /// In the system, the event that ended the wait counts, and it often does not belong to the
  /// operation.
  std::string reason(const Phase& phase, const OperationRecord& operation,
                     const CompletionRecord& completion) const {
    if (phase.from == completion.dequeued) return worker_awaited(operation, completion);
    if (phase.from != operation.started) {
      return without("in the queue, ", words_.between(phase.from, phase.to));
    }
    std::uint32_t cause = phase.to;
    while (cause > phase.from && model_.event(cause).operation == operation.id) {
      const std::uint32_t before = model_.event(cause).cause;
      if (before == 0 || before >= cause) break;
      cause = before;
    }
    const Event& trigger = model_.event(cause);
    if (trigger.operation == operation.id || cause == phase.to) {
      const std::string words = words_.between(phase.from, phase.to);
      return words == phase.name ? "" : without("in the system, ", words);
    }
    if (trigger.operation != 0) {
      return "until " + model_.name_of_operation(trigger.operation) + " ended it (" +
             numbered(cause) + ")";
    }
    const std::int64_t way_ns = model_.event(phase.to).time_ns - trigger.time_ns;
    return "until this had come: " + model_.sentence(cause) + " (" + moment(cause) + "; " +
           format_duration(way_ns) + " on its way)";
  }

  /// Between the queue and the handler, the operation may have waited for a worker, and the worker
  /// for a core.
  std::string worker_awaited(const OperationRecord& operation,
                             const CompletionRecord& completion) const {
    for (std::uint32_t seq = completion.dequeued + 1; seq < completion.entered; ++seq) {
      const Event& event = model_.event(seq);
      if (event.kind != EventKind::worker_acquired || event.operation != operation.id) continue;
      const std::string core = words_.between(seq, completion.entered);
      if (event.time_ns == model_.event(completion.dequeued).time_ns) return core;
      return "all " + std::to_string(event.options) +
             " places of the worker pool were taken, until " + moment(seq) +
             (core.empty() ? "" : "; then " + core);
    }
    return words_.between(completion.dequeued, completion.entered);
  }

  // --- What else could have happened ---------------------------------------------------------

  /// The choices made between a cause and its effect, at the time of the effect.
  std::vector<std::uint32_t> choices_on_chain() const {
    std::vector<std::uint32_t> found;
    const std::size_t links = std::min(chain_.size(), links_searched);
    for (std::size_t i = 0; i < links && found.size() <= choices_max; ++i) {
      const std::uint32_t cause = i + 1 < chain_.size() ? chain_[i + 1] : 0;
      const std::int64_t time_ns = model_.event(chain_[i]).time_ns;
      for (std::uint32_t seq = chain_[i]; seq > cause + 1;) {
        --seq;
        const Event& event = model_.event(seq);
        if (event.time_ns != time_ns || found.size() > choices_max) break;
        if (event.kind == EventKind::choice_made) found.push_back(seq);
      }
    }
    return found;
  }

  std::string choices() const {
    const std::string heading = "What else could have happened?\n";
    if (!system_named(model_.trace().header.system).is_simulated) {
      return heading +
             "  A live system does not tell where it was free to choose; plab run --on sim does.\n";
    }
    std::vector<std::uint32_t> found = choices_on_chain();
    if (found.empty()) {
      return heading +
             "  No choice was made on this way: only other delays (another seed) would change "
             "it.\n";
    }
    const bool more = found.size() > choices_max;
    if (more) found.resize(choices_max);
    std::string text = heading;
    for (const std::uint32_t seq : found) text += choice(seq);
    return text + (more ? "  and earlier choices; see the table choices of plab query\n" : "");
  }

  std::string choice(std::uint32_t seq) const {
    const Event& event = model_.event(seq);
    const std::string_view name = model_.trace().text(event.label);
    std::string text = "  " + model_.sentence(seq) + "  (" + moment(seq) + ")\n";
    std::vector<std::string> others;
    for (std::uint16_t answer = 0; answer < event.options; ++answer) {
      const std::string_view words = words_of_answer(name, answer, event.options);
      if (answer != event.value && !words.empty()) others.emplace_back(words);
    }
    if (name == "which_first") others = others_due(seq);
    if (name == "which_first" && others.empty()) {
      text.insert(text.size() - 1, "; what else was due has left no event");
    }
    if (others.size() > others_max) others.resize(others_max);
    for (const std::string& other : others) text += "    or else: " + other + "\n";
    return text;
  }

  /// Alternatives at the time of the choice: later events of the same time that are not its
  /// consequence, and events that were on their way and never had an effect.
  std::vector<std::string> others_due(std::uint32_t choice) const {
    const Event& asked = model_.event(choice);
    const std::size_t wanted = std::min<std::size_t>(asked.options, others_max + 1) - 1;
    std::vector<std::string> others;
    std::uint32_t chosen = 0;
    for (std::uint32_t seq = choice + 1; seq <= model_.event_count(); ++seq) {
      const Event& event = model_.event(seq);
      if (event.time_ns != asked.time_ns || others.size() == wanted) break;
      if (event.kind == EventKind::choice_made) continue;
      if (chosen == 0) {
        chosen = seq;
        continue;
      }
      const bool from_before = event.cause != 0 && event.cause < choice &&
                               model_.event(event.cause).time_ns < asked.time_ns;
      if (from_before && event.cause != model_.event(chosen).cause) {
        others.push_back(model_.sentence(seq) + "  (" + numbered(seq) + ", which came after it)");
      }
    }
    if (others.size() < wanted) add_under_way(choice, wanted, others);
    return others;
  }

  void add_under_way(std::uint32_t choice, std::size_t wanted,
                     std::vector<std::string>& others) const {
    std::vector<bool> had_effect(model_.event_count() + std::size_t{1});
    for (const Event& event : model_.trace().events) {
      if (event.cause < event.seq) had_effect[event.cause] = true;
    }
    for (std::uint32_t seq = choice - 1; seq >= 1 && others.size() < wanted; --seq) {
      const Event& event = model_.event(seq);
      const bool travels =
          event.kind == EventKind::client_sent || event.kind == EventKind::client_closed;
      if (!travels || had_effect[seq] || event.time_ns >= model_.event(choice).time_ns) continue;
      others.push_back(model_.sentence(seq) + "  (" + moment(seq) +
                       ", still on its way, arrives first)");
    }
  }

  const Model& model_;
  std::uint32_t seq_;
  WaitingWords words_;
  std::vector<std::uint32_t> chain_;
};

}  // namespace

std::string because(std::string sentence) {
  for (const char* opening : {"The ", "Thread ", "Client ", "A client", "A cancel", "A worker",
                              "A choice", "A fault", "A CPU", "No worker"}) {
    if (sentence.starts_with(opening)) {
      sentence[0] = static_cast<char>(sentence[0] - 'A' + 'a');
      break;
    }
  }
  if (sentence.ends_with('.')) sentence.pop_back();
  return "because " + sentence;
}

std::string explain_event(const Model& model, std::uint32_t seq) {
  if (seq < 1 || seq > model.event_count())
    return "There is no event " + std::to_string(seq) + ".\n";
  return EventExplanation(model, seq).text();
}

}  // namespace proactor_lab
