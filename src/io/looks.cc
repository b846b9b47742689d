#include "io/looks.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <future>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace heald::io {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kStall(20);  // so long one thread alone is given
constexpr std::chrono::seconds kIdle(30);        // then a thread ends
constexpr std::size_t kMostIdle = 2;             // what has helped beyond that ends at once

void beginDetached(std::function<void()> body) {
  std::thread(std::move(body)).detach();
}

}  // namespace

struct Looks::Run {
  std::function<void()> look;
  Done done;
  CancelToken cancel;
  Clock::time_point deadline;
  std::shared_ptr<Subject> subject;
  std::list<std::shared_ptr<Run>>::iterator place;  // in Threads::open, until it is answered
  bool answered = false;
  bool queued = false;  // it could begin, if there were a thread for it
};

struct Looks::Subject {
  enum class State { kFree, kQueued, kLooking };  // kQueued: for want of a thread
  State state = State::kFree;
  std::vector<std::shared_ptr<Run>> waiting;  // nearly always none: each check has one of these
};

// Shared by its threads, of which those that hang cannot be waited for.
struct Looks::Threads : std::enable_shared_from_this<Threads> {
  using Lock = std::unique_lock<std::mutex>;
  using State = Subject::State;

  explicit Threads(BeginThread begin) : begin_thread(std::move(begin)) {}

  const BeginThread begin_thread;
  std::mutex mutex;
  std::condition_variable work, watch, quiet;
  std::list<std::shared_ptr<Run>> open;    // not answered
  std::deque<std::shared_ptr<Run>> queue;  // to be looked at
  std::vector<Clock::time_point> begun;    // of the looks that are under way
  std::size_t threads = 0, idle = 0;
  std::size_t calling = 0;  // callbacks that have not returned
  bool watching = false;    // the watcher sleeps with a deadline
  bool stopping = false;
  std::thread watcher;

  void answer(const std::shared_ptr<Run>& run, LookEnd end, Lock& lock) {
    if (run->answered) return;
    run->answered = true;
    open.erase(run->place);
    std::erase(run->subject->waiting, run);  // what hangs may hang for ever
    if (std::exchange(run->queued, false)) {
      std::erase(queue, run);
      free(*run->subject);
    }
    Done done = std::exchange(run->done, nullptr);
    ++calling;
    lock.unlock();
    done(end);
    done = nullptr;
    lock.lock();
    if (--calling == 0) quiet.notify_all();
  }

  // Whether every thread that is awake has been at one look for a while.
  bool stuck() const {
    const auto now = Clock::now();
    const auto lasts = [now](Clock::time_point begin) { return now - begin >= kStall; };
    return threads - idle <=
           static_cast<std::size_t>(std::count_if(begun.begin(), begun.end(), lasts));
  }

  // One more thread for the queue. False when the system gives none.
  bool help() {
    if (idle > 0) {
      work.notify_one();
      return true;
    }
    try {
      begin_thread([self = shared_from_this()] { self->serve(); });
    } catch (const std::system_error&) {
      return false;
    }
    ++threads;
    return true;
  }

  // Its place is free for it.
  void enqueue(std::shared_ptr<Run> run) {
    run->subject->state = State::kQueued;
    run->queued = true;
    queue.push_back(std::move(run));
  }

  void serve() {
    Lock lock(mutex);
    while (!stopping) {
      if (queue.empty()) {
        if (idle == kMostIdle) break;
        ++idle;
        const bool more = work.wait_for(lock, kIdle, [this] { return stopping || !queue.empty(); });
        --idle;
        if (!more) break;
        continue;
      }
      const std::shared_ptr<Run> run = std::move(queue.front());
      queue.pop_front();
      run->queued = false;
      auto look = std::exchange(run->look, nullptr);
      if (run->cancel.cancelled()) answer(run, LookEnd::kCancelled, lock);
      if (!run->answered) {
        run->subject->state = State::kLooking;
        const auto begin = begun.emplace_back(Clock::now());
        lock.unlock();
        look();
        look = nullptr;  // what it holds dies before it counts as done
        lock.lock();
        begun.erase(std::find(begun.begin(), begun.end(), begin));
        answer(run, LookEnd::kDone, lock);
      }
      free(*run->subject);
    }
    --threads;
  }

