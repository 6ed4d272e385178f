// The objects of an Asio program: sockets, timers and so on, which its log names by their address.
// Memory is used again, so an address is not an object: a socket ends where it is closed, or where
// its address appears in a role that it cannot have. Numbers of the trace's handles are unique.
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

  /// The handle that an operation on the object is for, 0 where it is none; opened where it was not
  /// known. `base` has time, thread and cause.
  std::uint32_t handle_for(const AsioLine& line, const Event& base);
  using IsPending = std::function<bool(std::uint64_t operation)>;
  /// An operation was initiated on the object.
  void add_pending(const AsioLine& line, const Event& base, std::uint64_t operation,
                   const IsPending& is_pending);
  /// The operations initiated on the object that are pending still.
  std::vector<std::uint64_t> pending(const AsioLine& line, const IsPending& is_pending);

  /// The object is closed. `base` as above.
  void close(const AsioLine& line, const Event& base);

 private:
  struct Object {
    StringId type = no_string;
    std::uint32_t handle = 0;  // while it is open
    bool listens = false;
    std::int64_t used_ns = 0;            // last; where it is closed, when that was
    std::vector<std::uint64_t> pending;  // and some that are not any more
    std::size_t tidy_at = 16;            // pending's size at which those are thrown out
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
