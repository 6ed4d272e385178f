// Finds the operation that a tracepoint belongs to. A request is identified by its address, which
// the kernel reuses afterwards, or by its `user_data`, which several requests may share. Some
// completions have only the latter.
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
  std::uint32_t last = 0;         ///< `seq` of its last event: the cause of its next one
  std::uint32_t start_cause = 0;  ///< `seq`; 0: use `last`
  std::uint32_t next = 0;         ///< the operation that is linked after it
  std::uint32_t handle = 0;
  std::int64_t since_ns = 0;  ///< time of its last event
  bool moves_bytes = false;
  bool skips_success = false;  ///< produces no completion on success (IOSQE_CQE_SKIP_SUCCESS)
};

class IoUringRequests {
 public:
  std::size_t size() const { return requests_.size(); }
  const std::unordered_map<std::uint32_t, IoUringRequest>& all() const { return requests_; }

  /// Null if the operation does not exist or is over.
  IoUringRequest* of(std::uint32_t operation);
  /// The operation of the request at this address; 0 if there is none.
  std::uint32_t at(std::uint32_t ring, std::uint64_t address) const;

  struct Claim {
    std::uint32_t operation = 0;  ///< 0: none
    bool is_certain = true;       ///< no other operation has the same `user_data`
  };
  /// The operation with this `user_data`: `preferred` if it matches, else the oldest.
  Claim with_user_data(std::uint32_t ring, std::uint64_t user_data, std::uint32_t preferred) const;

  /// REQUIRES: ring, address and `user_data` are set, and no other request has this address.
  IoUringRequest& add(std::uint32_t operation, const IoUringRequest& request);
  void erase(std::uint32_t operation);
  /// Returns the number of erased operations.
  std::uint32_t erase_of_ring(std::uint32_t ring);

 private:
  std::unordered_map<std::uint32_t, IoUringRequest> requests_;  // by operation
  std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> by_address_;
  std::set<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>> by_user_data_;
};

}  // namespace proactor_lab
