#include "engine/held_back.h"

#include <utility>

#include "engine/denials.h"

namespace heald::engine {

bool HeldBack::holds(int r, Step& step) {
  return paused(r, step) || blockedByParent(r, step);
}

bool HeldBack::paused(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const Pause* pause = pauses_.of(remedy.spec.name, step.now.boot);
  if (pause == nullptr) {
    remedy.pause_noted = false;
    return false;
  }
  if (!std::exchange(remedy.pause_noted, true)) {
    step.out.notes.push_back({Note::Level::kInfo,
                              "attempt denied: the remedy is paused",
                              {{"remedy", remedy.spec.name}, {"reason", pause->reason}}});
  }
  tellDenial(remedy, "paused", pause->reason, pause->until, step);
  turns_.rest(remedy);
  return true;
}

// A child of an unhealthy check is a symptom: healing it would heal nothing.
bool HeldBack::blockedByParent(int r, Step& step) {
  Remedy& remedy = roster_.at(r);
  const int parent = remedy.check >= 0 ? checks_.unhealthyParent(remedy.check) : -1;
  if (parent < 0) {
    remedy.view.blocked_by.clear();
    return false;
  }
  const std::string& name = checks_.spec(parent).name;
  if (remedy.view.blocked_by != name) {
    step.out.notes.push_back(
        {Note::Level::kInfo,
         "attempt denied: a check that its check depends on is unhealthy",
         {{"remedy", remedy.spec.name}, {"check", remedy.spec.check}, {"depends_on", name}}});
  }
  tellDenial(remedy, "depends_on", "check " + name + " is unhealthy", {}, step);
  turns_.rest(remedy);
  remedy.view.blocked_by = name;
  return true;
}

}  // namespace heald::engine
