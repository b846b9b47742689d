#pragma once

#include "engine/check_findings.h"
#include "engine/event.h"
#include "engine/healing.h"
#include "engine/pauses.h"
#include "engine/setup.h"
#include "engine/step.h"

namespace heald::engine {

// What humans ask of remedies by name. A name may stand for several, one for each check: they did
// it when one did.
class RemedyCommands {
 public:
  RemedyCommands(const Setup& setup, Healing& healing, Pauses& pauses, CheckFindings& findings)
      : setup_(setup), healing_(healing), pauses_(pauses), findings_(findings) {}

  void run(const RunRemedyNow& command, Step& step);
  void pause(const PauseRemedy& command, Step& step);
  void unpause(const UnpauseRemedy& command, Step& step);

 private:
  template <class Command, class One>
  void forEachNamed(const Command& command, Step& step, One one);
  bool knows(const std::string& remedy) const { return healing_.roster().indexOf(remedy) >= 0; }

  const Setup& setup_;
  Healing& healing_;
  Pauses& pauses_;
  CheckFindings& findings_;
};

}  // namespace heald::engine
