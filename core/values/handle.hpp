// A handle names an object that the operating system keeps for the program: a socket, a listener, a
// file. On Linux it is a file descriptor; the simulated system assigns its numbers by the same rule
// (the lowest free one). A handle is a plain value: copying it neither opens nor closes anything.
#pragma once

#include <cstdint>
#include <string>

namespace proactor_lab {

enum class Handle : std::int32_t { none = -1 };

constexpr std::int32_t to_number(Handle handle) { return static_cast<std::int32_t>(handle); }

/// What a handle refers to, for traces.
enum class HandleKind : std::uint8_t { listener, stream, datagram, file, pipe };

/// Default names of connections without a label: A, B, ... Z, AA, AB ... `number` counts from 1.
inline std::string letters_of(std::uint32_t number) {
  std::string letters;
  for (; number > 0; number = (number - 1) / 26) {
    letters.insert(letters.begin(), static_cast<char>('A' + (number - 1) % 26));
  }
  return letters;
}

/// How to open a file; combine with |.
enum class OpenMode : std::uint32_t { read = 1, write = 2, create = 4, truncate = 8 };
constexpr std::uint32_t operator|(OpenMode a, OpenMode b) {
  return static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b);
}
constexpr std::uint32_t operator|(std::uint32_t a, OpenMode b) {
  return a | static_cast<std::uint32_t>(b);
}
constexpr bool has(std::uint32_t flags, OpenMode mode) {
  return (flags & static_cast<std::uint32_t>(mode)) != 0;
}

/// One end of a stream: an IPv4 address and a port, both in host byte order.
struct Endpoint {
  std::uint32_t address = 0;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

inline constexpr std::uint32_t loopback_address = 0x7F000001;

}  // namespace proactor_lab
