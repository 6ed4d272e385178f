// The interaction diagram for a terminal: the columns as lifelines, and one line per event that
// hands something over.
#include <algorithm>

#include "traces/figures/interaction/interaction.hpp"
#include "traces/figures/interaction/interaction_ground.hpp"
#include "traces/figures/interaction_words.hpp"

namespace proactor_lab::figures {

namespace {

class InteractionWriter : private TextGround {
 public:
  using TextGround::TextGround;

  std::string write(std::uint32_t first, std::uint32_t max_events) {
    std::uint32_t count = model_.event_count();
    first = std::max(first, 1u);
    std::uint32_t last = count < first ? 0 : first + std::min(max_events, count - first + 1) - 1;
    write_headings();
    for (std::uint32_t seq = first; seq <= last; ++seq) write_event(model_.event(seq));
    if (last < count) {
      text_ += "          (cut after event " + std::to_string(last) + " of " +
               std::to_string(count) + ")\n";
    }
    write_legend();
    return std::move(text_);
  }

 private:
  void write_headings() {
    TextLine upper(columns_);
    TextLine lower(columns_);
    if (blocking_) {
      lower.put_middle((at_.initiator + at_.border) / 2, "Application");
    } else {
      lower.put(at_.initiator - 3, "Initiator");
      upper.put(at_.handler - 1, "Completion");
      lower.put(at_.handler + 1, "Handler");
      lower.put_middle(at_.proactor, "Proactor");
      upper.put_middle(at_.demultiplexer, "Demulti-");
      lower.put_middle(at_.demultiplexer, "plexer");
      upper.put_middle(at_.border, "Completion");
      lower.put_middle(at_.border, "Event Queue");
    }
    lower.put(at_.lanes + 3, "Operating System");
    lower.put_right(columns_, "World");
    text_ += upper.text() + lower.text();
  }

  void write_event(const Event& event) {
    if (layout_.is_break(event.seq)) write_break(event);
    bool of_operation =
        event.kind >= EventKind::operation_initiated && event.kind <= EventKind::handler_exited;
    if (of_operation && model_.operation(event.operation) == nullptr) return;  // a corrupt trace
    switch (event.kind) {
      case EventKind::operation_initiated:
        write_initiated(event);
        break;
      case EventKind::operation_submitted:
        if (const OperationRecord* operation = model_.operation(event.operation)) {
          if (operation->started == 0) write_started(event);
        }
        break;
      case EventKind::operation_started:
        write_started(event);
        break;
      case EventKind::operation_completed:
        write_completed(event);
        break;
      case EventKind::completion_queued:
        write_queued(event);
        break;
      case EventKind::wait_entered:
        write_wait(event);
        break;
      case EventKind::completion_dequeued:
        write_dequeued(event);
        break;
      case EventKind::handler_entered:
        write_entered(event);
        break;
      case EventKind::handler_exited:
        write_exited(event);
        break;
      case EventKind::client_connected:
      case EventKind::client_sent:
      case EventKind::client_closed:
        write_client(event);
        break;
      case EventKind::client_received:
      case EventKind::bytes_moved:
      case EventKind::thread_woken:
        write_arrival(event);
        break;
      case EventKind::cancel_requested:
      case EventKind::fault_injected:
      case EventKind::events_lost:
      case EventKind::note:
      case EventKind::readiness_reported:
      case EventKind::poll_armed:
      case EventKind::handed_to_worker:
        write_remark(event);
        break;
      case EventKind::syscall_entered:
      case EventKind::syscall_returned:
        write_call(event);
        break;
      case EventKind::thread_blocked:
        write_blocked(event);
        break;
      default:
        break;
    }
  }

  void finish(TextLine& line, const Event& event) {
    std::string time = format_moment(event.time_ns - model_.start_ns());
    if (time != last_time_) line.put_right(time_end, time);
    last_time_ = time;
    text_ += line.text();
  }

  /// An arrow between two columns with its text in it, `near` cells from the start.
  static void hand(TextLine& line, int from, int to, const std::string& words,
                   bool dashed = false) {
    int step = to < from ? -1 : 1;
    line.run(from + step, to - step, true, dashed);
    int length = cell_count(words);
    int room = (to - from) * step - 3;
    if (words.empty() || room < length) return;
    int lead = std::min(2, (room - length) / 2 + 1);
    line.put(step > 0 ? from + 1 + lead : from - lead - length, words);
  }

