#pragma once

#include <optional>
#include <string>
#include <utility>

#include "engine/detection.h"
#include "engine/episode_book.h"
#include "engine/event.h"
#include "engine/roster.h"
#include "engine/runs.h"
#include "engine/setup.h"
#include "engine/step.h"
#include "engine/turns.h"

namespace heald::engine {

// Until the check is looked at again, where it is not known yet whether an attempt has helped.
core::Duration timeBetweenLooks(const VerifyPolicy& verify);

// Finds out whether an attempt has helped: by its check, which is run until it is healed or the
// window is over; for an alert because that is told, or because Alertmanager is asked.
class Verification {
 public:
  // `policy` is looked at each time.
  Verification(Roster& roster, Turns& turns, Runs& runs, Detection& detection,
               const EpisodeBook& episodes, const AlertmanagerPolicy& policy)
      : roster_(roster),
        turns_(turns),
        runs_(runs),
        detection_(detection),
        episodes_(episodes),
        alertmanager_(policy) {}

  // How an attempt has ended. Nothing: it is not known yet.
  struct End {
    bool ok;
    FailureReason reason;
  };
  using Found = std::optional<End>;

  // The action has ended well.
  Found begin(int remedy, Step& step);
  // It is time to look: with the check, or for an attempt of a last process.
  Found look(int remedy, Step& step);
  // The check was run.
  Found looked(int remedy, Step& step);
  // It is time to look at the alert: the window is over, Alertmanager may be asked, or a reload
  // came while an answer was awaited.
  Found lookAtAlert(int remedy, Step& step);
  // Alertmanager has answered, to the attempt of this remedy.
  Found answered(int remedy, const AlertAsked& event, Step& step);

 private:
  Found beginForAlert(int remedy, Step& step);
  bool alertWasResolved(const Remedy& remedy) const;
  void waitForAlert(int remedy, Step& step);
  void askForAlert(int remedy, Step& step);
  End alertStillFires(int remedy, const std::string& unknown);
  Found lookAtInterrupted(int remedy, Step& step);

  Roster& roster_;
  Turns& turns_;
  Runs& runs_;
  Detection& detection_;
  const EpisodeBook& episodes_;
  const AlertmanagerPolicy& alertmanager_;
};

}  // namespace heald::engine
