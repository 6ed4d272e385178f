#include "tests/fuzz/play.hpp"

#include <cstring>
#include <span>
#include <system_error>

#include "core/socket.hpp"

namespace proactor_lab::fuzz {
namespace {

constexpr Duration lasting{3'600'000'000'000};

/// "1*10 3*6": so many bytes of step 1, then so many of step 3.
std::string content_text(std::span<const std::byte> bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    std::size_t end = i;
    while (end < bytes.size() && bytes[end] == bytes[i]) ++end;
    std::string from = std::to_string(std::to_integer<int>(bytes[i]) - 1);
    if (bytes[i] == file_byte) from = "file";
    if (bytes[i] == std::byte{0}) from = "gap";
    text += (text.empty() ? "" : " ") + from + '*' + std::to_string(end - i);
    i = end;
  }
  return text;
}

class Player {
 public:
  Player(const Program& program, Stage& stage, const std::string& file)
      : program_(program),
        stage_(stage),
        file_(file),
        outcome_(program.steps.size(), "not begun"),
        tokens_(program.steps.size()),
        memory_(program.steps.size()) {
    std::error_code error;
    stage_.os().register_buffers(buffers_, error);
    check(error, "buffers");
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      memory_[i].resize(program.steps[i].length, std::byte(i + 1));
    }
  }
  /// The system lets go of what was lent, and of the handles that the program left open.
  ~Player() {
    proactor_.reset();
    for (const Handle handle : accepted_) stage_.os().close(handle);
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      if (handles_[i] != Handle::none && !closed_[i]) stage_.os().close(handles_[i]);
    }
    stage_.os().unregister_buffers(buffers_);
  }
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  Outcome play() {
    open_handles();
    stage_.begin();
    initiate_after(no_step);
    proactor_.run();
    return outcome_;
  }

 private:
  static constexpr std::string_view names = "abcdluf";

  static void check(std::error_code error, const char* what) {
    if (error) throw std::system_error(error, what);
  }
  Handle& handle(char name) { return handles_[names.find(name)]; }

  void open_handles() {
    std::error_code error;
    if (program_.uses("ab")) connect('a', 'b');
    if (program_.uses("cd")) connect('c', 'd');
    if (program_.uses("lu") || program_.uses(Opcode::connect)) {
      handle('l') = stage_.os().listen({loopback_address, 0}, "l", error);
      check(error, "listen");
      listening_ = stage_.os().local_endpoint(handle('l'));
      handle('u') = stage_.os().open_stream_socket("u", error);
      check(error, "socket");
    }
    if (program_.uses("f")) {
      const OpenMode read = OpenMode::read;
      proactor_.initiate(
          {.opcode = Opcode::open, .path = file_.c_str(), .open_flags = read | OpenMode::write},
          [this](std::error_code failure, Handle opened) {
            check(failure, "open");
            handle('f') = opened;
          });
      proactor_.run();
    }
  }

  void connect(char near, char far) {
    std::error_code error;
    const Handle listener = stage_.os().listen({loopback_address, 0}, "listener", error);
    check(error, "listen");
    handle(near) = stage_.os().open_stream_socket("near", error);
    check(error, "socket");
    Acceptor(proactor_, listener).async_accept([this, far](std::error_code failure, Handle opened) {
      check(failure, "accept");
      handle(far) = opened;
    });
    StreamSocket(proactor_, handle(near))
        .async_connect(stage_.os().local_endpoint(listener),
                       [](std::error_code failure) { check(failure, "connect"); });
    proactor_.run();
    stage_.os().close(listener);
  }

  void initiate_after(int step) {
    for (std::size_t i = 0; i < program_.steps.size(); ++i) {
      if (program_.steps[i].after == step) initiate(i);
    }
  }

  void initiate(std::size_t index) {
    const Step& step = program_.steps[index];
    outcome_[index] = "pending";
    OperationRequest request{.opcode = step.opcode,
                             .length = step.length,
                             .data = memory_[index].data(),
                             .readiness = step.readiness,
                             .multishot = step.many,
                             .link = step.link,
                             .offset = step.offset,
                             .relative = true,
                             .side = step.side};
    if (step.handle != no_handle) request.handle = handle(step.handle);
    if (step.many && step.opcode == Opcode::receive) request.buffers = &buffers_;
    if (step.opcode == Opcode::connect) request.endpoint = listening_;
    if (step.opcode == Opcode::timer || step.opcode == Opcode::link_timeout) {
      request.deadline = Instant{} + (step.lasting ? lasting : stage_.short_delay());
    }
    if (step.target != no_step) request.target = tokens_[static_cast<std::size_t>(step.target)];
    if (step.opcode == Opcode::accept) {
      tokens_[index] = proactor_.initiate(request, [this, index](std::error_code e, Handle opened) {
        if (!e) accepted_.push_back(opened);
        over(index, e, "handle", e || !program_.steps[index].many);
      });
    } else if (request.buffers != nullptr) {
      tokens_[index] =
          proactor_.initiate(request, [this, index](std::error_code e, std::span<std::byte> got) {
            over(index, e, moved(got.size(), got), e || got.empty());
          });
    } else if (step.opcode == Opcode::cancel_handle || step.opcode == Opcode::cancel_all) {
      tokens_[index] = proactor_.initiate(request, [this, index](std::error_code e, std::size_t n) {
        over(index, e, counted(index) ? std::to_string(n) : "some", true);
      });
    } else if (step.length > 0) {
      const bool reads = step.opcode == Opcode::receive || step.opcode == Opcode::read;
      tokens_[index] =
          proactor_.initiate(request, [this, index, reads](std::error_code e, std::size_t n) {
            over(index, e, moved(n, reads ? std::span(memory_[index]).first(n) : nothing), true);
          });
    } else {
      tokens_[index] = proactor_.initiate(request, [this, index](std::error_code e) {
        if (!e && program_.steps[index].opcode == Opcode::close) {
          closed_[names.find(program_.steps[index].handle)] = true;
        }
        over(index, e, "ok", true);
      });
    }
  }

  /// IoUringBackend takes its own read out of what was cancelled in all; together with what the
  /// kernel's workers have, the count is not exact.
  bool counted(std::size_t index) const {
    return program_.steps[index].opcode == Opcode::cancel_handle ||
           !(program_.uses(Opcode::shutdown) || program_.uses("f"));
  }

  static std::string moved(std::size_t count, std::span<const std::byte> bytes) {
    const std::string content = content_text(bytes);
    return std::to_string(count) + (content.empty() ? "" : " <" + content + '>');
  }

  void over(std::size_t index, std::error_code error, const std::string& well, bool last) {
    std::string& heard = outcome_[index];
    if (heard == "pending") heard.clear();
    if (!heard.empty()) heard += ", ";
    heard += error ? strerrorname_np(error.value()) : well;
    if (!last) return;
    initiate_after(static_cast<int>(index));
  }

  static constexpr std::span<const std::byte> nothing{};

  const Program& program_;
  Stage& stage_;
  const std::string& file_;
  Outcome outcome_;
  std::vector<OperationToken> tokens_;
  std::vector<std::vector<std::byte>> memory_;
  std::array<Handle, names.size()> handles_{Handle::none, Handle::none, Handle::none, Handle::none,
                                            Handle::none, Handle::none, Handle::none};
  std::array<bool, names.size()> closed_{};
  Endpoint listening_;  // l
  std::vector<Handle> accepted_;
  BufferGroup buffers_{4, 16};
  CompletionEventQueue queue_;
  Proactor proactor_{stage_, stage_, queue_};
};

}  // namespace

std::string to_text(const Outcome& outcome) {
  std::string text;
  for (std::size_t i = 0; i < outcome.size(); ++i) {
    text += (i == 0 ? "" : " | ") + std::to_string(i) + ": " + outcome[i];
  }
  return text;
}

Outcome play(const Program& program, Stage& stage, const std::string& file) {
  Player player(program, stage, file);
  return player.play();
}

}  // namespace proactor_lab::fuzz
