#pragma once

#include <optional>
#include <string>

#include "core/time.h"
#include "engine/attempt.h"
#include "engine/episodes.h"
#include "engine/setup.h"
#include "engine/snapshot.h"

namespace heald::engine {

// A remedy, or one target of it: what lasts as long as it is configured, or serves that target, and
// its present attempt.
struct Remedy {
  RemedySpec spec;
  int check = -1;
  int governor = 0;
  int base = 0;        // where its figures are: the configured remedy's index, often its own
  std::string target;  // of the one that serves one target
  Attempt attempt;     // the present one

  std::optional<EpisodeKey> episode;  // that it is wanted for, or was last
  bool preventive_run = false;        // the preventive task wants it, or did so last
  bool pause_noted = false;  // that it is held back by a pause, since the last time it was not
  std::string told_denial;   // by the history, since the last attempt
  std::optional<core::BootTime> healed_at;  // when its last successful attempt ended
  RemedyView view;

  // Whether a denial is worth waiting for: something may ask for it again.
  bool asksAgain() const { return check >= 0 || spec.byAlert(); }
};

inline Episodes::Group groupOf(const Remedy& remedy) {
  return {remedy.spec.name, remedy.target};
}

}  // namespace heald::engine
