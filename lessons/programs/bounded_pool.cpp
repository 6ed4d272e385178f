#include "lessons/programs/bounded_pool.hpp"

#include <string>

#include "core/socket.hpp"

namespace proactor_lab {
namespace {

class BoundedPool final : public AsyncProgram {
 public:
  BoundedPool(Proactor& proactor, OperatingSystem& system, const ProgramSettings& settings)
      : proactor_(proactor), system_(system), settings_(settings) {}

  std::error_code start() override {
    for (std::uint32_t number = 0; number < settings_.tasks; ++number) {
      post(name_of_task(number));
    }
    return {};
  }

 private:
  void post(const char* task) {
    auto handler = [this, task](std::error_code error) { on_place(task, error); };
    proactor_.post(named(task, handler));
  }

  /// Runs on a worker. If the job was rejected, it runs on the loop thread, with an error.
  void on_place(const char* task, std::error_code error) {
    if (!error) return system_.compute(settings_.work);
    if (settings_.retry <= Duration::zero()) return;
    auto handler = [this, task](std::error_code) { post(task); };
    Timer(proactor_).async_wait(settings_.retry, named("try_again", handler));
  }

  /// The recorder keeps the name, because the trace uses it after the run.
  const char* name_of_task(std::uint32_t number) {
    Recorder* recorder = proactor_.recorder();
    return recorder == nullptr ? "" : recorder->keep("task " + std::to_string(number));
  }

  Proactor& proactor_;
  OperatingSystem& system_;
  ProgramSettings settings_;
};

}  // namespace

std::unique_ptr<AsyncProgram> make_bounded_pool(Proactor& proactor, OperatingSystem& system,
                                                const ProgramSettings& settings) {
  return std::make_unique<BoundedPool>(proactor, system, settings);
}

}  // namespace proactor_lab
