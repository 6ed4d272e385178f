#include "traces/import/io_uring/io_uring_requests.hpp"

namespace proactor_lab {

IoUringRequest* IoUringRequests::of(std::uint32_t operation) {
  const auto found = requests_.find(operation);
  return found == requests_.end() ? nullptr : &found->second;
}

std::uint32_t IoUringRequests::at(std::uint32_t ring, std::uint64_t address) const {
  const auto found = by_address_.find({ring, address});
  return found == by_address_.end() ? 0 : found->second;
}

IoUringRequests::Claim IoUringRequests::with_user_data(std::uint32_t ring, std::uint64_t user_data,
                                                       std::uint32_t preferred) const {
  if (by_user_data_.count({ring, user_data, preferred}) != 0) return {preferred, true};
  const auto oldest = by_user_data_.lower_bound({ring, user_data, 0});
  const auto has_it = [&](auto at) {
    return at != by_user_data_.end() && std::get<0>(*at) == ring && std::get<1>(*at) == user_data;
  };
  if (!has_it(oldest)) return {};
  return {std::get<2>(*oldest), !has_it(std::next(oldest))};
}

IoUringRequest& IoUringRequests::add(std::uint32_t operation, const IoUringRequest& request) {
  if (request.has_address) by_address_[{request.ring, request.address}] = operation;
  by_user_data_.insert({request.ring, request.user_data, operation});
  return requests_[operation] = request;
}

void IoUringRequests::erase(std::uint32_t operation) {
  const auto found = requests_.find(operation);
  if (found == requests_.end()) return;
  const IoUringRequest& request = found->second;
  if (request.has_address) by_address_.erase({request.ring, request.address});
  by_user_data_.erase({request.ring, request.user_data, operation});
  requests_.erase(found);
}

std::uint32_t IoUringRequests::erase_of_ring(std::uint32_t ring) {
  std::uint32_t count = 0;
  for (auto first = by_user_data_.lower_bound({ring, 0, 0});
       first != by_user_data_.end() && std::get<0>(*first) == ring;
       first = by_user_data_.lower_bound({ring, 0, 0})) {
    erase(std::get<2>(*first));
    ++count;
  }
  return count;
}

}  // namespace proactor_lab
