// Which operation a tracepoint is about. A request is known by its address, which the kernel uses
// again once it is over; by its `user_data`, which several may share; and some completions bear
// only the latter.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "traces/format/event.hpp"

namespace proactor_lab {

/// A request of io_uring between its submission and its last completion.
struct IoUringRequest {
  std::uint32_t ring = 0;     ///< our number of the ring
  std::uint64_t address = 0;  ///< of the request
  std::uint64_t user_data = 0;
  bool has_address = false;
  bool started = false;
  std::uint32_t last = 0;         ///< `seq` of what it did last: the cause of what comes
  std::uint32_t start_cause = 0;  ///< `seq`; 0: what it did last
  std::uint32_t next = 0;         ///< the operation that is linked after it
  std::uint32_t handle = 0;
  std::int64_t since_ns = 0;  ///< when it did that
  bool moves_bytes = false;
  bool skips_success = false;  ///< it completes without a word where it succeeds
};

class IoUringRequests {
 public:
  std::size_t size() const { return requests_.size(); }
  const std::unordered_map<std::uint32_t, IoUringRequest>& all() const { return requests_; }

  /// Null where there is none (any more).
  IoUringRequest* of(std::uint32_t operation);
  /// The operation of that request; 0: none.
  std::uint32_t at(std::uint32_t ring, std::uint64_t address) const;

  struct Claim {
    std::uint32_t operation = 0;  ///< 0: none
    bool is_certain = true;       ///< no other has the same `user_data`
  };
  /// The operation with that `user_data`: `preferred` where it has it, else the oldest.
  Claim with_user_data(std::uint32_t ring, std::uint64_t user_data, std::uint32_t preferred) const;

  /// Its ring, address and `user_data` are set. No request has its address.
  IoUringRequest& add(std::uint32_t operation, const IoUringRequest& request);
  void erase(std::uint32_t operation);
  /// Returns how many there were.
  std::uint32_t erase_of_ring(std::uint32_t ring);

 private:
  std::unordered_map<std::uint32_t, IoUringRequest> requests_;  // by operation
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> by_address_;
  std::set<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>> by_user_data_;
};

}  // namespace proactor_lab
