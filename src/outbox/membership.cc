#include "outbox/membership.h"

#include <algorithm>
#include <charconv>

namespace heald::outbox {

using engine::FleetAnswer;

// permit/KEY/SECONDS/REMEDY/MEMBER: a member has slashes, the others have none.
std::string nameOf(const PermitMark& mark, const std::string& member) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(mark.deadline).count();
  return std::string(kPermitMarks) + mark.key + "/" + std::to_string(seconds) + "/" + mark.remedy +
         "/" + member;
}

std::optional<std::pair<PermitMark, std::string>> markOf(const std::string& name,
                                                         std::int64_t position) {
  if (!name.starts_with(kPermitMarks)) return std::nullopt;
  std::string_view rest = std::string_view(name).substr(kPermitMarks.size());
  std::string_view parts[3];
  for (std::string_view& part : parts) {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    part = rest.substr(0, slash);
    rest.remove_prefix(slash + 1);
  }
  long seconds = 0;
  const auto [end, error] =
      std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), seconds);
  if (error != std::errc{} || end != parts[1].data() + parts[1].size()) return std::nullopt;
  return std::pair(PermitMark{std::string(parts[0]), std::string(parts[2]),
                              std::chrono::seconds(seconds), position},
                   std::string(rest));
}

void Membership::load(PermitMark mark, core::BootTime now) {
  mark_ = std::move(mark);
  held_at_ = now;
  read_ = mark_.position;
  loaded_ = true;
  state_ = State::kHolding;
}

void Membership::ask(Question question, core::BootTime now) {
  if (question_) {
    return answer(question, FleetAnswer::kNo,
                  "remedy " + question_->remedy + " is asking as the same member");
  }
  question_ = std::move(question);
  not_before_ = std::min(not_before_, now);
}

void Membership::unused(std::uint64_t run, core::BootTime now) {
  if (state_ == State::kHolding && run_ == run && !loaded_) owe({true, "not used", true}, now);
}

std::optional<std::int64_t> Membership::readsAfter() const {
  return state_ == State::kHolding ? std::optional(read_) : std::nullopt;
}

void Membership::read(const std::vector<engine::HistoryRow>& rows, std::int64_t up_to, bool all,
                      core::Now now) {
  for (const engine::HistoryRow& row : rows) {
    const engine::HistoryEntry& entry = row.entry;
    if (state_ != State::kHolding) return;
    if (entry.kind != engine::HistoryKind::kAttempt || entry.remedy != mark_.remedy) continue;
    const auto attempt = std::pair(entry.governor, entry.attempt);
    if (entry.event == "started") {
      if (!attempt_) attempt_ = attempt;
    } else if (attempt_ == attempt) {
      const bool ok = entry.event == "succeeded";
      owe({ok,
           "remedy " + entry.remedy + ": " + (entry.message.empty() ? entry.event : entry.message)},
          now.boot);
    }
  }
  read_ = std::max(read_, up_to);
  if (!all || state_ != State::kHolding) return;
  if (!attempt_ && loaded_) {
    owe({true, "not used: heald ended before", true}, now.boot);
  } else if (!attempt_ && now.boot >= unusedAt()) {
    owe({true, "not used", true}, now.boot);
  } else if (now.boot - held_at_ > mark_.deadline + kAfterDeadline) {
    // It lasts longer than it was to, or another replica has seen its end.
    trouble_ = "its deadline is over, and its end is not known here";
    clear(now.boot);
  } else {
    answerAnother();
  }
}

// The question that is being asked, unless it was answered meanwhile: another may wait by now.
std::optional<Membership::Question> Membership::takeMine() {
  if (!question_ || question_->run != asking_) return std::nullopt;
  return std::exchange(question_, std::nullopt);
}

// A member holds one permit at a time.
void Membership::answerAnother() {
  if (!question_) return;
  answer(*question_, FleetAnswer::kNo,
         "remedy " + mark_.remedy + " is under way with the permit of this member");
  question_.reset();
}

std::optional<Membership::Task> Membership::next(std::int64_t newest, core::Now now) {
  if (under_way_) return std::nullopt;
  std::optional<Task> task;
  switch (state_) {
    case State::kFree:
      if (!question_) break;
      mark_ = {key_(), question_->remedy, question_->deadline, newest};
      read_ = newest;
      loaded_ = false;
      attempt_.reset();
      permit_.clear();
      run_ = 0;
      asking_ = question_->run;
      trouble_.clear();
      state_ = State::kMarking;
      task = Mark{mark_};
      break;
    case State::kAsking:
      if (!question_ || question_->run != asking_) {  // it took too long until here
        clear(now.boot);
        return next(newest, now);
      }
      task = Ask{{mark_.key, mark_.remedy, mark_.deadline},
                 mark_.remedy,
                 std::max<core::Duration>(question_->by - now.boot, std::chrono::seconds(1))};
      break;
    case State::kOwing:
      if (now.boot < not_before_) break;
      if (permit_.empty()) {
        task = Ask{{mark_.key, mark_.remedy, mark_.deadline}, mark_.remedy, FleetServer::kPatience};
      } else {
        task = Report{permit_, mark_.remedy, outcome_};
      }
      break;
    case State::kClearing:
      if (now.boot >= not_before_) task = Clear{mark_};
      break;
    case State::kMarking:
    case State::kHolding:
      break;
  }
  under_way_ = task.has_value();
  return task;
}

