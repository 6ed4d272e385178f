#include "sim/world/datagrams.hpp"

#include <utility>

namespace proactor_lab {

std::uint16_t Datagrams::bind(std::uint16_t port, DatagramOwner* owner) {
  if (port == 0) {
    port = 50'000;
    while (find(port) != nullptr) ++port;
  } else if (find(port) != nullptr) {
    return 0;
  }
  ports_.push_back({port, owner, {}});
  return port;
}

void Datagrams::unbind(std::uint16_t port) {
  std::erase_if(ports_, [port](const Port& each) { return each.number == port; });
}

void Datagrams::send(std::uint16_t from, std::uint16_t to, std::span<const std::byte> bytes,
                     FactIndex cause) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(under_way_.size()));
    under_way_.emplace_back();
  }
  const std::uint32_t place = free_.back();
  free_.pop_back();
  under_way_[place] = {from, {bytes.begin(), bytes.end()}, cause};
  const Duration latency =
      latency_.draw(schedule_.choices(), {QuestionKind::latency, UINT32_MAX, sent_++});
  schedule_.at(schedule_.now() + latency, {this, to, place, cause, 0});
}

void Datagrams::on_event(const ScheduledEvent& event) {
  Datagram datagram = std::move(under_way_[event.subject]);
  free_.push_back(event.subject);
  Port* port = find(static_cast<std::uint16_t>(event.amount));
  if (port == nullptr || port->waiting.size() >= waiting_max) return;  // lost, as UDP may
  port->waiting.push_back(std::move(datagram));
  port->owner->datagram_arrived(port->number, event.cause);
}

bool Datagrams::available(std::uint16_t port) const {
  const Port* found = find(port);
  return found != nullptr && !found->waiting.empty();
}

Datagram Datagrams::take(std::uint16_t port) {
  Port* found = find(port);
  Datagram datagram = std::move(found->waiting.front());
  found->waiting.pop_front();
  return datagram;
}

Datagrams::Port* Datagrams::find(std::uint16_t number) {
  return const_cast<Port*>(std::as_const(*this).find(number));
}

const Datagrams::Port* Datagrams::find(std::uint16_t number) const {
  for (const Port& port : ports_) {
    if (port.number == number) return &port;
  }
  return nullptr;
}

}  // namespace proactor_lab
