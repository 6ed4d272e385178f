// The handles that a program's letters name. They are opened in a fixed order, so their numbers
// have the same relation on every system.
#pragma once

#include <array>

#include "tests/fuzz/play.hpp"

namespace proactor_lab::fuzz {

class Handles {
 public:
  /// Opens the handles that `program` uses.
  Handles(const Program& program, Stage& stage);

  Handle operator[](char name) const { return handles_[handle_names.find(name)]; }
  Endpoint listening() const { return listening_; }
  /// Address at which a datagram socket receives. Any letter but `g` gives that of `h`.
  Endpoint datagrams_to(char name) const { return ports_[name == 'g' ? 0 : 1]; }
  /// "g", "h" or "world".
  std::string name_of_sender(Endpoint sender) const;
  PeerId peer_of(char stream) const { return peers_[stream == 's' ? 0 : 1]; }

 private:
  Handle& at(char name) { return handles_[handle_names.find(name)]; }
  Handle listen();
  std::int32_t completed();
  void start(AsyncOperation& operation, const OperationRequest& request);
  Handle accept(Handle listener);
  void open_pair(char near, char far);
  void open_stream(char name, PeerId& peer);
  void open_file(char name, std::uint32_t mode);

  Stage& stage_;
  CompletionEventQueue queue_;
  std::array<Handle, handle_names.size()> handles_;
  std::array<PeerId, 2> peers_{};
  std::array<Endpoint, 2> ports_{};
  Endpoint listening_;
};

}  // namespace proactor_lab::fuzz
