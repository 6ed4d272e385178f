// A structural validator of Chrome's trace event JSON: it checks what a viewer needs to show every
// slice, span, arrow and counter in the right place. It does not depend on how the file was made.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace proactor_lab::test {

class ChromeValidator {
 public:
  /// The first complaint; empty if there is none.
  std::string complaint_about(const std::string& text) {
    try {
      const auto json = nlohmann::json::parse(text);
      for (const auto& event : json.at("traceEvents")) {
        ++place_;
        check(event);
        if (!complaint_.empty()) return complaint_;
      }
    } catch (const nlohmann::json::exception& error) {
      return "event " + std::to_string(place_) + ": " + error.what();
    }
    for (const auto& [key, names] : spans_) {
      if (!names.empty())
        return "span " + names.back() + " of id " + std::get<2>(key) + " never ends";
    }
    for (const Track& track : used_) {
      if (processes_.count(track.first) == 0) return "a process has no name";
      if (threads_.count(track) == 0) return "a thread with slices has no name";
    }
    return "";
  }

  std::map<std::string, int> phases;  ///< number of events per phase

 private:
  using Track = std::pair<std::int64_t, std::int64_t>;
  struct Slice {
    std::int64_t begin;
    std::int64_t end;
  };

  void complain(const std::string& what) {
    if (complaint_.empty()) complaint_ = "event " + std::to_string(place_) + ": " + what;
  }

  static std::int64_t ns(const nlohmann::json& microseconds) {
    return std::llround(microseconds.get<double>() * 1000);
  }

  void check(const nlohmann::json& event) {
    const auto phase = event.at("ph").get<std::string>();
    const Track track{event.at("pid").get<std::int64_t>(), event.at("tid").get<std::int64_t>()};
    const auto name = event.at("name").get<std::string>();
    ++phases[phase];
    if (phase == "M") return check_name(event, name, track);
    now_ = ns(event.at("ts"));
    if (now_ < last_) complain("time runs backwards");
    last_ = now_;
    if (phase == "X") return check_slice(event, track);
    if (phase == "b" || phase == "n" || phase == "e") return check_span(event, phase, name, track);
    if (phase == "s" || phase == "t" || phase == "f") return check_arrow(event, phase, name, track);
    if (phase == "C") return check_counter(event);
    if (phase == "i") {
      if (event.at("s") != "t") complain("an instant is not of a thread");
      used_.insert(track);
      return;
    }
    complain("unknown phase " + phase);
  }

  void check_name(const nlohmann::json& event, const std::string& name, Track track) {
    if (name == "process_name" && event.at("args").at("name").is_string()) {
      processes_.insert(track.first);
    } else if (name == "thread_name" && event.at("args").at("name").is_string()) {
      threads_.insert(track);
    } else if (!event.at("args").at("sort_index").is_number()) {
      complain("metadata without a value");
    }
  }

  void check_slice(const nlohmann::json& event, Track track) {
    const std::int64_t end = now_ + ns(event.at("dur"));
    if (end < now_) complain("a slice of negative length");
    used_.insert(track);
    std::vector<Slice>& open = open_[track];
    while (!open.empty() && open.back().end <= now_) open.pop_back();
    if (!open.empty() && end > open.back().end) complain("a slice outlasts the one around it");
    open.push_back({now_, end});
  }

  /// A slice that ends at this instant, or has no length, counts as open.
  bool is_in_slice(Track track) const {
    const auto open = open_.find(track);
    return open != open_.end() && !open->second.empty() && open->second.back().end >= now_;
  }

  void check_span(const nlohmann::json& event, const std::string& phase, const std::string& name,
                  Track track) {
    const auto id = event.at("id").dump();
    auto& open = spans_[{track.first, event.at("cat").get<std::string>(), id}];
    if (phase == "b") {
      open.push_back(name);
    } else if (open.empty()) {
      complain(phase + " of id " + id + " outside any span");
    } else if (phase == "e") {
      if (open.back() != name) complain("e of " + name + " within " + open.back());
      open.pop_back();
    }
  }

  void check_arrow(const nlohmann::json& event, const std::string& phase, const std::string& name,
                   Track track) {
    const std::tuple key{event.at("cat").get<std::string>(), name, event.at("id").dump()};
    if (!is_in_slice(track)) complain("an arrow outside any slice");
    if (phase == "s") {
      if (!arrows_.insert(key).second) complain("an arrow begins twice");
      return;
    }
    if (arrows_.count(key) == 0) complain("an arrow ends that never began");
    if (event.value("bp", "") != "e") complain("an arrow is not bound to the slice around it");
    if (phase == "f") arrows_.erase(key);
  }

  void check_counter(const nlohmann::json& event) {
    for (const auto& series : event.at("args")) {
      if (!series.is_number()) complain("a counter that is no number");
    }
  }

  std::int64_t place_ = 0;
  std::int64_t now_ = 0;
  std::int64_t last_ = 0;
  std::string complaint_;
  std::set<std::int64_t> processes_;
  std::set<Track> threads_;
  std::set<Track> used_;
  std::map<Track, std::vector<Slice>> open_;
  std::map<std::tuple<std::int64_t, std::string, std::string>, std::vector<std::string>> spans_;
  std::set<std::tuple<std::string, std::string, std::string>> arrows_;
};

}  // namespace proactor_lab::test
