#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/time.h"
#include "engine/event.h"
#include "engine/history.h"
#include "outbox/fleet_server.h"

namespace heald::outbox {

// That this heald may hold a permit: durable before it asks, and until it knows that it holds none.
// A cursor into its history, as what has become of the permit stands behind it; the cursor's name
// has all that the question was made of, so that it can be asked again.
struct PermitMark {
  std::string key;  // of the question
  std::string remedy;
  core::Duration deadline{};
  std::int64_t position = 0;  // of the history, when it asked

  friend bool operator==(const PermitMark&, const PermitMark&) = default;
};
inline constexpr std::string_view kPermitMarks = "permit/";  // how their names begin
std::string nameOf(const PermitMark& mark, const std::string& member);
// The mark and whose it is (FleetServer::name()); nothing: the name is none of these.
std::optional<std::pair<PermitMark, std::string>> markOf(const std::string& name,
                                                         std::int64_t position);

// One member of a fleet, that this heald is: the permit that it holds, and the outcome that it owes
// the server. It asks when it owes nothing, so that no report is ever about another permit than the
// one that it names. Pure: every call is a function of (state, event, now).
//
//   free → marking → asking → holding → owing → clearing → free
//
// An attempt's beginning and end are read from the history behind the mark, in this process or the
// next. A permit without an attempt came to nothing, which is reported as well.
class Membership {
 public:
  static constexpr core::Duration kFirstRetry = std::chrono::seconds(5);  // doubles
  static constexpr core::Duration kLastRetry = std::chrono::minutes(5);
  // After a permit's deadline its server knows how it ended: it has failed.
  static constexpr core::Duration kAfterDeadline = std::chrono::minutes(1);
  // A yes that is older, and older than half its deadline, is used by no attempt: it is good for
  // FleetAsks::kGoodFor and a run of the check.
  static constexpr core::Duration kUnusedAfter = std::chrono::minutes(3);

  struct Question {
    std::uint64_t run = 0;
    std::string remedy;
    core::Duration deadline{};  // for the attempt
    core::BootTime by{};        // not answered by then is kUnanswered
  };
  using Key = std::function<std::string()>;  // makes one that was never used

  Membership(std::string member, Key key) : member_(std::move(member)), key_(std::move(key)) {}

  // A last process has left this.
  void load(PermitMark mark, core::BootTime now);
  void ask(Question question, core::BootTime now);
  // The yes to this run is of no use; of another it is not this one's.
  void unused(std::uint64_t run, core::BootTime now);

  // What it has to read of the history: attempts behind the last one that it was given; nothing: it
  // waits for none. When a page was the last one, `all`.
  std::optional<std::int64_t> readsAfter() const;
  void read(const std::vector<engine::HistoryRow>& rows, std::int64_t up_to, bool all,
            core::Now now);

  // What is to be done now, which is then under way until it is answered; nothing: to wait.
  struct Mark {
    PermitMark mark;  // make it durable
  };
  struct Ask {
    PermitQuestion question;
    std::string remedy;
    core::Duration patience{};
  };
  struct Report {
    std::string permit;
    std::string remedy;
    PermitEnd outcome;
  };
  struct Clear {
    PermitMark mark;  // forget it
  };
  using Task = std::variant<Mark, Ask, Report, Clear>;
  std::optional<Task> next(std::int64_t newest, core::Now now);
  void marked(const std::string& error, core::Now now);
  void asked(const Asked& asked, core::Now now);
  void reported(const Reported& reported, core::Now now);
  void cleared(const std::string& error, core::Now now);
  // Whether `newest` of next() is of use: the last id of the history.
  bool wantsNewest() const { return state_ == State::kFree && question_.has_value(); }

  std::vector<engine::FleetAnswered> takeAnswers(core::Now now);
  std::optional<core::BootTime> nextDue() const;
  bool free() const { return state_ == State::kFree && !question_; }
  const std::string& member() const { return member_; }
  const std::string& trouble() const { return trouble_; }  // with the last report; "": none

 private:
  enum class State : std::uint8_t { kFree, kMarking, kAsking, kHolding, kOwing, kClearing };

  void answer(const Question& question, engine::FleetAnswer answer, std::string text = "",
              std::optional<core::Duration> wait = {});
  core::BootTime unusedAt() const {
    return held_at_ + std::max<core::Duration>(kUnusedAfter, mark_.deadline / 2);
  }
  void owe(PermitEnd outcome, core::BootTime now);
  void clear(core::BootTime now);
  void later(core::Now now, const std::string& why);
  std::optional<Question> takeMine();
  void answerAnother();

  const std::string member_;
  const Key key_;
  State state_ = State::kFree;
  bool under_way_ = false;
  std::optional<Question> question_;  // not answered
  PermitMark mark_;
  std::uint64_t asking_ = 0;  // run of the question that the mark was made for
  std::uint64_t run_ = 0;     // of the yes
  std::string permit_;        // its id; "": not known
  std::int64_t read_ = 0;     // of the history
  bool loaded_ = false;       // by a last process: what has not begun never will
  std::optional<std::pair<std::string, std::uint64_t>> attempt_;  // governor and number
  core::BootTime held_at_{};
  PermitEnd outcome_;
  core::BootTime owes_since_{};
  core::BootTime not_before_{};
  core::Duration retry_ = kFirstRetry;
  std::string trouble_;
  std::vector<engine::FleetAnswered> answers_;
};

}  // namespace heald::outbox
