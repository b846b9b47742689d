#pragma once

#include <string>

#include "core/time.h"
#include "engine/detection.h"
#include "engine/event.h"
#include "engine/healing.h"
#include "engine/health_record.h"
#include "engine/setup.h"
#include "engine/step.h"
#include "engine/tally.h"

namespace heald::engine {

// What a result of a check means to everybody: log and history hear of it, the tally counts it, and
// healing is asked for what it raises.
class CheckFindings {
 public:
  CheckFindings(Detection& detection, Healing& healing, Tally& tally)
      : detection_(detection), healing_(healing), tally_(tally) {}

  // While heald is stopping, what runs is cancelled: that is told to nobody. Returns the check;
  // -1: the result is a late one, which changes nothing.
  int hear(const CheckFinished& event, bool stopping, Step& step);
  void runNow(const RunCheckNow& command, Step& step);

  // What a human does about a remedy is done about its check; "" stands for all of them.
  void touched(const std::string& remedy, core::BootTime now);
  // The tally was loaded; what is unhealthy now, is so from now on.
  void tallyLoaded(core::BootTime now);
  // Of checks that the next configuration does not have.
  void dropTallies(const Setup& is, const Setup& next, core::BootTime now);
  // After a start or a reload.
  void showTallies();

 private:
  void note(int check, const CheckFinished& event, Step& step);
  void noteUnknown(const Detection::Finding& finding, const CheckFinished& event, Step& step);
  void tell(const HealthRecord::Change& change, int check, const CheckFinished& event, Step& step);
  void count(int check, Step& step);
  std::string checkNames() const;

  Detection& detection_;
  Healing& healing_;
  Tally& tally_;
};

}  // namespace heald::engine