  void free(Subject& subject) {
    subject.state = State::kFree;
    while (subject.state == State::kFree && !subject.waiting.empty()) {
      auto next = std::move(subject.waiting.front());
      subject.waiting.erase(subject.waiting.begin());
      if (!next->answered) enqueue(std::move(next));
    }
  }

  void watchOver() {
    Lock lock(mutex);
    auto patience = kStall;
    while (!stopping) {
      watching = !open.empty();
      if (!watching) {
        watch.wait(lock, [this] { return stopping || !open.empty(); });
        patience = kStall;
        continue;
      }
      watch.wait_for(lock, patience, [this] { return stopping; });
      patience = queue.empty() ? kPatience : kStall;
      // Twice as many at each time: a look that lasts must not keep hundreds waiting.
      for (std::size_t i = std::min(queue.size(), std::max<std::size_t>(threads, 1)); i > 0; --i) {
        help();
      }
      endOverdue(lock);
    }
  }

  void endOverdue(Lock& lock) {
    const auto now = Clock::now();
    const auto endOf = [now](const Run& run) {
      return run.cancel.cancelled()                  ? LookEnd::kCancelled
             : run.deadline > now                    ? LookEnd::kDone
             : run.subject->state == State::kLooking ? LookEnd::kTimeout
                                                     : LookEnd::kRefused;
    };
    std::vector<std::shared_ptr<Run>> overdue;
    for (const auto& run : open) {
      if (endOf(*run) != LookEnd::kDone) overdue.push_back(run);
    }
    for (const auto& run : overdue) answer(run, endOf(*run), lock);
  }
};

Looks::Place::Place() : subject_(std::make_shared<Subject>()) {}

Looks::Looks() : Looks(beginDetached) {}

Looks::Looks(BeginThread begin) : threads_(std::make_shared<Threads>(std::move(begin))) {}

void Looks::start(const Place& place, core::Duration timeout, CancelToken cancel,
                  std::function<void()> look, Done done) {
  const auto run = std::make_shared<Run>();
  run->look = std::move(look);
  run->done = std::move(done);
  run->cancel = std::move(cancel);
  run->deadline = Clock::now() + timeout;
  run->subject = place.subject_;
  Threads& all = *threads_;
  Threads::Lock lock(all.mutex);
  run->place = all.open.insert(all.open.end(), run);
  if (all.stopping) return all.answer(run, LookEnd::kCancelled, lock);
  if (!all.watcher.joinable()) {
    try {
      all.watcher = std::thread([threads = threads_] { threads->watchOver(); });
    } catch (const std::system_error&) {
      return all.answer(run, LookEnd::kRefused, lock);
    }
  }
  if (run->subject->state != Subject::State::kFree) {
    run->subject->waiting.push_back(run);
  } else if (all.stuck() && !all.help() && all.threads == 0) {
    return all.answer(run, LookEnd::kRefused, lock);
  } else {
    all.enqueue(run);
  }
  if (!all.watching) all.watch.notify_one();
}

LookEnd Looks::run(const Place& place, core::Duration timeout, CancelToken cancel,
                   std::function<void()> look) {
  const auto end = std::make_shared<std::promise<LookEnd>>();
  auto ended = end->get_future();
  start(place, timeout, std::move(cancel), std::move(look),
        [end](LookEnd how) { end->set_value(how); });
  return ended.get();
}

void Looks::stop() {
  Threads& all = *threads_;
  Threads::Lock lock(all.mutex);
  all.stopping = true;
  all.work.notify_all();
  all.watch.notify_all();
  while (!all.open.empty()) {
    const auto run = all.open.front();
    all.answer(run, LookEnd::kCancelled, lock);
  }
  all.quiet.wait(lock, [&all] { return all.calling == 0; });
  all.queue.clear();
  std::thread watcher = std::exchange(all.watcher, {});
  lock.unlock();
  if (watcher.joinable()) watcher.join();
}

}  // namespace heald::io
