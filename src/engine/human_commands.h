#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/feature_flags.h"
#include "engine/checks.h"
#include "engine/event.h"
#include "engine/healing.h"
#include "engine/human_acts.h"
#include "engine/journal.h"
#include "engine/snapshot.h"
#include "engine/step.h"
#include "engine/tally.h"

namespace heald::engine {

// What humans do to governors and flags. It is answered in the step, and takes effect when it is
// durable.
class HumanCommands {
 public:
  using Look = std::function<Snapshot(core::Now)>;  // with the state as it will be
  HumanCommands(Healing& healing, const Checks& checks, Tally& tally, core::FeatureFlags& features,
                Look look)
      : healing_(healing),
        checks_(checks),
        tally_(tally),
        flags_(features),
        look_(std::move(look)) {}

  void resume(const Resume& command, Step& step);
  void enterDormant(const EnterDormant& command, Step& step);
  void reset(const Reset& command, Step& step);
  void retry(const Retry& command, Step& step);
  void setFlag(const SetFlag& command, Step& step);

  HumanActs& acts() { return acts_; }
  FlagBook& flags() { return flags_; }
  // The commit took place (after keep() of all books), or did not.
  void committed(Step& step);
  void refused() { retried_.clear(); }

 private:
  // In the words of history, log and answer.
  struct ActionWords {
    const char* event;
    const char* what;
    const char* none;  // the answer when none of several is taken
  };
  // Whom the name means: itself, all its targets, or for "" everybody. `several`: it may be more
  // than one, and then only whom `chosen` takes.
  struct Meant {
    bool several;
    std::vector<int> governors;
  };
  Meant meant(const std::string& name, const std::function<bool(int)>& chosen) const;
  // Applies it to one governor, or to all that `chosen` takes of several, and answers. Returns whom
  // it was applied to.
  template <class Act, class Chosen, class Count>
  std::vector<int> act(const ActionWords& words, const std::string& name, const std::string& by,
                       const std::string& reason, Step& step, Act act, Chosen chosen, Count count);
  void tellWhatIsInTheWay(const std::vector<int>& acted, Step& step) const;
  Governors& governors() { return healing_.governors(); }

  Healing& healing_;
  const Checks& checks_;
  Tally& tally_;
  FlagBook flags_;
  Look look_;
  HumanActs acts_;
  std::vector<int> retried_;  // governors, acted upon once durable
};

}  // namespace heald::engine
