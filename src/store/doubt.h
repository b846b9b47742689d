#pragma once

#include "engine/output.h"

namespace heald::store {

// What commits have put on the disk or not: nobody knows, as they failed when they were nearly
// done. Only what the whole state of the engine does not name by itself is remembered; governors
// and remedies are all in there.
class Doubt {
 public:
  void add(const engine::Changes& failed);
  void end() { keys_ = {}; }

  // The same, and first of all the removal of what is in doubt.
  engine::Changes outOf(engine::Changes everything) const;

 private:
  engine::Changes keys_;
};

}  // namespace heald::store
