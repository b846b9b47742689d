#include "store/life.h"

#include <algorithm>

#include "store/codec.h"
#include "support/setups.h"

namespace heald::test {

using engine::Output;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr core::Duration kBootedBefore = seconds(10'000);

}  // namespace

Result<std::optional<engine::Saved>> Witness::open(const core::ClockStamp& now) {
  auto opened = real_.open(now);
  if (disk_.dead()) throw Died{};
  return opened;
}

std::string Witness::commit(const engine::Changes& changes, const core::ClockStamp& now) {
  uncertain_.emplace_back(changes, now);
  std::string error = real_.commit(changes, now);
  if (disk_.dead()) throw Died{};
  if (error.empty()) {
    uncertain_.clear();
    acknowledged_.emplace_back(changes, now);
  } else if (error.find(store::kInDoubt) == std::string::npos) {
    uncertain_.pop_back();
  } else {
    ++doubts_;
  }
  return error;
}

std::string Witness::probe(const core::ClockStamp& now) {
  std::string error = real_.probe(now);
  if (disk_.dead()) throw Died{};
  if (error.empty()) uncertain_.clear();
  return error;
}

std::string Witness::reopen(const engine::Changes& everything, const core::ClockStamp& now) {
  std::string error = real_.reopen(everything, now);
  if (disk_.dead()) throw Died{};
  if (error.empty()) uncertain_.clear();
  return error;
}

std::vector<engine::Saved> Witness::possible(const core::ClockStamp& now) const {
  const auto after = [&](const Commit* last) {
    store::MemoryStore memory;
    (void)memory.open(now);
    for (const auto& [changes, stamp] : acknowledged_) {
      memory.commit(changes, stamp);
    }
    if (last != nullptr) memory.commit(last->first, last->second);
    return memory.open(now)->value();
  };
  std::vector<engine::Saved> states = {after(nullptr)};
  for (const Commit& commit : uncertain_) {
    states.push_back(after(&commit));
  }
  return states;
}

std::uint64_t Witness::attempts(const std::string& governor) const {
  for (auto commit = acknowledged_.rbegin(); commit != acknowledged_.rend(); ++commit) {
    for (const auto& [name, state] : commit->first.governors) {
      if (name == governor) return state.totals.attempts;
    }
  }
  return 0;
}

engine::Setup Life::setup() {
  engine::Setup setup = oneRemedy();
  engine::RemedySpec remedy = setup.remedies[0];
  remedy.name = "by-alert";
  remedy.check.clear();
  remedy.governor = "alerts";
  remedy.alert.matchers = {{"alertname", "Down"}};
  setup.remedies.push_back(remedy);
  setup.governors.push_back({"alerts", {}});
  return setup;
}

core::Now Life::at(core::Duration since) {
  return {core::BootTime(kBootedBefore + since), core::WallTime(hours(490'000) + since)};
}

Life::Life(const FaultyDisk& disk, const std::string& path)
    : store_(store::storeAt(path)), witness_(disk, *store_) {}

Life::~Life() = default;

bool Life::run() {
  try {
    script();
    return true;
  } catch (const Died&) {
    return false;
  }
}

void Life::script() {
  open();
  pass(seconds(20));  // three failures: the breaker is open
  humans();
  output_ = "Unauthorized";
  pass(minutes(2));  // dormant
  send(engine::Resume{"main", "a test", "a human"});
  heals_ = true;
  pass(minutes(1));  // healthy
  permit();
  alert(true);
  pass(seconds(11));
  alert(false);
  pass(seconds(11));
  close();  // with its checkpoint
}

void Life::goOn(core::Duration from) {
  now_ = from;
  open();
  send(engine::SetFlag{core::Feature::kAutoHealing, true, "a test", "a human"});
  send(engine::UnpauseRemedy{"", "a human"});
  send(engine::Resume{"", "a test", "a human"});
  send(engine::Reset{"main", true, "a human"});
  pass(minutes(2));
}

void Life::humans() {
  send(engine::Reset{"main", true, "a human"}, {"a human, once", "reset"});
  send(engine::PauseRemedy{"restart", seconds(30), "a test", "a human"});
  send(engine::UnpauseRemedy{"restart", "a human"});
  send(engine::SetFlag{core::Feature::kPreventiveHealing, false, "a test", "a human"});
  send(engine::PauseRemedy{"by-alert", seconds(40), "a test", "a human"});
}

void Life::permit() {
  send(engine::RequestPermit{"alerts", seconds(60), "a test", "a human"});
  if (!permit_.empty()) {
    send(engine::ReportPermit{permit_, true, "done", "", "a human"});
  }
}

void Life::alert(bool firing) {
  const engine::Alert alert{
      "print", core::WallTime(seconds(1)), firing, {{"alertname", "Down"}, {"instance", "a"}}};
  send(engine::AlertsReceived{{alert}, "alertmanager"});
}

// As EngineLoop::openStore.
void Life::open() {
  auto opened = witness_.open(present());
  const bool first = opened.ok();
  engine_ = std::make_unique<engine::Engine>(
      setup(), first ? std::optional(opened->value_or(engine::Saved{})) : std::nullopt, now());
  loaded_ = first;
  next_probe_ = now_ + seconds(first ? 10 : 1);
}

// As EngineLoop::restoreStore.
void Life::restoreStore() {
  Output out;
  std::string error;
  if (!loaded_) {
    auto opened = witness_.open(present());
    loaded_ = opened.ok();
    if (loaded_) {
      engine_->restore(opened->value_or(engine::Saved{}), now());
    } else {
      error = opened.error().message;
    }
  } else {
    error = witness_.probe(present());
    if (!error.empty() && witness_.reopen(engine_->everything(now()), present()).empty()) {
      error.clear();
    }
  }
  engine_->storeProbed(error, now(), out);
  next_probe_ = now_ + seconds(error.empty() ? 10 : 1);
  engine::settleAll(*engine_, now(), out, [this](const auto& c) { return commit(c); });
  handle(std::move(out));
}

std::string Life::commit(const engine::Changes& changes) {
  std::string error = witness_.commit(changes, present());
  if (!error.empty()) next_probe_ = std::min(next_probe_, now_ + seconds(1));
  return error;
}

void Life::send(const engine::Event& event, const engine::Claim& claim) {
  handle(engine::drive(
      *engine_, event, now(), [this](const auto& c) { return commit(c); }, claim));
}

void Life::handle(Output out) {
  for (const engine::Action& action : out.actions) {
    if (const auto* check = std::get_if<engine::StartCheck>(&action)) {
      send(engine::CheckFinished{check->check, check->run, status_, "", {}});
    } else if (const auto* start = std::get_if<engine::StartAction>(&action)) {
      const std::string governor =
          setup().remedies[static_cast<std::size_t>(start->remedy)].governor;
      EXPECT_GE(witness_.attempts(governor), start->attempt) << "it started unrecorded";
      if (governor == "main") started_.push_back(start->attempt);
      status_ = heals_ ? core::CheckStatus::kOk : status_;
      send(engine::ActionFinished{
          start->run, heals_ ? engine::ActionOutcome::kOk : engine::ActionOutcome::kFailed,
          heals_ ? "" : "exit code 1", output_});
    }
  }
  if (out.reply && out.reply->ok() && (*out.reply)->permit) {
    permit_ = (*out.reply)->permit->id;
  }
}

void Life::pass(core::Duration duration) {
  const core::Duration end = now_ + duration;
  for (;;) {
    core::Duration next = next_probe_;
    if (const auto wakeup = engine_->nextWakeup()) {
      next = std::min(next, std::max(now_, wakeup->time_since_epoch() - kBootedBefore));
    }
    if (next > end) break;
    now_ = std::max(now_, next);
    if (next_probe_ <= now_) {
      restoreStore();
    } else {
      send(engine::Tick{});
    }
  }
  now_ = end;
}

std::string written(const engine::Saved& saved) {
  std::vector<std::string> lines;
  for (const auto& [name, state] : saved.governors) {
    if (state == core::GovernorState{}) continue;  // as good as none
    lines.push_back("governor " + name + " " + store::encode(state));
  }
  for (const auto& [name, why] : saved.unreadable) {
    lines.push_back("unreadable " + name + " " + why);
  }
  for (const auto& [name, totals] : saved.remedies) {
    if (totals == engine::RemedyTotals{}) continue;
    lines.push_back("remedy " + name + " " + store::encode(totals));
  }
  for (const auto& [feature, layers] : saved.flags) {
    if (layers.overridden) {
      lines.push_back("flag " + std::string(toString(feature)) +
                      (*layers.overridden ? " on" : " off"));
    }
  }
  for (const auto& [name, pause] : saved.pauses) {
    lines.push_back("pause " + name + " " + store::encode(pause));
  }
  for (const engine::Permit& permit : saved.permits) {
    lines.push_back("permit " + permit.id + " " + store::encode(permit));
  }
  for (const auto& [key, answer] : saved.answers) {
    lines.push_back("answer " + key + " " + store::encode(answer));
  }
  for (const auto& [key, episode] : saved.episodes) {
    lines.push_back("episode " + key.identity + " " + store::encode(episode));
  }
  for (const auto& [remedy, incident] : saved.incidents) {
    lines.push_back("incident " + remedy + " " + store::encode(incident));
  }
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) {
    all += line + "\n";
  }
  return all;
}

}  // namespace heald::test
