// The script of a client, or of a crowd of clients: the same for simulated clients
// (simulated_clients.hpp) and live ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/time/delay.hpp"

namespace proactor_lab {

/// How a client leaves.
enum class ClientEnd : std::uint8_t {
  close,  ///< in an orderly way: the program sees the end of the stream
  reset,  ///< the program sees ECONNRESET
  stay,   ///< never: it keeps the connection and sends nothing
};

struct ClientSend {
  Duration at{0};       ///< not before this time after the start of the run
  std::string content;  ///< the bytes
};

struct ClientScript {
  std::string name;
  std::uint32_t count = 1;  ///< number of clients, "name 1", "name 2", ...
  DelayRange gap;           ///< between the start of one client and the next
  std::uint32_t burst = 1;  ///< number of clients that start together
  Duration connect_at{0};   ///< start of the first client

  std::vector<ClientSend> sends;
  std::uint32_t requests = 0;  ///< after `sends`: send one, wait for its answer, repeat
  std::uint32_t request_bytes = 64;
  std::uint32_t answer_bytes = 0;  ///< of a request's answer; 0: as many as the request's
  DelayRange think;                ///< between an answer and the next request
  Duration every{0};               ///< if not 0: interval of requests, answered or not (open loop)

  ClientEnd end = ClientEnd::close;
  Duration end_at{-1};       ///< when it leaves; negative: once all is sent and answered
  bool read_to_end = false;  ///< leaves only after the program has closed its end
  bool reads = true;         ///< false: takes nothing, so bytes sent to it accumulate
  std::uint64_t read_bytes_per_second = 0;  ///< 0: takes everything at once
  std::uint16_t link = 0;                   ///< of the network, by number

  std::uint32_t bytes_of_answer() const { return answer_bytes > 0 ? answer_bytes : request_bytes; }
  /// The name of the crowd's member `index`, from 0.
  std::string name_of(std::uint32_t index) const {
    return count == 1 ? name : name + ' ' + std::to_string(index + 1);
  }
  /// The index of the crowd's member with this name, if any.
  std::optional<std::uint32_t> index_of(std::string_view whole_name) const;
};

/// The start time of each client of a crowd. `crowd` distinguishes crowds in questions.
std::vector<Duration> setting_out(const ClientScript& script, std::uint32_t crowd,
                                  ChoiceSource& choices);

}  // namespace proactor_lab
