#include "door/door.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "door/hall.h"
#include "door/poller.h"
#include "door/post.h"

namespace heald::door {
namespace {

using Clock = Hall::Clock;

constexpr int kAcceptedInOneTurn = 64;
constexpr std::chrono::milliseconds kHandshakesInOneTurn{2};
// After an accept that failed for a reason that time alone ends.
constexpr std::chrono::milliseconds kPause{100};

bool isShortOfDescriptors(int number) {
  return number == EMFILE || number == ENFILE;
}

// The kernel looks for a descriptor first, and then whether there is a connection at all.
bool isReadable(int socket) {
  pollfd look{socket, POLLIN, 0};
  return ::poll(&look, 1, 0) > 0;
}

// The connection that was to be accepted has failed, not the listener.
bool isOfOneConnection(int number) {
  return number == EINTR || number == ECONNABORTED || number == EPROTO || number == EPERM ||
         number == ENETDOWN || number == ENOPROTOOPT || number == EHOSTDOWN || number == ENONET ||
         number == EHOSTUNREACH || number == EOPNOTSUPP || number == ENETUNREACH;
}

}  // namespace

class Door::Impl {
 public:
  Impl(std::vector<Listener> listeners, DoorOptions options)
      : listeners_(std::move(listeners)),
        options_(std::move(options)),
        post_(std::make_shared<Post>()),
        hall_(listeners_, options_, poller_, post_) {}

  ~Impl() {
    if (!thread_.joinable()) return;
    post_->send([this] { draining_ = true; });
    thread_.join();
  }

  Result<void> begin() {
    spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!poller_.valid() || post_->descriptor() < 0 || !spare_.valid()) return failure();
    if (!poller_.add(post_->descriptor(), kPost, EPOLLIN)) return failure();
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      for (const io::UniqueFd& socket : listeners_[i].sockets) {
        entrances_.push_back({i, socket.get()});
        // Whoever is accepted inherits it; of a Unix socket it is none.
        const int on = 1;
        ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (!poller_.add(socket.get(), entrances_.size(), EPOLLIN)) return failure();
      }
    }
    thread_ = std::thread([this] { run(); });
    return {};
  }

  std::vector<Figures> figures() const { return hall_.figures(); }

 private:
  static constexpr std::uint64_t kPost = 0;  // entrances are 1, 2, …

  struct Entrance {
    std::size_t listener = 0;
    int socket = -1;
    int at_once = 1;         // that are accepted in one turn,
    std::uint64_t turn = 0;  // of which this was the last
    std::optional<Clock::time_point> paused_until{};
  };

  static Error failure() {
    return {ErrorCode::kUnavailable, std::string("cannot listen: ") + std::strerror(errno)};
  }

  void run() {
    post_->receive();
    std::optional<Clock::time_point> end;
    while (!end || (!hall_.empty() && Clock::now() < *end)) {
      hall_.watchWaiting();
      // What this thread has sent itself waits for no descriptor.
      const auto events = poller_.wait(post_->empty() ? wakeUp(end) : Clock::time_point{});
      ++turn_;
      hall_.setNow(Clock::now());
      take(events);
      hall_.onTime();
      resume();
      if (draining_ && !end) {
        end = Clock::now() + kGrace;
        for (const Entrance& entrance : entrances_) poller_.remove(entrance.socket);
        hall_.drain();
      }
    }
    post_->close();
  }

  // Those who are being served go before those who come, and before those who would have TLS: a
  // flood of either costs them nothing but its share of each turn.
  void take(std::span<const epoll_event> events) {
    shaking_.clear();
    coming_.clear();
    for (const epoll_event& event : events) {
      const std::uint64_t number = event.data.u64;
      if (number == kPost) {
        post_->woken();
      } else if (number <= entrances_.size()) {
        coming_.push_back(number);
      } else if (hall_.isShaking(number)) {
        shaking_.push_back(event);
      } else {
        hall_.onEvent(number, event.events);
      }
    }
    for (const Post::Task& task : post_->take()) task();
    // Whoever is left out is told of again by the kernel, behind the others.
    const auto end = Clock::now() + kHandshakesInOneTurn;
    for (const epoll_event& event : shaking_) {
      hall_.onEvent(event.data.u64, event.events);
      if (Clock::now() >= end) break;
    }
    if (draining_) return;
    for (const std::uint64_t number : coming_) accept(entrances_[number - 1], number);
  }

  std::optional<Clock::time_point> wakeUp(std::optional<Clock::time_point> first) const {
    if (const auto next = hall_.next()) first = first ? std::min(*first, *next) : next;
    for (const Entrance& entrance : entrances_) {
      const auto until = entrance.paused_until;
      if (until) first = first ? std::min(*first, *until) : until;
    }
    return first;
  }

  void accept(Entrance& entrance, std::uint64_t number) {
    // More, when they come turn by turn: else each costs a call that finds nobody behind them.
    const bool again = std::exchange(entrance.turn, turn_) + 1 == turn_;
    entrance.at_once = again ? std::min(2 * entrance.at_once, kAcceptedInOneTurn) : 1;
    for (int i = 0; i < entrance.at_once; ++i) {
      io::UniqueFd socket(
          ::accept4(entrance.socket, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
      if (socket.valid()) {
        hall_.enter(entrance.listener, std::move(socket));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return;
      } else if (isShortOfDescriptors(errno)) {
        if (!isReadable(entrance.socket)) return;
        if (!hall_.freeOne(entrance.listener, Limit::kDescriptors) && !refuse(entrance)) {
          return pause(entrance, number);
        }
      } else if (!isOfOneConnection(errno)) {
        return pause(entrance, number);
      }
    }
  }

  // With the spare descriptor, so that whoever waits hears of it and the loop does not spin.
  bool refuse(Entrance& entrance) {
    spare_.reset();
    { const io::UniqueFd refused(::accept4(entrance.socket, nullptr, nullptr, SOCK_CLOEXEC)); }
    spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    hall_.strike(entrance.listener, Limit::kDescriptors, "");
    return spare_.valid();
  }

  void pause(Entrance& entrance, std::uint64_t number) {
    entrance.paused_until = Clock::now() + kPause;
    poller_.change(entrance.socket, number, 0);
  }

  void resume() {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < entrances_.size(); ++i) {
      Entrance& entrance = entrances_[i];
      if (!entrance.paused_until || now < *entrance.paused_until) continue;
      entrance.paused_until.reset();
      if (!spare_.valid()) spare_.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
      poller_.change(entrance.socket, i + 1, EPOLLIN);
    }
  }

  std::vector<Listener> listeners_;
  const DoorOptions options_;
  Poller poller_;
  const std::shared_ptr<Post> post_;
  Hall hall_;
  io::UniqueFd spare_;
  std::vector<Entrance> entrances_;
  std::vector<epoll_event> shaking_;   // of this turn: connections
  std::vector<std::uint64_t> coming_;  // and entrances
  std::uint64_t turn_ = 0;
  bool draining_ = false;  // the door's thread alone
  std::thread thread_;
};

Result<std::unique_ptr<Door>> Door::open(std::vector<Listener> listeners, DoorOptions options) {
  ::signal(SIGPIPE, SIG_IGN);
  auto impl = std::make_unique<Impl>(std::move(listeners), std::move(options));
  if (auto begun = impl->begin(); !begun) return begun.error();
  return std::unique_ptr<Door>(new Door(std::move(impl)));
}

Door::Door(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Door::~Door() = default;

std::vector<Door::Figures> Door::figures() const {
  return impl_->figures();
}

}  // namespace heald::door
