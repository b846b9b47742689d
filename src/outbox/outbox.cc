#include "outbox/outbox.h"

#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>

#include "outbox/host_name.h"
#include "outbox/inbox.h"
#include "outbox/receiver.h"

namespace heald::outbox {
namespace {

using engine::HistoryQuery;

// So often the store is looked at, and a disk that could not be read; and the history at most.
constexpr std::chrono::seconds kRound{1};
constexpr std::size_t kPage = 1000;
// So far back is looked for how long what ends now has lasted, at a start.
constexpr int kPagesBefore = 10;

const Receiver& partOf(const config::ReceiverOptions& receiver) {
  return static_cast<const Receiver&>(*receiver.part.part);
}

Error noReceiver(const std::string& name, const std::vector<config::ReceiverOptions>& receivers) {
  if (receivers.empty()) {
    return {ErrorCode::kNotFound, "there are no receivers (name some in notifications.receivers)"};
  }
  std::string known;
  for (const auto& receiver : receivers) known += (known.empty() ? "" : ", ") + receiver.name;
  return {ErrorCode::kNotFound, "no receiver \"" + name + "\" (there are: " + known + ")"};
}

}  // namespace

class Outbox::Worker {
 public:
  explicit Worker(Needs needs)
      : needs_(std::move(needs)), inbox_(std::make_shared<Inbox>()), dispatch_(hostName()) {}
  ~Worker() { stop(); }

  void use(const config::NotificationOptions& options) {
    {
      const std::lock_guard lock(mutex_);
      dispatch_.configure(options);
    }
    // Without any receiver there may be cursors of those that are gone.
    if (!thread_.joinable() && options.receivers.empty() && !haveCursors()) return;
    place();  // here, so that what happens from the caller's next step on is told
    inbox_->historyGrew();
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }

  void historyGrew() { inbox_->historyGrew(); }

  void stop() {
    inbox_->close();
    cancel_.cancel();
    if (thread_.joinable()) thread_.join();
  }

  void test(const std::string& name, Tested done) {
    std::vector<Outgoing> all;
    {
      const std::lock_guard lock(mutex_);
      for (const config::ReceiverOptions& receiver : dispatch_.options().receivers) {
        if (!name.empty() && receiver.name != name) continue;
        Message message = dispatch_.messageFor(receiver, needs_.now());
        message.test = true;
        message.id = "test-" + std::to_string(message.at.time_since_epoch().count());
        all.push_back({receiver, std::move(message)});
      }
      if (all.empty()) return done(noReceiver(name, dispatch_.options().receivers));
    }
    const auto run = std::make_shared<TestRun>(all, std::move(done));
    for (std::size_t i = 0; i < all.size(); ++i) {
      partOf(all[i].receiver)
          .send(needs_.services, all[i].message, cancel_.token(),
                [run, i](Outcome outcome) { run->answer(i, std::move(outcome.error)); });
    }
  }

  std::vector<ReceiverView> receivers() const {
    const std::lock_guard lock(mutex_);
    return dispatch_.views();
  }

 private:
  // Waits for the answers of several receivers.
  class TestRun {
   public:
    TestRun(const std::vector<Outgoing>& all, Outbox::Tested done)
        : open_(all.size()), done_(std::move(done)) {
      for (const Outgoing& one : all) results_.push_back({one.receiver.name, ""});
    }

    void answer(std::size_t index, std::string error) {
      Outbox::Tested last;
      {
        const std::lock_guard lock(mutex_);
        results_[index].error = std::move(error);
        if (--open_ == 0) last = std::exchange(done_, nullptr);
      }
      if (last) last(results_);
    }

   private:
    std::mutex mutex_;
    std::vector<TestResult> results_;
    std::size_t open_;
    Outbox::Tested done_;
  };

  bool haveCursors() const {
    const auto cursors = needs_.cursors();
    return cursors.ok() && !cursors->empty();
  }

  void run() {
    for (;;) {
      Inbox::Taken taken = inbox_->take(patience(), readable_at_ - needs_.now().boot);
      for (const Inbox::Job& job : taken.jobs) job();
      if (taken.closed) break;
      unread_ = unread_ || taken.grew;
      readIfDue();
      watchStore();
      sendDue();
      moveCursors(false);
    }
    moveCursors(true);
  }

  core::Duration patience() const {
    const std::lock_guard lock(mutex_);
    const auto due = dispatch_.nextDue();
    const core::BootTime now = needs_.now().boot;
    core::Duration rest = due ? *due - now : core::Duration(kRound);
    if (unread_) rest = std::min(rest, readable_at_ - now);
    return std::clamp<core::Duration>(rest, core::Duration{}, kRound);
  }

  void readIfDue() {
    const core::BootTime now = needs_.now().boot;
    if (now < readable_at_ || !unread_) return;
    readable_at_ = now + kRound;
    if (!place()) return;
    if (!std::exchange(learnt_, true)) learn(position());
    readOn();
  }

