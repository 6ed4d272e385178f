// The objects of an Asio program, such as sockets and timers, which its log identifies by address.
// Memory is reused, so an address does not identify an object: a socket ends when it is closed, or
// when its address appears with a different type. Handle numbers in the trace are unique.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "traces/import/asio/asio_line.hpp"
#include "traces/import/imported_events.hpp"

namespace proactor_lab {

class AsioObjects {
 public:
  AsioObjects(ImportedEvents& events, std::size_t most) : events_(events), most_(most) {}

  /// The handle of the object that the line is about; 0 if the object is no handle. Opens a new
  /// handle if the object is unknown. `base` supplies time, thread and cause.
  std::uint32_t handle_for(const AsioLine& line, const Event& base);
  using IsPending = std::function<bool(std::uint64_t operation)>;
  /// Records that an operation was initiated on the object.
  void add_pending(const AsioLine& line, const Event& base, std::uint64_t operation,
                   const IsPending& is_pending);
  /// The operations initiated on the object that are still pending.
  std::vector<std::uint64_t> pending(const AsioLine& line, const IsPending& is_pending);

  /// Records that the object is closed. `base` supplies time, thread and cause.
  void close(const AsioLine& line, const Event& base);

 private:
  struct Object {
    StringId type = no_string;
    std::uint32_t handle = 0;  // 0 unless it is open
    bool listens = false;
    std::int64_t used_ns = 0;            // time of last use, or of its close
    std::vector<std::uint64_t> pending;  // may contain operations that are no longer pending
    std::size_t tidy_at = 16;            // size of `pending` at which those are removed
  };

  Object* object_of(const AsioLine& line, const Event& base);
  void open(Object& object, const AsioLine& line, const Event& base);
  void close(Object& object, const Event& base, Certainty certainty);
  std::string label_for(std::string_view type);

  ImportedEvents& events_;
  std::size_t most_;
  std::unordered_map<std::uint64_t, Object> objects_;  // by address
  std::uint32_t last_handle_ = 0;
  std::uint32_t streams_ = 0;
  std::uint32_t listeners_ = 0;
};

}  // namespace proactor_lab
