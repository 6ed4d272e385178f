#include "traces/export/chrome_tracks.hpp"

namespace proactor_lab {
namespace {

constexpr std::uint32_t first_client = 2;
constexpr std::uint32_t named_clients_max = 64;

}  // namespace

ChromeTracks::ChromeTracks(const Trace& trace, ChromeEvents& json) : trace_(trace), json_(json) {
  name_process(program, "program: " + trace.header.program);
  name_process(system, "operating system: " + trace.header.system);
  name_process(world, "world");
  name_thread(kernel, "kernel");
  name_thread(at_large, "at large");
}

void ChromeTracks::name_process(std::uint32_t process, std::string_view name) {
  json_.event('M', {process, 0}, "", "process_name");
  json_.arguments();
  json_.text("name", name);
  json_.event('M', {process, 0}, "", "process_sort_index");
  json_.arguments();
  json_.number("sort_index", process);
}

void ChromeTracks::name_thread(ChromeTrack track, std::string_view name) {
  json_.event('M', track, "", "thread_name");
  json_.arguments();
  json_.text("name", name);
  json_.event('M', track, "", "thread_sort_index");
  json_.arguments();
  json_.number("sort_index", track.thread);
}

void ChromeTracks::meet(const Event& event) {
  if (event.kind == EventKind::handle_opened) handles_[event.handle] = event.label;
  if (event.thread == 0) return;
  const bool labels = event.kind == EventKind::thread_started && event.label != no_string;
  const StringId* known = threads_.find(event.thread);
  if (known != nullptr && (!labels || *known == event.label)) return;
  threads_[event.thread] = labels ? event.label : no_string;
  name_thread({program, event.thread}, name_of_thread(event.thread));
}

ChromeTrack ChromeTracks::of_client(const Event& event) {
  const auto label = static_cast<std::uint32_t>(event.label);
  if (const std::uint32_t* lane = clients_.find(label)) return {world, *lane};
  if (event.label == no_string || clients_.size() == named_clients_max) return at_large;
  const ChromeTrack track{world, first_client + static_cast<std::uint32_t>(clients_.size())};
  clients_[label] = track.thread;
  name_thread(track, trace_.text(event.label));
  return track;
}

std::string ChromeTracks::label_or(const FlatMap<StringId>& labels, std::uint32_t id,
                                   std::string_view kind) const {
  const StringId* label = labels.find(id);
  if (label != nullptr && *label != no_string) return std::string(trace_.text(*label));
  return std::string(kind) + std::to_string(id);
}

std::string ChromeTracks::name_of_thread(std::uint16_t thread) const {
  return label_or(threads_, thread, "thread ");
}

std::string ChromeTracks::name_of_handle(std::uint32_t handle) const {
  return handle == 0 ? "" : label_or(handles_, handle, "handle ");
}

std::string ChromeTracks::call(std::string_view verb, std::uint32_t handle) const {
  const std::string name(verb);
  return handle == 0 ? name : name + "(" + name_of_handle(handle) + ")";
}

}  // namespace proactor_lab