  void write_break(const Event& event) {
    std::int64_t gap_ns = event.time_ns - model_.event(event.seq - 1).time_ns;
    TextLine line = ground(event.seq - 1);
    line.put_right(time_end, "⋮");
    for (int x = time_end + 1; x < columns_; x += 2) {
      if (line.at(x) == U' ') line.set(x, U'·');
    }
    std::string words = " " + format_duration(gap_ns) + " pass ";
    line.put_right(blocking_ ? at_.border : at_.proactor - 1, words);
    text_ += line.text();
  }

  void write_initiated(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    TextLine line = ground(event.seq);
    int from = operation->initiated_in != 0 ? at_.handler : at_.initiator;
    hand(line, from, at_.border, call_words(model_, *operation, model_.event_count()));
    finish(line, event);
  }

  void write_started(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    TextLine line = ground(event.seq);
    const Band& band = band_of(*operation);
    int x = band.from == 0 ? at_.lanes : lane_x(band);
    hand(line, at_.border, x, "", event.certainty == Certainty::inferred);
    line.set(x, U'┏');
    std::string name =
        "#" + std::to_string(operation->id) + model_.letter_of_handle(operation->handle);
    if (cell_count(name) > lane_cells - 1) name = std::to_string(operation->id);
    line.put(x + 1, name);
    finish(line, event);
  }

  /// The end of the band is on the same line as the arrow that leaves it, if the arrow follows at
  /// once.
  void write_completed(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    const Band& band = band_of(*operation);
    if (event.seq != operation->completed || band.from == 0) return;
    write_arrival(event);
    if (operation->queued == event.seq + 1) return;
    TextLine line = ground(event.seq);
    line.set(lane_x(band), U'┗');
    line.put(lane_x(band) + 1, short_result(*operation));
    finish(line, event);
  }

  std::string short_result(const OperationRecord& operation) const {
    Outcome outcome = model_.outcome(operation);
    if (outcome == Outcome::ok && operation.result >= 0) return "";
    std::string name(name_of(outcome));
    return cell_count(name) < lane_cells ? name : "";
  }

  void write_queued(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    const Band& band = band_of(*operation);
    TextLine line = ground(event.seq);
    int x = band.from == 0 ? at_.lanes : lane_x(band);
    bool inferred = event.certainty == Certainty::inferred;
    line.run(x - 1, at_.border + 1, true, inferred);
    const CompletionRecord completion =
        model_.completion_about(event.seq).value_or(CompletionRecord{});
    const bool ends_there = completion.completed + 1 == event.seq;
    line.set(x, completion.more ? U'┨' : ends_there ? U'┛' : U'╯');
    const std::string words =
        completion.completed == 0 ? "" : result_words(model_, *operation, completion.result);
    for (const std::string& result : {words, std::to_string(completion.result)}) {
      bool free = x + 2 + cell_count(result) < at_.world;
      for (int i = 1; i <= cell_count(result) + 2; ++i) free = free && line.at(x + i) == U' ';
      if (!free) continue;
      line.put(x + 2, result);
      break;
    }
    finish(line, event);
  }

  void write_wait(const Event& event) {
    if (blocking_) return;
    TextLine line = ground(event.seq);
    const Place* before = place_of(thread_place(event.thread), event.seq - 1);
    Spot spot = before == nullptr ? Spot::proactor : before->spot;
    int from = spot == Spot::demultiplexer ? at_.proactor : thread_x(0, spot);
    hand(line, from, at_.demultiplexer, spot == Spot::initiator ? "run the event loop" : "wait");
    finish(line, event);
  }

  void write_dequeued(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    TextLine line = ground(event.seq);
    line.set(at_.demultiplexer, U'│');
    line.run(at_.border - 1, at_.proactor + 1, true);
    line.put_right(at_.border - 1, "dequeue #" + std::to_string(operation->id));
    finish(line, event);
  }

  void write_entered(const Event& event) {
    const OperationRecord* operation = model_.operation(event.operation);
    std::string handler(model_.trace().text(operation->handler));
    std::string letter = model_.letter_of_handle(operation->handle);
    TextLine line = ground(event.seq);
    hand(line, at_.proactor, at_.handler,
         (handler.empty() ? "handler" : handler) + (letter.empty() ? "" : "(" + letter + ")"));
    finish(line, event);
  }

  void write_exited(const Event& event) {
    TextLine line = ground(event.seq);
    line.run(at_.handler + 1, at_.proactor - 1, true, true);
    line.put(at_.handler + 3, "return");
    finish(line, event);
  }

