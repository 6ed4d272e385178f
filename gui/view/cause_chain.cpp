#include "gui/view/cause_chain.hpp"

namespace proactor_lab::gui {

namespace {

constexpr std::size_t longest = 12;

}  // namespace

const std::vector<CauseChain::Link>& CauseChain::of(const Model& model, std::uint32_t seq) {
  if (model_ == &model && seq_ == seq) return links_;
  if (model_ != &model) words_.emplace(model);
  model_ = &model;
  seq_ = seq;
  links_.clear();
  std::uint32_t next = seq;
  while (next != 0 && links_.size() < longest) {
    Link link{next, ""};
    if (!links_.empty()) {
      const std::uint32_t effect = links_.back().seq;
      const std::int64_t ns = model.event(effect).time_ns - model.event(next).time_ns;
      const std::string why = ns > 0 ? words_->between(next, effect) : "";
      if (ns > 0) link.passed = format_duration(ns) + " passed" + (why.empty() ? "" : ": " + why);
    }
    links_.push_back(std::move(link));
    const std::uint32_t cause = model.event(next).cause;
    next = cause < next ? cause : 0;
  }
  cut_ = next != 0;
  return links_;
}

}  // namespace proactor_lab::gui
