// Assigns events to the tracks of a Chrome trace and names them. There are three processes (the
// program, the operating system, the world), with one thread per thread or client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "traces/export/chrome_events.hpp"
#include "traces/format/flat_map.hpp"
#include "traces/format/trace.hpp"

namespace proactor_lab {

class ChromeTracks {
 public:
  static constexpr std::uint32_t program = 1;
  static constexpr std::uint32_t system = 2;
  static constexpr std::uint32_t world = 3;
  static constexpr ChromeTrack kernel{system, 1};
  static constexpr ChromeTrack at_large{world, 1};

  /// Keeps references to both, which must outlive this object. Writes the names of the processes.
  ChromeTracks(const Trace& trace, ChromeEvents& json);

  /// Call with each event in order, before writing what the event is exported as.
  void meet(const Event& event);

  /// The track of the event's thread; `otherwise` if it has no thread of the program.
  static ChromeTrack of(const Event& event, ChromeTrack otherwise) {
    return event.thread == 0 ? otherwise : ChromeTrack{program, event.thread};
  }
  /// One track for each of the first 64 clients; more would fill the screen.
  ChromeTrack of_client(const Event& event);

  std::string name_of_thread(std::uint16_t thread) const;
  std::string name_of_handle(std::uint32_t handle) const;  ///< empty for handle 0
  /// "read(A)"; only the verb if there is no handle.
  std::string call(std::string_view verb, std::uint32_t handle) const;

 private:
  void name_process(std::uint32_t process, std::string_view name);
  void name_thread(ChromeTrack track, std::string_view name);
  std::string label_or(const FlatMap<StringId>& labels, std::uint32_t id,
                       std::string_view kind) const;

  const Trace& trace_;
  ChromeEvents& json_;
  FlatMap<StringId> handles_;       // handle labels
  FlatMap<StringId> threads_;       // labels of the threads seen so far
  FlatMap<std::uint32_t> clients_;  // thread numbers of the clients, by label
};

}  // namespace proactor_lab
