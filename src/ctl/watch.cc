#include "ctl/watch.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "core/text.h"
#include "ctl/json_access.h"
#include "ctl/table.h"
#include "ctl/terminal.h"
#include "ctl/watch_view.h"
#include "io/fd.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

// Of a key that is a sequence; over a slow line its parts may come apart.
constexpr std::chrono::milliseconds kSequence{100};
// While heald is away, however seldom it is looked at otherwise.
constexpr std::chrono::seconds kAgain{2};

std::string clockNow() {
  return core::toIso8601(
      std::chrono::time_point_cast<core::Duration>(std::chrono::system_clock::now()));
}

struct Seen {
  ordered_json status;  // null when heald has not answered
  std::string why;      // it has not
};

// Asks on a thread of its own, so that keys are heard while heald is slow.
class Poller {
 public:
  explicit Poller(Client& client)
      : client_(client),
        ready_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~Poller() {
    thread_.request_stop();
    wanted_.notify_all();
  }

  // Readable when there is an answer.
  int fd() const { return ready_.get(); }
  bool asking() const { return asking_; }

  void ask() {
    asking_ = true;
    const std::lock_guard lock(mutex_);
    want_ = true;
    wanted_.notify_all();
  }
  std::optional<Seen> take() {
    eventfd_t count = 0;
    eventfd_read(ready_.get(), &count);
    const std::lock_guard lock(mutex_);
    std::optional<Seen> seen = std::move(seen_);
    seen_.reset();
    if (seen) asking_ = false;
    return seen;
  }

 private:
  void run(const std::stop_token& stop) {
    for (;;) {
      std::unique_lock lock(mutex_);
      wanted_.wait(lock, [&] { return want_ || stop.stop_requested(); });
      if (stop.stop_requested()) return;
      want_ = false;
      lock.unlock();
      Seen seen = look();
      lock.lock();
      seen_ = std::move(seen);
      eventfd_write(ready_.get(), 1);
    }
  }

  Seen look() {
    const Answer answer = client_.get("/api/status");
    if (!answer.ok()) return {nullptr, answer.failure->message};
    auto status = ordered_json::parse(answer.body, nullptr, false);
    if (objectOf(status, "selfHealing").is_object()) return {std::move(status), ""};
    return {nullptr, "what answers is not heald"};
  }

  Client& client_;
  io::UniqueFd ready_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  bool want_ = false;
  std::optional<Seen> seen_;
  bool asking_ = false;  // of the thread that asks
  std::jthread thread_;  // the last: it uses the others
};

class Watch {
 public:
  Watch(const Console& console, core::Duration interval)
      : console_(console), interval_(interval), poller_(console.client), view_(console.colours) {}

  int run() {
    view_.setTitle(console_.client.url());
    for (;;) {
      if (!poller_.asking() && Clock::now() >= next_) {
        next_ = Clock::now() + interval_;
        poller_.ask();
      }
      screen_.show(view_.frame(terminalSize().value_or(TerminalSize{})));
      const Screen::Event event = screen_.wait(patience(), poller_.fd());
      if (event.signal != 0) return 128 + event.signal;
      if (event.hung_up) return 0;
      if (event.resized) screen_.forget();
      if (event.ready) take();
      keys_.feed(event.input);
      if (!handleKeys(event.input.empty() && !event.ready)) return 0;
    }
  }

 private:
  core::Duration patience() const {
    if (keys_.unfinished()) return kSequence;
    if (poller_.asking()) return std::chrono::hours(1);  // its answer ends the wait
    return std::max<core::Duration>(next_ - Clock::now(), core::Duration::zero());
  }

  bool handleKeys(bool that_is_all) {
    while (const auto key = keys_.next(that_is_all)) {
      switch (view_.press(*key)) {
        case WatchView::Then::kLeave:
          return false;
        case WatchView::Then::kLookNow:
          next_ = Clock::now();
          break;
        case WatchView::Then::kDrawAnew:
          screen_.forget();
          break;
        case WatchView::Then::kGoOn:
          break;
      }
    }
    return true;
  }

  void take() {
    auto seen = poller_.take();
    if (!seen) return;
    if (!seen->status.is_null()) {
      away_since_.clear();
      view_.take(std::move(seen->status));
      const std::string about = console_.client.url() + "  " + clockNow();
      view_.setTitle(painted(about, Colour::kQuiet, console_.colours));
      return;
    }
    if (away_since_.empty()) away_since_ = clockNow();
    next_ = std::min(next_, Clock::now() + kAgain);
    view_.setTitle(painted("not reachable since " + away_since_, Colour::kBad, console_.colours) +
                   ": " + printable(seen->why));
  }

  const Console& console_;
  core::Duration interval_;
  Clock::time_point next_ = Clock::now();
  Poller poller_;  // ends after the screen: it may wait for its answer
  WatchView view_;
  KeyParser keys_;
  std::string away_since_;
  Screen screen_;
};

}  // namespace

std::string watchProblem(const Lookup& environment) {
  const std::string term = environment("TERM").value_or("");
  if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
    return "watch needs a terminal on stdin and stdout; use: healdctl status";
  }
  if (term.empty() || term == "dumb") {
    return "watch cannot draw on this terminal (TERM=" + term + "); use: healdctl status";
  }
  return "";
}

int watch(const Console& console, core::Duration interval) {
  return Watch(console, interval).run();
}

}  // namespace heald::ctl
