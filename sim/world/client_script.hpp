// What a client of the world does, or a crowd of them: the same on the simulated system
// (simulated_clients.hpp) and on the live one.
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
  close,  ///< in good order: the program sees the end of the stream
  reset,  ///< the program sees ECONNRESET
  stay,   ///< never: it keeps the connection and stays silent
};

struct ClientSend {
  Duration at{0};       ///< not before this time after the run's start
  std::string content;  ///< the bytes
};

struct ClientScript {
  std::string name;
  std::uint32_t count = 1;  ///< so many clients, "name 1", "name 2", ...
  DelayRange gap;           ///< between one's setting out and the next one's
  std::uint32_t burst = 1;  ///< so many set out together
  Duration connect_at{0};   ///< the first

  std::vector<ClientSend> sends;
  std::uint32_t requests = 0;  ///< after `sends`: send one, await its answer, again
  std::uint32_t request_bytes = 64;
  std::uint32_t answer_bytes = 0;  ///< of a request's answer; 0: as many as the request's
  DelayRange think;                ///< between an answer and the next request
  Duration every{0};  ///< if not 0: a request each so long, answered or not (open loop)

  ClientEnd end = ClientEnd::close;
  Duration end_at{-1};       ///< when; negative: as soon as all is sent and answered
  bool read_to_end = false;  ///< not before the program has closed its end
  bool reads = true;         ///< false: takes nothing, so that what is sent to it piles up
  std::uint64_t read_bytes_per_second = 0;  ///< 0: whatever arrives, at once
  std::uint16_t link = 0;                   ///< of the network, by number

  std::uint32_t bytes_of_answer() const { return answer_bytes > 0 ? answer_bytes : request_bytes; }
  /// Of the crowd's member `index`, from 0.
  std::string name_of(std::uint32_t index) const {
    return count == 1 ? name : name + ' ' + std::to_string(index + 1);
  }
  /// Who of the crowd has this name; nothing where nobody has.
  std::optional<std::uint32_t> index_of(std::string_view whole_name) const;
};

/// When each of a crowd sets out. `crowd` tells crowds apart in questions.
std::vector<Duration> setting_out(const ClientScript& script, std::uint32_t crowd,
                                  ChoiceSource& choices);

}  // namespace proactor_lab