  /// Puts the text left of the network unless a band is in the way.
  static void put_beside(TextLine& line, int end, const std::string& words) {
    for (int x = end - cell_count(words) - 1; x < end; ++x) {
      if (line.at(x) != U' ') return;
    }
    line.put_right(end, words);
  }

  void write_client(const Event& event) {
    TextLine line = ground(event.seq);
    line.run(at_.world - 1, at_.network + 1, true);
    put_beside(line, at_.network - 1, client_words(model_, event));
    finish(line, event);
  }

  /// An arrival, or the departure of a send's bytes.
  void write_arrival(const Event& event) {
    TextLine line = ground(event.seq);
    if (const Flight* flight = layout_.flight_arriving_at(event.seq)) {
      if (flight->outgoing) {
        line.run(at_.network, at_.world - 1, true);
        put_beside(line, at_.network - 1, client_words(model_, event));
      } else {
        int edge = edge_of(*flight, event.seq);
        line.set(edge, event.kind == EventKind::thread_woken ? U'█' : U'┃');
        line.run(at_.network, edge + 1, true);
      }
      finish(line, event);
      return;
    }
    if (event.kind != EventKind::bytes_moved || !is_departure(event)) return;
    int edge = at_.lanes;
    if (const OperationRecord* operation = model_.operation(event.operation)) {
      if (band_of(*operation).from != 0) edge = lane_x(band_of(*operation));
    }
    Flight flight;
    flight.thread = event.thread;
    if (event.operation == 0) edge = edge_of(flight, event.seq);
    line.run(edge + 1, at_.network, true);
    finish(line, event);
  }

  bool is_departure(const Event& event) const {
    for (std::uint32_t place : layout_.flights_between(event.seq, event.seq)) {
      if (layout_.flights()[place].sent == event.seq) return true;
    }
    return false;
  }

  void write_remark(const Event& event) {
    TextLine line = ground(event.seq);
    std::string words;
    int x = event.thread != 0 && !blocking_ ? at_.handler + 2 : at_.border + 2;
    if (event.kind == EventKind::cancel_requested) {
      const OperationRecord* target = model_.operation(event.target);
      if (target != nullptr && band_of(*target).from != 0) line.set(lane_x(band_of(*target)), U'✗');
      words = "asks to cancel #" + std::to_string(event.target);
    } else {
      words = "* " + model_.sentence(event.seq);
    }
    line.put(x, words);
    finish(line, event);
  }

  void write_call(const Event& event) {
    std::size_t thread = thread_place(event.thread);
    bool enters = event.kind == EventKind::syscall_entered;
    const Place* inside = place_of(thread, enters ? event.seq : event.seq - 1);
    TextLine line = ground(event.seq);
    int home = thread_x(thread, Spot::initiator);
    int x = at_.lanes;
    if (inside != nullptr && inside->spot == Spot::system) x = lane_x({0, 0, inside->lane});
    std::string letter = model_.letter_of_handle(event.handle);
    if (enters) {
      line.run(home + 1, x - 1, true);
      line.set(x, U'█');
      line.put(x + 1, letter);
      std::string words = std::string(model_.trace().text(event.opcode)) + "(" + letter + ")";
      line.put_right(at_.border - 2, words);
    } else {
      line.run(x, home + 1, true);
      line.put_right(at_.border - 2, "returns " + std::to_string(event.value));
    }
    line.set(home, enters ? U'╎' : U'█');
    finish(line, event);
  }

  void write_blocked(const Event& event) {
    if (!blocking_) return;
    std::size_t thread = thread_place(event.thread);
    const Place* place = place_of(thread, event.seq);
    TextLine line = ground(event.seq);
    std::string_view why = model_.trace().text(event.text);
    std::string words = why == "lock" ? " waits for a lock" : why == "cpu" ? " no CPU" : " blocked";
    int x = thread_x(thread, Spot::initiator);
    if (place != nullptr && place->spot == Spot::system) x = lane_x({0, 0, place->lane});
    line.put(x + 1, words);
    finish(line, event);
  }

  void write_legend() {
    if (blocking_) {
      text_ +=
          "          █ a thread runs   ░ it waits   ╎ it is inside the system   ║ kernel border\n";
      return;
    }
    text_ +=
        "          █ a thread runs   ░ it waits   ┃ operation in the system   ▪ completion queued"
        "   ║ kernel border\n";
  }

  std::string last_time_;
  std::string text_;
};

}  // namespace

std::string interaction_text(const Model& model, int columns, std::uint32_t first,
                             std::uint32_t max_events) {
  return InteractionWriter(model, columns).write(first, max_events);
}

}  // namespace proactor_lab::figures