void Membership::marked(const std::string& error, core::Now now) {
  under_way_ = false;
  if (error.empty()) {
    state_ = State::kAsking;
    return;
  }
  if (const auto mine = takeMine()) {
    answer(*mine, FleetAnswer::kUnanswered, "it was not asked: " + error);
  }
  clear(now.boot);  // it may be on disk all the same
}

void Membership::asked(const Asked& asked, core::Now now) {
  under_way_ = false;
  if (state_ == State::kOwing) {
    if (asked.end == Asked::End::kGiven) {
      permit_ = asked.permit;
    } else if (asked.end == Asked::End::kDenied) {
      clear(now.boot);  // nothing was given then, or it is over
    } else {
      later(now, asked.text);
    }
    return;
  }
  const auto question = takeMine();
  switch (asked.end) {
    case Asked::End::kGiven:
      permit_ = asked.permit;
      if (!question) return owe({true, "not used: its answer came too late", true}, now.boot);
      run_ = question->run;
      held_at_ = now.boot;
      state_ = State::kHolding;
      return answer(*question, FleetAnswer::kYes);
    case Asked::End::kDenied:
      if (question) answer(*question, FleetAnswer::kNo, asked.text, asked.wait);
      return clear(now.boot);
    case Asked::End::kRefused:
    case Asked::End::kNotAsked:
      if (question) answer(*question, FleetAnswer::kUnanswered, asked.text);
      return clear(now.boot);
    case Asked::End::kInDoubt:
      if (question) answer(*question, FleetAnswer::kUnanswered, asked.text);
      owe({true, "not used: its answer did not come", true}, now.boot);
      return later(now, asked.text);
  }
}

void Membership::reported(const Reported& reported, core::Now now) {
  under_way_ = false;
  if (reported.without_unused && std::exchange(outcome_.unused, false)) return;  // at once, without
  if (!reported.settled) return later(now, reported.text);
  trouble_ = reported.text;
  clear(now.boot);
}

void Membership::cleared(const std::string& error, core::Now now) {
  under_way_ = false;
  if (error.empty()) {
    state_ = State::kFree;
  } else {
    not_before_ = now.boot + std::chrono::seconds(1);
  }
}

std::vector<engine::FleetAnswered> Membership::takeAnswers(core::Now now) {
  if (question_ && now.boot >= question_->by) {
    answer(*question_, FleetAnswer::kUnanswered,
           trouble_.empty() ? "it took too long"
                            : "the outcome of the last permit is not reported yet: " + trouble_);
    question_.reset();
  }
  return std::exchange(answers_, {});
}

std::optional<core::BootTime> Membership::nextDue() const {
  std::optional<core::BootTime> due;
  const auto at = [&](core::BootTime time) { due = due ? std::min(*due, time) : time; };
  if (question_) at(question_->by);
  if (!under_way_ && (state_ == State::kOwing || state_ == State::kClearing)) at(not_before_);
  if (state_ == State::kHolding && !attempt_ && !loaded_) at(unusedAt());
  return due;
}

void Membership::answer(const Question& question, FleetAnswer answer, std::string text,
                        std::optional<core::Duration> wait) {
  answers_.push_back({question.run, answer, std::move(text), wait});
}

void Membership::owe(PermitEnd outcome, core::BootTime now) {
  outcome_ = std::move(outcome);
  owes_since_ = now;
  not_before_ = now;
  retry_ = kFirstRetry;
  trouble_.clear();
  state_ = State::kOwing;
}

void Membership::clear(core::BootTime now) {
  state_ = State::kClearing;
  not_before_ = now;
}

// Beyond the deadline the server knows better: the permit has failed, if there was one.
void Membership::later(core::Now now, const std::string& why) {
  trouble_ = why;
  if (now.boot - owes_since_ > mark_.deadline + kAfterDeadline) return clear(now.boot);
  not_before_ = now.boot + retry_;
  retry_ = std::min(2 * retry_, kLastRetry);
}

}  // namespace heald::outbox
