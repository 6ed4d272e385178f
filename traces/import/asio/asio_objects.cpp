#include "traces/import/asio/asio_objects.hpp"

#include <algorithm>

#include "traces/import/asio/asio_words.hpp"

namespace proactor_lab {

AsioObjects::Object* AsioObjects::object_of(const AsioLine& line, const Event& base) {
  auto found = objects_.find(line.object);
  if (found == objects_.end()) {
    if (objects_.size() >= most_) return nullptr;
    found = objects_.try_emplace(line.object).first;
  }
  Object& object = found->second;
  const StringId type = events_.keep(line.type);
  if (object.type != type) {  // the memory now belongs to another object
    if (object.handle != 0) close(object, base, Certainty::inferred);
    object.type = type;
    object.pending.clear();
  }
  return &object;
}

std::uint32_t AsioObjects::handle_for(const AsioLine& line, const Event& base) {
  if (!is_handle(line.type)) return 0;
  Object* object = object_of(line, base);
  if (object == nullptr) return 0;
  const bool listens = handle_type_of(line) == "listener";
  if (object->handle != 0 && object->listens != listens) close(*object, base, Certainty::inferred);
  if (object->handle == 0) {
    object->listens = listens;
    open(*object, line, base);
  }
  object->used_ns = base.time_ns;
  return object->handle;
}

void AsioObjects::open(Object& object, const AsioLine& line, const Event& base) {
  const std::string_view type = handle_type_of(line);
  Event event = base;
  event.kind = EventKind::handle_opened;
  event.certainty = Certainty::inferred;
  event.earliest_ns = object.used_ns;
  event.handle = object.handle = ++last_handle_;
  event.value = -1;  // the log has no descriptors
  event.text = events_.keep(type);
  event.label = events_.keep(label_for(type));
  events_.add(event);
}

/// The first listener is "listener"; streams are A, B, ... Z, AA, like a scenario's clients.
std::string AsioObjects::label_for(std::string_view type) {
  if (type == "listener") {
    return ++listeners_ == 1 ? "listener" : "listener " + std::to_string(listeners_);
  }
  std::string label;
  for (std::uint32_t rest = ++streams_; rest > 0; rest = (rest - 1) / 26) {
    label.insert(label.begin(), static_cast<char>('A' + (rest - 1) % 26));
  }
  return label;
}

void AsioObjects::add_pending(const AsioLine& line, const Event& base, std::uint64_t operation,
                              const IsPending& is_pending) {
  Object* object = object_of(line, base);
  if (object == nullptr) return;
  std::vector<std::uint64_t>& operations = object->pending;
  if (operations.size() >= object->tidy_at) {
    std::erase_if(operations, [&](std::uint64_t id) { return !is_pending(id); });
    object->tidy_at = 2 * operations.size() + 16;
  }
  operations.push_back(operation);
}

std::vector<std::uint64_t> AsioObjects::pending(const AsioLine& line, const IsPending& is_pending) {
  const auto found = objects_.find(line.object);
  if (found == objects_.end() || found->second.type != events_.keep(line.type)) return {};
  std::vector<std::uint64_t>& operations = found->second.pending;
  std::erase_if(operations, [&](std::uint64_t id) { return !is_pending(id); });
  return operations;
}

void AsioObjects::close(const AsioLine& line, const Event& base) {
  Object* object = object_of(line, base);
  if (object == nullptr) return;
  if (object->handle == 0) open(*object, line, base);
  close(*object, base, Certainty::observed);
}

void AsioObjects::close(Object& object, const Event& base, Certainty certainty) {
  Event event = base;
  event.kind = EventKind::handle_closed;
  event.certainty = certainty;
  if (certainty == Certainty::inferred) event.earliest_ns = object.used_ns;
  event.handle = object.handle;
  events_.add(event);
  object.handle = 0;
  object.listens = false;
  object.used_ns = event.time_ns;
}

}  // namespace proactor_lab
