#include "engine/remedy_commands.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/remedy_names.h"

namespace heald::engine {

namespace {

// `all` is what is answered: the first answer, with the words of the others.
template <class Answer>
void add(std::optional<Answer>& all, const Answer& one) {
  if (all) {
    all->message += "; " + one.message;
  } else {
    all = one;
  }
}

}  // namespace

template <class Command, class One>
void RemedyCommands::forEachNamed(const Command& command, Step& step, One one) {
  const std::vector<std::string> names = remediesNamed(setup_, command.remedy);
  if (names.size() < 2) {
    one(command, step);
    return;
  }
  std::optional<Reply> done;
  std::optional<Error> refused;
  for (const std::string& name : names) {
    Command each = command;
    each.remedy = name;
    one(each, step);
    if (step.out.reply->ok()) {
      add(done, **step.out.reply);
    } else {
      add(refused, step.out.reply->error());
    }
  }
  step.out.reply = done ? Result<Reply>(*done) : Result<Reply>(*refused);
}

void RemedyCommands::run(const RunRemedyNow& command, Step& step) {
  forEachNamed(command, step, [this](const RunRemedyNow& each, Step& s) {
    s.out.reply = healing_.byHand().run(each, s);
    if (!knows(each.remedy)) {
      return;
    }
    if (s.out.reply->ok()) findings_.touched(each.remedy, s.now.boot);
    s.out.remarks.push_back(
        {.kind = HistoryKind::kHuman,
         .event = "run_remedy",
         .remedy = each.remedy,
         .actor = each.by,
         .message = s.out.reply->ok() ? (*s.out.reply)->message : s.out.reply->error().message});
  });
}

void RemedyCommands::pause(const PauseRemedy& command, Step& step) {
  forEachNamed(command, step, [this](const PauseRemedy& each, Step& s) {
    const bool unknown = !each.remedy.empty() && !knows(each.remedy);
    s.out.reply = unknown ? Result<Reply>(healing_.byHand().noRemedy(each.remedy))
                          : pauses_.pause(each, s.now);
    if (s.out.reply->ok()) findings_.touched(each.remedy, s.now.boot);
  });
}

void RemedyCommands::unpause(const UnpauseRemedy& command, Step& step) {
  forEachNamed(command, step, [this](const UnpauseRemedy& each, Step& s) {
    // One that was taken out of the configuration meanwhile can be unpaused as well.
    const bool known = each.remedy.empty() || knows(each.remedy) || pauses_.knows(each.remedy);
    s.out.reply = known ? pauses_.unpause(each, s.now)
                        : Result<Reply>(healing_.byHand().noRemedy(each.remedy));
  });
}

}  // namespace heald::engine
