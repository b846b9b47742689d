#include "io/http_client.h"

#include <curl/curl.h>

#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "io/http_transfer.h"
#include "io/tcp_connects.h"

namespace heald::io {
namespace {

constexpr long kMostConnectionsKept = 1000;  // open, and used by nobody
// Every event wakes the poll; these are a belt to the braces.
constexpr std::chrono::minutes kWait{1};
constexpr std::chrono::hours kIdleWait{1};  // with nothing under way that it could be needed for

// With CURLOPT_NOSIGNAL, curl leaves this to us: OpenSSL writes to sockets that may be closed.
void blockBrokenPipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

CURLM* makeMulti() {
  static const CURLcode global = curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM* const multi = global == CURLE_OK ? curl_multi_init() : nullptr;
  if (multi) curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kMostConnectionsKept);
  return multi;
}

}  // namespace

class HttpClient::Loop {
 public:
  Loop() : multi_(makeMulti()), thread_([this] { run(); }) {}
  ~Loop() {
    stop();
    alarm_->silence();
    curl_multi_cleanup(multi_);
  }

  void stop() {
    if (!thread_.joinable()) return;
    stopping_ = true;
    curl_multi_wakeup(multi_);
    thread_.join();
  }

  // One that takes no resolver: connects to it without curl.
  struct Connect {
    NumericAddress address;
    core::Duration timeout;
    CancelToken cancel;
    Done done;
  };

  void add(std::unique_ptr<HttpTransfer> transfer) {
    if (!arrive(arrived_.transfers, transfer)) transfer->fail(HttpEnd::kCancelled, "cancelled");
  }

  void add(Connect connect) {
    if (!arrive(arrived_.connects, connect)) connect.done(TcpConnects::cancelled());
  }

 private:
  // Wakes the thread for whoever cancels a request, who may be later than the end of it all.
  class Alarm {
   public:
    explicit Alarm(CURLM* multi) : multi_(multi) {}
    void ring() {
      const std::lock_guard lock(mutex_);
      if (multi_) curl_multi_wakeup(multi_);
    }
    void silence() {
      const std::lock_guard lock(mutex_);
      multi_ = nullptr;
    }

   private:
    std::mutex mutex_;
    CURLM* multi_;
  };
  using Transfers = std::unordered_map<CURL*, std::unique_ptr<HttpTransfer>>;
  struct Arrived {
    std::vector<std::unique_ptr<HttpTransfer>> transfers;
    std::vector<Connect> connects;
    bool empty() const { return transfers.empty() && connects.empty(); }
  };

  void run() noexcept {
    blockBrokenPipes();
    while (!stopping_) {
      connects_.end(TcpConnects::Clock::now());
      admit();
      int running = 0;
      curl_multi_perform(multi_, &running);
      deliver();
      endCancelled([](const HttpTransfer& transfer) { return transfer.token().cancelled(); });
      wait();
    }
    endCancelled([](const HttpTransfer&) { return true; });
    Arrived last = takeArrived(true);
    for (auto& transfer : last.transfers) transfer->fail(HttpEnd::kCancelled, "cancelled");
    for (auto& connect : last.connects) connect.done(TcpConnects::cancelled());
    connects_.cancelAll();
  }

  // False when the thread takes nothing any more. It is woken once for all that it finds together.
  template <class Request>
  bool arrive(std::vector<Request>& requests, Request& request) {
    bool first = false;
    {
      std::lock_guard lock(mutex_);
      if (closed_) return false;
      first = arrived_.empty();
      requests.push_back(std::move(request));
    }
    if (first) curl_multi_wakeup(multi_);
    return true;
  }

  Arrived takeArrived(bool last = false) {
    std::lock_guard lock(mutex_);
    closed_ = last;
    return std::exchange(arrived_, {});
  }

  void admit() {
    Arrived arrived = takeArrived();
    for (auto& connect : arrived.connects) {
      connect.cancel.whenCancelled([alarm = alarm_] { alarm->ring(); });
      connects_.start(connect.address, connect.timeout, std::move(connect.cancel),
                      std::move(connect.done));
    }
    for (auto& transfer : arrived.transfers) {
      if (!transfer->prepare() || curl_multi_add_handle(multi_, transfer->handle()) != CURLM_OK) {
        transfer->fail(HttpEnd::kNotSent, "the request cannot be made");
        continue;
      }
      transfer->token().whenCancelled([alarm = alarm_] { alarm->ring(); });
      CURL* handle = transfer->handle();
      active_.emplace(handle, std::move(transfer));
    }
  }

  std::unique_ptr<HttpTransfer> take(Transfers::iterator it) {
    curl_multi_remove_handle(multi_, it->first);
    auto transfer = std::move(it->second);
    active_.erase(it);
    return transfer;
  }

  void deliver() {
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // the message dies with the handle
      auto transfer = take(active_.find(message->easy_handle));
      transfer->finish(code);
    }
  }

  template <class Rule>
  void endCancelled(Rule rule) {
    for (auto it = active_.begin(); it != active_.end();) {
      const auto here = it++;
      if (rule(*here->second)) take(here)->fail(HttpEnd::kCancelled, "cancelled");
    }
  }

  void wait() {
    const std::chrono::milliseconds most =
        active_.empty() ? kIdleWait : std::chrono::milliseconds(kWait);
    const auto patience = connects_.patience(TcpConnects::Clock::now(), most);
    std::vector<pollfd>& connects = connects_.descriptors();
    waited_for_.clear();
    for (const pollfd& one : connects) waited_for_.push_back({one.fd, CURL_WAIT_POLLOUT, 0});
    curl_multi_poll(multi_, waited_for_.data(), static_cast<unsigned>(waited_for_.size()),
                    static_cast<int>(patience.count()), nullptr);
    for (std::size_t i = 0; i < connects.size(); ++i) {
      connects[i].revents = waited_for_[i].revents;
    }
  }

  CURLM* const multi_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  Arrived arrived_;
  bool closed_ = false;                  // nothing arrives any more
  Transfers active_;                     // the thread's own
  TcpConnects connects_;                 // likewise
  std::vector<curl_waitfd> waited_for_;  // of connects_, as curl takes them
  const std::shared_ptr<Alarm> alarm_ = std::make_shared<Alarm>(multi_);
  std::thread thread_;  // last: starts when all else is there
};

HttpClient::HttpClient() : loop_(std::make_unique<Loop>()) {}
HttpClient::~HttpClient() = default;

void HttpClient::stop() {
  loop_->stop();
}

void HttpClient::send(HttpRequest request, CancelToken cancel, Done done) {
  loop_->add(std::make_unique<HttpTransfer>(std::move(request), false, std::move(cancel),
                                            std::move(done)));
}

void HttpClient::connect(const std::string& host, int port, core::Duration timeout,
                         CancelToken cancel, Done done) {
  if (const auto address = NumericAddress::of(host, port)) {
    return loop_->add(Loop::Connect{*address, timeout, std::move(cancel), std::move(done)});
  }
  const bool bracket = host.find(':') != std::string::npos;
  HttpRequest request;
  request.url = "http://" + (bracket ? "[" + host + "]" : host) + ":" + std::to_string(port);
  request.timeout = timeout;
  loop_->add(
      std::make_unique<HttpTransfer>(std::move(request), true, std::move(cancel), std::move(done)));
}

}  // namespace heald::io
