// Simulated UDP: sends whole datagrams to a port, each with a separate latency, so that they may
// overtake each other. They wait at a bound port up to a limit; beyond it, or if the port is not
// bound when they arrive, they are lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "core/recording/recorder.hpp"
#include "core/values/handle.hpp"
#include "sim/time/delay.hpp"
#include "sim/time/schedule.hpp"

namespace proactor_lab {

struct Datagram {
  std::uint16_t from = 0;  ///< the sender's port
  std::vector<std::byte> bytes;
  FactIndex cause = 0;
};

class DatagramOwner {
 public:
  virtual void datagram_arrived(std::uint16_t port, FactIndex cause) = 0;

 protected:
  ~DatagramOwner() = default;
};

class Datagrams final : private EventTarget {
 public:
  /// Maximum size of a datagram in bytes: what IP can carry (EMSGSIZE beyond).
  static constexpr std::uint32_t bytes_max = 65'507;

  Datagrams(DelayRange latency, Schedule& schedule) : latency_(latency), schedule_(schedule) {}

  /// Binds `port`; 0 selects a free one. Returns the port, or 0 if it is taken.
  std::uint16_t bind(std::uint16_t port, DatagramOwner* owner);
  void unbind(std::uint16_t port);
  void send(std::uint16_t from, std::uint16_t to, std::span<const std::byte> bytes,
            FactIndex cause);
  bool available(std::uint16_t port) const;
  Datagram take(std::uint16_t port);

 private:
  static constexpr std::size_t waiting_max = 1024;

  struct Port {
    std::uint16_t number = 0;
    DatagramOwner* owner = nullptr;
    std::deque<Datagram> waiting;
  };

  void on_event(const ScheduledEvent& event) override;
  Port* find(std::uint16_t number);
  const Port* find(std::uint16_t number) const;

  DelayRange latency_;
  Schedule& schedule_;
  std::vector<Port> ports_;
  std::vector<Datagram> under_way_;
  std::vector<std::uint32_t> free_;  // places in under_way_
  std::uint32_t sent_ = 0;
};

}  // namespace proactor_lab