  // Where everybody goes on. Whether that is known: it is not while the store cannot be read. On
  // any thread.
  bool place() {
    {
      const std::lock_guard lock(mutex_);
      if (dispatch_.placed()) return true;
    }
    const auto cursors = needs_.cursors();
    const auto oldest = needs_.history({.newest_first = false, .limit = 1});
    if (!cursors || !oldest) return false;
    std::vector<CursorMove> moves;
    {
      const std::lock_guard lock(mutex_);
      moves = dispatch_.place(*cursors, oldest->rows.empty() ? 0 : oldest->rows.front().id,
                              oldest->newest, needs_.now());
    }
    for (const CursorMove& move : moves) keep(move);
    return true;
  }

  void learn(std::int64_t position) {
    std::vector<engine::HistoryRow> rows;
    std::int64_t before = position + 1;
    for (int number = 0; number < kPagesBefore; ++number) {
      const HistoryQuery query{.before = before, .kinds = Interpreter::kinds(), .limit = kPage};
      const auto page = needs_.history(query);
      if (!page || page->rows.empty()) break;
      rows.insert(rows.end(), page->rows.begin(), page->rows.end());
      before = page->rows.back().id;
      if (!page->more) break;
    }
    std::reverse(rows.begin(), rows.end());
    const std::lock_guard lock(mutex_);
    dispatch_.learn(rows);
  }

  void readOn() {
    for (bool more = true; more;) {
      HistoryQuery query{.kinds = Interpreter::kinds(), .newest_first = false, .limit = kPage};
      query.after = position();
      const auto page = needs_.history(query);
      unread_ = !page;  // then again, a second later
      if (!page) return;
      const std::lock_guard lock(mutex_);
      dispatch_.take(*page, needs_.now());
      more = page->more || page->newest > dispatch_.position();
    }
  }

  std::int64_t position() const {
    const std::lock_guard lock(mutex_);
    return dispatch_.position();
  }

  void watchStore() {
    const std::string error = needs_.store_error();
    const std::lock_guard lock(mutex_);
    dispatch_.storeFails(error, needs_.now());
  }

  void sendDue() {
    std::vector<Outgoing> due;
    {
      const std::lock_guard lock(mutex_);
      due = dispatch_.due(needs_.now());
    }
    for (const Outgoing& one : due) {
      const std::string& name = one.receiver.name;
      partOf(one.receiver)
          .send(needs_.services, one.message, cancel_.token(),
                [this, inbox = inbox_, name](Outcome outcome) {
                  inbox->post([this, name, outcome = std::move(outcome)] { ended(name, outcome); });
                });
    }
  }

  // On the outbox's thread, as all that is posted.
  void ended(const std::string& name, const Outcome& outcome) {
    const std::string& error = outcome.error;
    std::string before;
    {
      const std::lock_guard lock(mutex_);
      before = dispatch_.ended(name, error, needs_.now(), outcome.retry_after);
    }
    if (error == before) return;
    if (error.empty()) {
      needs_.log.write(io::LogLevel::kInfo, "notifications are sent again", {{"receiver", name}});
    } else {
      needs_.log.write(io::LogLevel::kWarn, "a notification was not sent: it is tried again",
                       {{"receiver", name}, {"reason", error}});
    }
  }

  void moveCursors(bool stopping) {
    std::vector<CursorMove> moves;
    {
      const std::lock_guard lock(mutex_);
      moves = dispatch_.moves(stopping);
    }
    for (const CursorMove& move : moves) keep(move);
  }

  void keep(const CursorMove& move) {
    needs_.keep(move, [this, inbox = inbox_, move](const std::string& error) {
      inbox->post([this, move, done = error.empty()] {
        const std::lock_guard lock(mutex_);
        dispatch_.moved(move, done);
      });
    });
  }

  const Needs needs_;
  const std::shared_ptr<Inbox> inbox_;
  io::CancelSource cancel_;

  mutable std::mutex mutex_;
  Dispatch dispatch_;

  // The outbox's thread alone.
  bool learnt_ = false;
  bool unread_ = true;
  core::BootTime readable_at_{};

  std::thread thread_;
};

Outbox::Outbox(Needs needs) : worker_(std::make_unique<Worker>(std::move(needs))) {}
Outbox::~Outbox() = default;

void Outbox::use(config::NotificationOptions options) {
  worker_->use(options);
}

void Outbox::historyGrew() {
  worker_->historyGrew();
}

void Outbox::stop() {
  worker_->stop();
}

void Outbox::test(const std::string& receiver, Tested done) {
  worker_->test(receiver, std::move(done));
}

std::vector<ReceiverView> Outbox::receivers() const {
  return worker_->receivers();
}

}  // namespace heald::outbox
