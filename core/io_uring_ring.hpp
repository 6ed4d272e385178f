// What IoUringBackend keeps of io_uring(7): private to its sources, so that nobody else needs
// liburing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <liburing.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/io_uring_backend.hpp"
#include "core/live_handles.hpp"

namespace proactor_lab {

// User data that is no operation's address: operations are aligned to 16.
inline constexpr std::uint64_t wake_data = 1;
inline constexpr std::uint64_t nobody = 2;

/// What recvmsg(2) and sendmsg(2) want described; too large for a slot, so it is kept beside.
struct IoUringBackend::Message {
  msghdr header{};
  iovec vector{};
  sockaddr_in address{};
  Message* next = nullptr;
};

struct IoUringBackend::Ring {
  explicit Ring(Recorder* recorder) : handles(recorder, 0) {}

  io_uring ring{};
  LiveHandles handles;
  int wake_descriptor = -1;
  std::uint64_t wake_count = 0;  // the kernel reads into it
  bool wake_armed = false;
  std::uint16_t last_group = 0;
  Message* free_messages = nullptr;
  std::vector<std::unique_ptr<Message>> messages;

  ~Ring() {
    if (wake_descriptor >= 0) ::close(wake_descriptor);
  }

  /// A free submission entry; where the queue is full it is submitted first.
  io_uring_sqe* take_entry() {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring);
    while (sqe == nullptr) {
      io_uring_submit(&ring);
      sqe = io_uring_get_sqe(&ring);
    }
    return sqe;
  }

  Message& take_message() {
    if (free_messages == nullptr) {
      messages.push_back(std::make_unique<Message>());
      free_messages = messages.back().get();
    }
    Message& message = *free_messages;
    free_messages = message.next;
    return message;
  }
};

}  // namespace proactor_lab
