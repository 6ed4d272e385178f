// Where things stand in a Chrome trace, and what they are called there: three processes (the
// program, the operating system, the world), a thread a thread or a client.
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

  /// Keeps both; writes the names of the processes.
  ChromeTracks(const Trace& trace, ChromeEvents& json);

  /// To be called with each event in turn, before what it becomes is written.
  void meet(const Event& event);

  /// Who did it; `otherwise` where nobody of the program did.
  static ChromeTrack of(const Event& event, ChromeTrack otherwise) {
    return event.thread == 0 ? otherwise : ChromeTrack{program, event.thread};
  }
  /// A lane each for the first 64; a crowd would fill the screen.
  ChromeTrack of_client(const Event& event);

  std::string name_of_thread(std::uint16_t thread) const;
  std::string name_of_handle(std::uint32_t handle) const;  ///< empty for none
  /// "read(A)"; only the verb where there is no handle.
  std::string call(std::string_view verb, std::uint32_t handle) const;

 private:
  void name_process(std::uint32_t process, std::string_view name);
  void name_thread(ChromeTrack track, std::string_view name);
  std::string label_or(const FlatMap<StringId>& labels, std::uint32_t id,
                       std::string_view kind) const;

  const Trace& trace_;
  ChromeEvents& json_;
  FlatMap<StringId> handles_;       // their labels
  FlatMap<StringId> threads_;       // likewise, of those met
  FlatMap<std::uint32_t> clients_;  // their lanes, by label
};

}  // namespace proactor_lab
