// The simulated network: byte streams between two ends, and listeners at which streams arrive.
// Bytes are real and arrive in order, after the link's latency, all of them or until a reset. The
// owner of an end (program, client, back end) is notified when something arrives, and may take it
// later.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/detail/large_pages.hpp"
#include "core/recording/recorder.hpp"
#include "sim/time/delay.hpp"
#include "sim/time/schedule.hpp"

namespace proactor_lab {

/// One end of a stream. The two ends of a connection differ in the lowest bit.
using EndId = std::uint32_t;
constexpr EndId peer_of(EndId end) { return end ^ 1u; }
inline constexpr EndId no_end = UINT32_MAX;
/// For `Fact::handle`, if only the connection is known.
constexpr std::int32_t connection_fact(EndId end) { return connection_handle(end / 2); }

/// The owner of a stream end or a listener. `cause` is the fact that caused the event.
class NetworkOwner {
 public:
  /// Bytes, the end of the stream or a reset arrived at `end`.
  virtual void readable(EndId end, FactIndex cause) = 0;
  /// `end` had filled its buffer, and has space again; or the connection broke.
  virtual void writable(EndId end, FactIndex cause) = 0;
  /// Something arrives at `end` soon: see `EventTarget::expect`. The network's data of `end` are in
  /// the cache at step 0.
  virtual void expect_arrival(EndId, std::uint32_t /*step*/) {}
  /// A connection waits at the listener on `port`.
  virtual void acceptable(std::uint16_t port, FactIndex cause) = 0;

 protected:
  ~NetworkOwner() = default;
};

/// The path between two ends. Both directions are alike, and do not slow each other down.
struct NetworkLink {
  DelayRange latency;                    ///< one way
  std::uint64_t bytes_per_second = 0;    ///< 0: unlimited
  std::uint32_t losses_per_million = 0;  ///< segments that must be sent again
  std::uint32_t breaks_per_million = 0;  ///< segments at which the connection breaks
};
/// The number of a link. 0 is the default link.
using LinkId = std::uint16_t;

struct NetworkConfig {
  DelayRange latency;                 ///< of link 0
  std::uint32_t send_buffer = 65536;  ///< bytes sent and not yet taken, per direction
  bool arrivals_tie = false;          ///< see `Network::let_arrivals_tie`
};

class Network final : private EventTarget {
 public:
  Network(const NetworkConfig& config, Schedule& schedule)
      : send_buffer_(config.send_buffer),
        arrivals_tie_(config.arrivals_tie),
        schedule_(schedule),
        links_{NetworkLink{.latency = config.latency}} {}

  /// Lets segments of one stream arrive at the same instant: in order, but other events that are
  /// due then may come between them. Otherwise they are a nanosecond apart. Call it before any
  /// connection is opened.
  void let_arrivals_tie() {
    assert(connections_.empty());
    arrivals_tie_ = true;
  }
  /// Records losses and broken connections from now on.
  void set_recorder(Recorder* recorder) { recorder_ = recorder; }
  LinkId add_link(const NetworkLink& link);
  NetworkLink& link(LinkId id) { return links_[id]; }

  /// Opens a connection. The returned end is the initiator's; its peer has no owner yet. `label`
  /// names it in traces. If it connects to a listener with a separate link, it uses that link.
  EndId open(NetworkOwner* initiator, std::uint32_t tag, const char* label, LinkId link = 0);
  void adopt(EndId end, NetworkOwner* owner, std::uint32_t tag);
  /// No owner will take bytes from `end` any more: the first that arrive break the connection.
  void abandon(EndId end);
  const char* label(EndId end) const { return connections_[end / 2].label; }
  /// The owner's number for an end.
  std::uint32_t tag(EndId end) const { return ends_[end].tag; }

  /// A free port, for listening on port 0.
  std::uint16_t free_port() const;
  /// Returns false if the port is taken.
  bool listen(std::uint16_t port, NetworkOwner* owner, LinkId link = 0);
  /// The owner's number for a listener.
  void tag_listener(std::uint16_t port, std::uint32_t tag) { listener_on(port)->tag = tag; }
  std::uint32_t listener_tag(std::uint16_t port) const { return listener_on(port)->tag; }
  void stop_listening(std::uint16_t port);
  /// The connection reaches the listener after one latency. Returns false if nothing listens there
  /// now.
  bool connect(EndId initiator, std::uint16_t port, FactIndex cause);
  bool acceptable(std::uint16_t port) const;
  /// Removes the oldest connection that waits at `port`; returns the accepting side's end.
  EndId accept(std::uint16_t port);
  FactIndex arrival_of(EndId end) const { return ends_[end].last_cause; }

  /// How many bytes `end` may send now. Bytes in flight, and bytes that have arrived but were not
  /// taken, count against the buffer: a reader that does not read stops the writer.
  std::uint32_t space(EndId end) const {
    const std::uint32_t stored = ends_[peer_of(end)].stored;
    return stored < send_buffer_ ? send_buffer_ - stored : 0;
  }
  /// Copies at most `space` of `bytes` and sends them; they arrive after a latency. Returns their
  /// number.
  std::uint32_t send(EndId end, std::span<const std::byte> bytes, FactIndex cause);

