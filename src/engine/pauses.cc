#include "engine/pauses.h"

#include <algorithm>
#include <utility>

#include "core/plain_text.h"
#include "core/text.h"

namespace heald::engine {
namespace {

constexpr core::Duration kShortest = std::chrono::seconds(1);

std::string untilText(const Pause& pause, core::Now now) {
  return core::toIso8601(now.wall + (pause.until - now.boot));
}

std::string windowText(const Pause& pause, core::Now now) {
  return " is paused by " + pause.by + " until " + untilText(pause, now) +
         "; that ends by itself, or with a change of the configuration";
}

Note action(const char* what, const std::string& remedy, const std::string& by) {
  return {Note::Level::kInfo,
          std::string("human action: ") + what,
          {{"remedy", remedy.empty() ? "all" : remedy}, {"by", by}}};
}

HistoryEntry entryOf(const char* event, const std::string& remedy, const std::string& by,
                     const std::string& reason) {
  return {.kind = HistoryKind::kPause,
          .event = event,
          .remedy = remedy,
          .actor = by,
          .message = reason};
}

}  // namespace

std::string pausedThing(const std::string& remedy) {
  return remedy.empty() ? "every remedy" : "remedy \"" + remedy + "\"";
}

const Pause* Pauses::of(const std::string& remedy, core::BootTime now) const {
  const Pause* found = nullptr;
  const auto consider = [&](const Pause* pause) {
    if (pause != nullptr && now < pause->until &&
        (found == nullptr || found->until < pause->until)) {
      found = pause;
    }
  };
  for (const std::string& name : {remedy, std::string()}) {
    consider(ledger_.find(name));
    consider(windows_.of(name, now));
  }
  return found;
}

std::map<std::string, Pause> Pauses::inForce(core::BootTime now) const {
  std::map<std::string, Pause> in_force;
  const auto add = [&](const std::string& remedy) {
    if (const Pause* pause = of(remedy, now)) in_force.emplace(remedy, *pause);
  };
  for (const auto& [remedy, pause] : ledger_.all()) add(remedy);
  for (const auto& [remedy, pause] : windows_.pauses()) add(remedy);
  return in_force;
}

bool Pauses::followWindows(core::Now now, Output& out) {
  const std::vector<Windows::Change> changes = windows_.follow(now);
  for (const Windows::Change& change : changes) {
    Note note{Note::Level::kInfo,
              change.began ? "a maintenance window has begun" : "a maintenance window is over",
              {{"window", change.window}, {"remedies", change.remedies}}};
    HistoryEntry entry{.kind = HistoryKind::kPause,
                       .event = change.began ? "paused" : "over",
                       .remedy = change.remedies == "all" ? "" : change.remedies,
                       .actor = "window " + change.window,
                       .message = change.reason};
    if (change.began) {
      const std::string until = core::toIso8601(change.until);
      note.fields.push_back({"until", until});
      entry.details = {{"until", until}};
    }
    out.notes.push_back(std::move(note));
    out.remarks.push_back(std::move(entry));
  }
  return !changes.empty();
}

Result<Reply> Pauses::pause(const PauseRemedy& command, core::Now now) {
  if (command.lasts < kShortest || command.lasts > kLongest) {
    return Error{ErrorCode::kInvalid, "a pause lasts from " + core::toText(kShortest) + " to " +
                                          core::toText(kLongest) + ", not " +
                                          core::toText(command.lasts)};
  }
  if (core::isBlank(command.reason)) {
    return Error{ErrorCode::kInvalid, "a reason is needed to pause: say what is being done"};
  }
  const Pause pause{now.boot + command.lasts, now.wall, command.reason, command.by};
  const std::string until = untilText(pause, now);
  Note note = action("pause", command.remedy, command.by);
  note.fields.insert(note.fields.begin() + 1, {{"until", until}, {"reason", command.reason}});
  HistoryEntry entry = entryOf("paused", command.remedy, command.by, command.reason);
  entry.details = {{"until", until}};
  propose(command.remedy, pause, std::move(note), std::move(entry));
  return Reply{pausedThing(command.remedy) + " is paused until " + until};
}

Result<Reply> Pauses::unpause(const UnpauseRemedy& command, core::Now now) {
  if (command.remedy.empty()) {
    return unpauseAll(command, now);
  }
  const Pause* its = ledger_.find(command.remedy);
  const bool own = its != nullptr && now.boot < its->until;
  const Pause* all = ofAll(now.boot);
  const Pause* held = of(command.remedy, now.boot);
  if (!own && held != nullptr && held->from_window) {
    return Error{ErrorCode::kConflict, pausedThing(command.remedy) + windowText(*held, now)};
  }
  if (!own && all != nullptr) {
    return Error{ErrorCode::kConflict, "every remedy is paused until " + untilText(*all, now) +
                                           ", not this one alone: healdctl unpause --all"};
  }
  if (!own) {
    return Error{ErrorCode::kConflict, pausedThing(command.remedy) + " is not paused"};
  }
  propose(command.remedy, std::nullopt, action("unpause", command.remedy, command.by),
          entryOf("unpaused", command.remedy, command.by, ""));
  const Pause* still_held = of(command.remedy, now.boot);
  std::string still;
  if (still_held != nullptr && still_held->from_window) {
    still = "; it" + windowText(*still_held, now);
  } else if (still_held != nullptr) {
    still = "; every remedy is still paused until " + untilText(*still_held, now) +
            ": healdctl unpause --all";
  }
  return Reply{pausedThing(command.remedy) + " is no longer paused" + still};
}

Result<Reply> Pauses::unpauseAll(const UnpauseRemedy& command, core::Now now) {
  std::string names;
  for (const auto& [name, pause] : std::map<std::string, Pause>(ledger_.all())) {
    if (now.boot < pause.until) {
      names += (names.empty() ? "" : ", ") + (name.empty() ? "all" : name);
      propose(name, std::nullopt, action("unpause", name, command.by),
              entryOf("unpaused", name, command.by, ""));
    }
  }
  if (names.empty()) {
    const Pause* all = ofAll(now.boot);
    return Error{ErrorCode::kConflict,
                 all == nullptr ? "nothing is paused" : "everything" + windowText(*all, now)};
  }
  return Reply{"no longer paused: " + names};
}

void Pauses::forgetEnded(core::Now now) {
  for (const auto& [name, pause] : std::map<std::string, Pause>(ledger_.all())) {
    if (pause.until <= now.boot) {
      propose(name, std::nullopt,
              {Note::Level::kInfo,
               "a pause is over",
               {{"remedy", name.empty() ? "all" : name}, {"reason", pause.reason}}},
              entryOf("over", name, "", pause.reason));
    }
  }
}

std::optional<core::BootTime> Pauses::nextEnd() const {
  std::optional<core::BootTime> next;
  for (const auto& [name, pause] : ledger_.all()) {
    next = next ? std::min(*next, pause.until) : pause.until;
  }
  return next;
}

void Pauses::propose(const std::string& remedy, std::optional<Pause> after, Note note,
                     HistoryEntry entry) {
  ledger_.propose(remedy, std::move(after));
  notes_.push_back(std::move(note));
  entries_.push_back(std::move(entry));
}

void Pauses::write(Changes& changes) const {
  changes.pauses = ledger_.unwritten();
}

void Pauses::writeAll(Changes& changes) const {
  changes.pauses.assign(ledger_.all().begin(), ledger_.all().end());
}

void Pauses::tell(std::vector<HistoryEntry>& entries, core::Now now) const {
  for (const HistoryEntry& entry : entries_) {
    entries.push_back(entry);
    entries.back().at = now.wall;
  }
}

void Pauses::keep(core::Now) {
  ledger_.keep();
  entries_.clear();
  for (Note& note : std::exchange(notes_, {})) kept_.push_back(std::move(note));
}

void Pauses::undo(core::Now) {
  ledger_.undo();
  notes_.clear();
  entries_.clear();
}

}  // namespace heald::engine
