#include "ctl/client.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <thread>

#include "ctl/json_access.h"
#include "io/address.h"
#include "io/fd.h"
#include "io/fresh_key.h"
#include "io/uri.h"

namespace heald::ctl {
namespace {

constexpr std::size_t kMaxAnswer = 64 * 1024 * 1024;  // bytes

constexpr std::string_view kUnix = "unix:";

std::string withoutSlash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// "http://[::1]:3001/x" -> "[::1]".
std::string_view hostIn(std::string_view url) {
  url.remove_prefix(std::min(url.find("://") + 3, url.size()));
  url = url.substr(0, url.find('/'));
  if (url.starts_with('[')) return url.substr(0, url.find(']') + 1);
  return url.substr(0, url.find(':'));
}

bool isThisHost(std::string_view host) {
  const bool digits = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "[::1]" || (host.starts_with("127.") && digits);
}

// A configuration is refused with a line for each of its mistakes.
std::string printableLines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines += (lines.empty() ? "" : "\n") + printable(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

// {"error":{"message":…}}; without one, what the status says.
std::string messageIn(const io::HttpResponse& response) {
  const auto value = nlohmann::ordered_json::parse(response.body, nullptr, false);
  const auto& said = objectOf(value, "error");
  const auto message = said.find("message");
  if (message != said.end() && message->is_string() && *message != "") {
    return printableLines(message->get_ref<const std::string&>());
  }
  return "HTTP status " + std::to_string(response.status);
}

// On its way out: nothing was changed, and perhaps another one is on its way in.
bool isStopping(const io::HttpResponse& response) {
  const auto value = nlohmann::ordered_json::parse(response.body, nullptr, false);
  return response.status == 503 && textOf(objectOf(value, "error"), "code") == "shutdown";
}

}  // namespace

std::string urlOfSocket(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path) return "";
  path.copy(name.sun_path, path.size());
  const io::UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool heard = ::connect(probe.get(), reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
  return heard ? std::string(kUnix) + path : "";
}

std::string controlUrlProblem(const std::string& url) {
  if (!url.starts_with(kUnix)) return io::urlProblem(url);
  return url.substr(kUnix.size()).starts_with('/')
             ? ""
             : "has no whole path (example: unix:/run/heald/control.sock)";
}

Client::Client(ClientOptions options) : options_(std::move(options)) {
  options_.url = withoutSlash(std::move(options_.url));
  if (options_.url.starts_with(kUnix)) socket_ = options_.url.substr(kUnix.size());
}

io::HttpResponse Client::transfer(io::HttpRequest request) {
  std::promise<io::HttpResponse> promise;
  auto answered = promise.get_future();
  http_.send(std::move(request), {},
             [&promise](io::HttpResponse response) { promise.set_value(std::move(response)); });
  return answered.get();
}

Answer Client::send(const std::string& method, const std::string& path, const std::string& body,
                    const std::string& key) {
  io::HttpRequest request = requestFor(method, path, body);
  if (method == "GET") return judge(transfer(std::move(request)));
  std::string named = key.empty() ? options_.key : key;
  if (named.empty()) named = io::freshKey();
  request.headers.emplace_back("Idempotency-Key", named);
  Answer answer = change(std::move(request), named);
  if (answer.status != 503) return answer;
  std::optional<ClientOptions> leads = leader();
  return leads ? Client(std::move(*leads)).send(method, path, body, named) : answer;
}

void Client::goToLeader() {
  std::optional<ClientOptions> leads = leader();
  if (!leads) return;
  options_ = std::move(*leads);
  socket_.clear();
}

std::optional<ClientOptions> Client::leader() {
  if (!options_.following) return std::nullopt;
  const Answer told = get("/api/replicas");
  const auto standing = nlohmann::ordered_json::parse(told.body, nullptr, false);
  if (!told.ok() || flagOf(standing, "leads")) return std::nullopt;
  const auto of = objectOf(standing, "leader");
  ClientOptions there = options_;
  there.url = textOf(of, "url");
  if (there.url.empty() || !io::urlProblem(there.url).empty()) return std::nullopt;
  there.following = nullptr;
  options_.following("the replica at " + options_.url + " stands by; asking its leader " +
                     textOf(of, "name") + " at " + there.url);
  return there;
}

Answer Client::change(io::HttpRequest request, const std::string& key) {
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  bool sent = false;
  core::Duration pause = std::chrono::milliseconds(50);
  for (int asked = 1;; ++asked) {
    const core::Duration left = options_.timeout - (Clock::now() - begun);
    request.timeout = asked <= 2 ? std::max(left, core::Duration(options_.timeout)) / 2 : left;
    io::HttpResponse response = transfer(request);
    const bool stopping = response.end == io::HttpEnd::kAnswered && isStopping(response);
    if (response.end == io::HttpEnd::kAnswered && !stopping) return judge(response);
    if (response.end == io::HttpEnd::kNotSent && !sent) return judge(response);
    sent = sent || (response.sent && !stopping);
    const core::Duration most =
        sent || stopping ? options_.timeout : std::min<core::Duration>(options_.timeout, kRestart);
    const bool over = Clock::now() - begun + pause >= most;
    if (over && (asked >= 2 || !sent)) return sent ? unanswered(response, key) : judge(response);
    std::this_thread::sleep_for(pause);
    pause = std::min<core::Duration>(pause * 2, std::chrono::seconds(1));
  }
}

Answer Client::unanswered(const io::HttpResponse& last, const std::string& key) const {
  Answer answer;
  answer.failure =
      Failure{ExitCode::kUnreachable,
              "no answer from heald at " + options_.url + ", so it may have been done or not: " +
                  (last.error.empty() ? messageIn(last) : last.error) +
                  "\nask again, it is done once and then answered as before: the same command with "
                  "--idempotency-key " +
                  key};
  answer.unknown = true;
  return answer;
}

Answer Client::follow(const std::string& path, std::function<void(std::string_view)> piece,
                      core::Duration silence) {
  using Clock = std::chrono::steady_clock;
  std::atomic<Clock::time_point> heard = Clock::now();
  io::HttpRequest request = requestFor("GET", path, "");
  request.timeout = std::chrono::hours(24 * 20);
  request.on_data = [&](std::string_view bytes) {
    heard = Clock::now();
    piece(bytes);
  };
  io::CancelSource cancel;
  std::promise<io::HttpResponse> promise;
  auto answered = promise.get_future();
  http_.send(std::move(request), cancel.token(),
             [&promise](io::HttpResponse response) { promise.set_value(std::move(response)); });
  while (answered.wait_for(std::chrono::seconds(1)) != std::future_status::ready) {
    if (Clock::now() - heard.load() > silence) cancel.cancel();
  }
  io::HttpResponse response = answered.get();
  if (response.end == io::HttpEnd::kCancelled) response.error = "nothing was heard of it";
  return judge(response);
}

io::HttpRequest Client::requestFor(const std::string& method, const std::string& path,
                                   const std::string& body) const {
  io::HttpRequest request;
  request.url = (socket_.empty() ? options_.url : "http://localhost") + path;
  request.unix_socket = socket_;
  request.method = method;
  request.timeout = options_.timeout;
  request.body_limit = kMaxAnswer;
  request.ca_file = options_.ca_file;
  request.client_certificate = options_.certificate;
  request.client_key = options_.key_pem;
  request.headers = {{"Accept", "application/json"}};
  if (method != "GET") {
    request.headers.emplace_back("Content-Type", "application/json");
    request.headers.emplace_back("X-Heald-Actor", options_.actor);
    request.body = body;
  }
  if (mayUseToken()) {
    request.headers.emplace_back("Authorization", "Bearer " + options_.token.value);
  }
  return request;
}

std::string Client::tokenToHandOver() const {
  const bool local = options_.url.starts_with(kUnix) || isThisHost(hostIn(options_.url));
  const bool may = options_.token.named || local;
  return may ? options_.token.value : "";
}

bool Client::mayUseToken() const {
  // The kernel tells heald who is at the other end of a socket; one that was found is not needed.
  const bool local = socket_.empty() && isThisHost(hostIn(options_.url));
  return !options_.token.value.empty() && (options_.token.named || local);
}

Answer Client::judge(const io::HttpResponse& response) const {
  if (response.end != io::HttpEnd::kAnswered) {
    return {"",
            Failure{ExitCode::kUnreachable,
                    "cannot reach heald at " + options_.url + ": " + response.error},
            0};
  }
  if (response.truncated) {
    return {"", Failure{ExitCode::kUnreachable, options_.url + " answers with too much"}, 0};
  }
  if (response.status / 100 == 2) return {response.body, std::nullopt, response.status};
  Failure failure = refused(response);
  failure.body = response.body;
  return {response.body, std::move(failure), response.status};
}

// What to do about a call that was made without a credential.
std::string Client::withoutCredential() const {
  if (!options_.token.value.empty() && socket_.empty()) {
    return "the token of this host is not sent to another: name one with --token-file";
  }
  const std::string where =
      options_.token.value.empty() ? options_.token.whyNot() + "\n" : std::string();
  return where +
         "name its file with --token-file, or HEALD_TOKEN_FILE; you may have to be root. An admin "
         "makes one: healdctl token create NAME --role ROLE";
}

Failure Client::refused(const io::HttpResponse& response) const {
  const std::string message = messageIn(response);
  const auto body = nlohmann::ordered_json::parse(response.body, nullptr, false);
  const bool wrong_role = textOf(objectOf(body, "error"), "code") == "wrong_role";
  const std::string used =
      mayUseToken() ? "healdctl used the token of " + options_.token.file + "\n" : std::string();
  switch (response.status) {
    case 400:
      return {ExitCode::kUsage, message};
    case 401:
      return {ExitCode::kNotAuthorised,
              message + "\n" +
                  (used.empty() ? withoutCredential()
                                : used + "name another with --token-file; an admin makes one anew: "
                                         "healdctl token rotate NAME")};
    case 403:
      if (!wrong_role) return {ExitCode::kNotAuthorised, message};
      return {ExitCode::kNotAuthorised,
              message + "\n" + used +
                  "name one with that role with --token-file; an admin makes one: healdctl token "
                  "create NAME --role ROLE"};
    case 404:
      return {ExitCode::kNotFound, message};
    default:
      return {ExitCode::kRefused, message};
  }
}

std::string segment(std::string_view name) {
  return name == "." || name == ".." ? io::percentEncode(name, "") : io::percentEncode(name);
}

}  // namespace heald::ctl
