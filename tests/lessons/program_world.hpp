// A program to study on a system of the test's choice. Its clients are coroutines on the same
// proactor. One test body runs on all systems, and tests see every byte of the answers.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "core/composed.hpp"
#include "lessons/programs/program.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/systems/both_systems.hpp"

namespace proactor_lab::testing {

class ProgramWorld {
 public:
  explicit ProgramWorld(const SystemOptions& options) : system_(options) {
    settings.listen_on = {loopback_address, 0};
    settings.root = folder_.path().string();
  }

  ProgramSettings settings;  ///< change these before `start`

  System& system() { return system_; }
  Proactor& proactor() { return system_.proactor(); }
  std::string path(const std::string& name) const { return settings.root + "/" + name; }

  void start(std::string_view name) {
    program_ = find_program(name)->make(proactor(), system_.os(), settings);
    const std::error_code error = program_->start();
    REQUIRE(error.message() == std::error_code().message());
  }
  AsyncProgram& program() { return *program_; }

  /// Starts a client: it sends `text`, then receives until the end of the stream. The run ends with
  /// the last client. `answer` must outlive the run.
  void add_client(std::string text, std::string& answer) {
    ++clients_;
    spawn(converse(std::move(text), answer));
  }
  void run() {
    proactor().restart();
    system_.run();
  }
  /// Runs one client and returns its answer.
  std::string answer_to(std::string text) {
    std::string answer;
    add_client(std::move(text), answer);
    run();
    return answer;
  }

  /// Writes a whole file through the proactor, on any system.
  void put(const std::string& name, const std::string& content) {
    spawn(write_file(path(name), content));
    run();
  }
  /// Reads a whole file in the same way; "(none)" if it does not exist.
  std::string content_of(const std::string& name) {
    std::string content;
    spawn(read_file(path(name), content));
    run();
    return content;
  }

  /// Destroys the proactor and checks the rules on the whole run.
  void require_rules_kept() {
    system_.destroy_proactor();
    testing::require_rules_kept(system_);
  }

  /// For clients that a test writes itself.
  StreamSocket open_client() {
    std::error_code error;
    return {proactor(), system_.os().open_stream_socket("client", error)};
  }
  Endpoint server() const { return {loopback_address, program_->endpoint().port}; }
  void client_came() { ++clients_; }
  void client_is_done() {
    if (--clients_ == 0) proactor().stop();
  }

 private:
  Task converse(std::string text, std::string& answer) {
    StreamSocket socket = open_client();
    const std::error_code failed = co_await socket.connect(server());
    if (failed) answer = "(refused)";
    if (!failed) co_await write(socket, bytes_of(text));
    std::array<std::byte, 1000> buffer;
    while (!failed) {
      const auto [error, bytes] = co_await socket.receive(buffer);
      if (error) answer += "(" + error.message() + ")";
      if (error || bytes == 0) break;
      answer.append(reinterpret_cast<const char*>(buffer.data()), bytes);
    }
    co_await socket.close();
    client_is_done();
  }

  Task write_file(std::string name, std::string content) {
    const auto mode = OpenMode::write | OpenMode::create | OpenMode::truncate;
    const auto [error, handle] = co_await File::open(proactor(), name.c_str(), mode);
    if (error) throw std::system_error(error, name);
    File file(proactor(), handle);
    for (std::size_t done = 0; done < content.size();) {
      const auto rest = bytes_of(content).subspan(done);
      const auto [failed, bytes] = co_await file.write_at(done, rest);
      if (failed) throw std::system_error(failed, name);
      done += bytes;
    }
    co_await file.close();
    proactor().stop();
  }

  Task read_file(std::string name, std::string& content) {
    const auto mode = static_cast<std::uint32_t>(OpenMode::read);
    const auto [error, handle] = co_await File::open(proactor(), name.c_str(), mode);
    if (error) {
      content = "(none)";
      proactor().stop();
      co_return;
    }
    File file(proactor(), handle);
    std::array<std::byte, 1000> buffer;
    while (true) {
      const auto [failed, bytes] = co_await file.read_at(content.size(), buffer);
      if (failed || bytes == 0) break;
      content.append(reinterpret_cast<const char*>(buffer.data()), bytes);
    }
    co_await file.close();
    proactor().stop();
  }

  const TemporaryFolder folder_;
  // Operations point to the program, so it is destroyed after the system and the proactor.
  std::unique_ptr<AsyncProgram> program_;
  System system_;
  int clients_ = 0;
};

}  // namespace proactor_lab::testing