  std::uint32_t available(EndId end) const { return ends_[end].arrived; }
  std::uint32_t take(EndId end, std::span<std::byte> into);
  /// As `take` of at most `most` bytes, without copying them.
  std::uint32_t discard(EndId end, std::uint32_t most);
  /// True if neither bytes, nor the end of the stream, nor a reset has arrived.
  bool is_silent(EndId end) const {
    return ends_[end].arrived == 0 && !ends_[end].ended && !ends_[end].reset;
  }
  bool at_end(EndId end) const { return ends_[end].ended && ends_[end].arrived == 0; }
  bool was_reset(EndId end) const { return ends_[end].reset; }
  /// The error of a reset, which is reported once: ECONNRESET, or EPIPE if the stream had ended
  /// before. 0 if there is none.
  std::int32_t take_error(EndId end) { return std::exchange(ends_[end].error, std::uint8_t{0}); }
  /// True if nothing listened any more when the connection of `initiator` arrived.
  bool refused(EndId initiator) const { return ends_[initiator].refused; }
  bool ended(EndId end) const { return ends_[end].ended; }
  bool send_closed(EndId end) const { return ends_[end].send_closed; }

  /// `end` accepts no more bytes. If it has also ended its own stream, the next bytes that arrive
  /// break the connection (RFC 1122, 4.2.2.13).
  void shutdown_receive(EndId end) { ends_[end].receive_closed = true; }
  /// No bytes follow those already sent: the peer sees the end of the stream after a latency.
  void shutdown_send(EndId end, FactIndex cause);
  /// The last reference to `end` is gone. If bytes are unread, TCP sends a reset.
  void close(EndId end, FactIndex cause);
  /// Breaks the connection: the peer sees a reset after a latency. Bytes in flight are lost; bytes
  /// that have arrived can still be taken (as on Linux).
  void reset(EndId end, FactIndex cause);

  /// The network itself breaks a connection: both ends see a reset after a latency.
  void break_connection(std::uint32_t connection, FactIndex cause);
  /// Nothing that is sent on the connection arrives before `until`; it is delayed, not lost.
  void cut(std::uint32_t connection, Instant until) {
    connections_[connection].cut_until = until;
    last_cut_ = std::max(last_cut_, until);
  }

  /// Draws the latency of a segment that leaves `end`.
  Duration latency_from(EndId end);

 private:
  enum Type : std::uint32_t {
    bytes_arrive,
    stream_ends,
    reset_arrives,
    connection_arrives,
    window_opens,
  };

  static constexpr std::uint32_t small_ring = 64;

  /// Two cache lines, which processors fetch together: with many connections, most of the time is
  /// spent on fetching these.
  struct alignas(128) End {
    NetworkOwner* owner = nullptr;
    std::unique_ptr<std::byte[]> large_ring;  // if the small one is not enough
    Instant last_arrival{};  // segments of one direction do not overtake each other
    std::uint32_t tag = 0;
    std::uint32_t ring_size = small_ring;  // a power of two
    std::uint32_t head = 0;                // of the ring
    std::uint32_t stored = 0;              // bytes in the ring: arrived, then those in flight
    std::uint32_t arrived = 0;
    std::uint32_t under_way = 0;  // bytes sent that have not arrived
    std::uint32_t segments = 0;
    FactIndex last_cause = 0;
    LinkId link = 0;
    std::uint8_t error = 0;  // of a reset, until it is reported
    bool ended : 1 = false;
    bool reset : 1 = false;
    bool refused : 1 = false;
    bool send_closed : 1 = false;
    bool receive_closed : 1 = false;
    bool arriving : 1 = false;  // its owner is being notified of bytes
    bool abandoned : 1 = false;
    bool filled : 1 = false;  // its peer could send no more, and was not notified of space since
    std::array<std::byte, small_ring> small;

    std::byte* ring() { return large_ring != nullptr ? large_ring.get() : small.data(); }
  };
  static_assert(sizeof(End) == 128);

  struct Connection {
    const char* label = "";
    Instant cut_until{};
    std::array<Instant, 2> line_free{};  // by direction: when the last bytes have left
    bool broken = false;                 // by the network itself
  };

  struct Listener {
    NetworkOwner* owner = nullptr;
    std::uint16_t port = 0;
    LinkId link = 0;
    std::uint32_t tag = 0;
    std::deque<EndId> waiting;
  };

  void on_event(const ScheduledEvent& event) override;
  void expect(const ScheduledEvent& event, std::uint32_t step) override;
  [[gnu::cold]] void note_order(const ScheduledEvent& event);
  [[gnu::cold]] void arrive_in_order(EndId to);
  void arrive(const ScheduledEvent& event);
  void bytes_arrived(const ScheduledEvent& event);
  void made_room(EndId end, std::uint32_t bytes);
  Duration draw_latency(EndId from, const NetworkLink& link);
  [[gnu::cold]] void break_end(EndId end, FactIndex cause);
  [[gnu::cold]] void break_off(EndId end, const ScheduledEvent& event);
  void schedule_arrival(EndId to, Type type, std::uint64_t amount, FactIndex cause);
  [[gnu::cold]] Instant leaves_line(EndId from, const NetworkLink& link, std::uint64_t bytes);
  [[gnu::cold]] Duration lost_time(EndId from, const NetworkLink& link, FactIndex cause);
  [[gnu::cold]] void perhaps_break(EndId from, const NetworkLink& link, FactIndex cause);
  void note_fault(EndId end, const char* what, FactIndex cause);
  [[gnu::cold]] void grow_ring(End& end, std::uint32_t least);
  Listener* listener_on(std::uint16_t port);
  const Listener* listener_on(std::uint16_t port) const;

  std::uint32_t send_buffer_;
  bool arrivals_tie_;
  Schedule& schedule_;
  Recorder* recorder_ = nullptr;
  Instant last_cut_{};  // end of the last cut
  std::vector<NetworkLink> links_;
  std::vector<End, LargePages<End>> ends_;
  std::vector<Connection> connections_;
  std::vector<Listener> listeners_;
  std::map<EndId, std::deque<ScheduledEvent>> in_order_;  // if arrivals tie: what is in flight
};

}  // namespace proactor_lab
