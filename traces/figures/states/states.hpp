// The operation's state machine, with one token per operation. Each state is below the column that
// owns it, so that the same U appears as in the interaction diagram.
#pragma once

#include "traces/figures/moment.hpp"
#include "traces/figures/scene.hpp"
#include "traces/model/model.hpp"

namespace proactor_lab::figures {

struct StatesOptions {
  float width = 330;
  float height = 300;
  Moment at;
  Target selection;                    ///< the followed operation has a halo
  std::uint32_t horizon = UINT32_MAX;  ///< as in InteractionOptions
};

Scene states_scene(const Model& model, const StatesOptions& options);

}  // namespace proactor_lab::figures
