#include "door/web_access.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "door/basic_credentials.h"

namespace heald::door {
namespace {

constexpr std::string_view kBearer = "Bearer ";

bool hasScheme(std::string_view header, std::string_view scheme) {
  return equalsIgnoringCase(header.substr(0, scheme.size()), scheme);
}

// Who a request says it is, by Basic authentication.
std::optional<Passwords::Claim> claimOf(const RequestHead& head, const WebConfig& config) {
  auto said = basicCredentials(head.headers);
  if (!said) return std::nullopt;
  Passwords::Claim claim{std::move(said->user), std::move(said->password), std::nullopt};
  const auto user = config.users.find(claim.user);
  if (user != config.users.end()) claim.hash = user->second;
  return claim;
}

Gate::Verdict unauthorised(const std::string& why) {
  return {Gate::Refusal{401, why, "WWW-Authenticate: Basic\r\n"}};
}

}  // namespace

struct WebAccess::State {
  WebConfig config;
  ContextPointer context;
  std::string headers;
};

Result<WebAccess::StatePointer> WebAccess::read(const Options& options, io::WatchedFiles& watched) {
  const auto failed = [](std::string why) { return Error{ErrorCode::kInvalid, std::move(why)}; };
  const std::string& file = options.file;
  watched.clear();
  watched.add(file);
  if (options.fault) {
    if (std::string fault = options.fault(file); !fault.empty()) return failed(std::move(fault));
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) return failed("cannot read " + file + ": " + std::strerror(errno));
  const std::string text(std::istreambuf_iterator<char>(in), {});
  auto config = readWebConfig(text, file);
  if (!config) return config.error();
  auto state = std::make_shared<State>();
  state->config = std::move(*config);
  const WebConfig::Tls& tls = state->config.tls;
  for (const auto& name : {tls.certificate_file, tls.key_file, tls.client_ca_file})
    watched.add(name);
  if (state->config.has_tls) {
    auto context = contextOf(tls);
    if (!context) return failed(file + ": tls_server_config: " + context.error().message);
    state->context = std::move(*context);
  } else if (options.needs_tls) {
    return failed(file + ": tls_server_config is missing, and other hosts reach the listener");
  }
  for (const auto& [name, value] : state->config.headers) {
    state->headers += name + ": " + value + "\r\n";
  }
  return StatePointer(std::move(state));
}

std::string WebAccess::faultOf(const Options& options) {
  io::WatchedFiles unused;
  const auto state = read(options, unused);
  return state ? "" : state.error().message;
}

WebAccess::WebAccess(Options options) : options_(std::move(options)) {}

Result<std::unique_ptr<WebAccess>> WebAccess::open(Options options) {
  std::unique_ptr<WebAccess> access(new WebAccess(std::move(options)));
  auto state = read(access->options_, access->watched_);
  if (!state) return state.error();
  access->state_ = std::move(*state);
  access->watcher_.emplace(kInterval, [own = access.get()] { own->refresh(); });
  return access;
}

WebAccess::~WebAccess() = default;

WebAccess::StatePointer WebAccess::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void WebAccess::refresh() {
  if (!watched_.changed()) return;
  const auto fresh = read(options_, watched_);
  if (fresh) {
    const std::lock_guard lock(mutex_);
    state_ = *fresh;
  }
  if (options_.told) options_.told(fresh ? "" : fresh.error().message);
}

Gate::Verdict WebAccess::verdictOf(bool right, const Passwords::Claim& claim) const {
  if (!right) return unauthorised("the user or the password is wrong");
  const auto still = [this, user = claim.user, hash = claim.hash] {
    const StatePointer now = state();
    const auto found = now->config.users.find(user);
    return found != now->config.users.end() && found->second == hash;
  };
  return {std::nullopt, claim.user, still};
}

bool WebAccess::hasTls() const {
  return state()->context != nullptr;
}

bool WebAccess::hasCredentials() const {
  const StatePointer now = state();
  return !now->config.users.empty() ||
         (now->context != nullptr &&
          now->config.tls.client_auth == WebConfig::ClientAuth::kRequireAndVerify);
}

SslPointer WebAccess::session() {
  const StatePointer now = state();
  return SslPointer(now->context != nullptr ? SSL_new(now->context.get()) : nullptr);
}

std::string WebAccess::headers() const {
  return state()->headers;
}

std::optional<Gate::Verdict> WebAccess::judge(const RequestHead& head, const Caller&) {
  const StatePointer now = state();
  const WebConfig& config = now->config;
  if (!rate_.is(config.rate_interval, config.rate_burst)) {
    rate_ = RateLimit(config.rate_interval, config.rate_burst);
  }
  if (!rate_.allow(RateLimit::Clock::now())) {
    return Verdict{Refusal{429, "more requests than rate_limit of the web configuration allows"}};
  }
  if (config.users.empty()) return Verdict{};
  const auto header = head.headers.get("Authorization").value_or("");
  if (options_.bearers && hasScheme(header, kBearer)) {
    return Verdict{.needs_credential = true};
  }
  const auto claim = claimOf(head, config);
  if (!claim) return unauthorised("a user and a password are needed (basic_auth_users)");
  const auto known = passwords_.known(*claim);
  if (!known) return std::nullopt;
  return verdictOf(*known, *claim);
}

void WebAccess::judgeLater(const RequestHead& head, const Caller& caller,
                           std::function<void(Verdict)> done) {
  auto claim = claimOf(head, state()->config);
  if (!claim) return done(unauthorised("a user and a password are needed (basic_auth_users)"));
  passwords_.compare(*claim, caller.peer(),
                     [this, claim = *claim, done = std::move(done)](Passwords::Outcome outcome) {
                       if (outcome == Passwords::Outcome::kBusy) {
                         return done({Refusal{503,
                                              "too many passwords are being compared; try "
                                              "again in a moment"}});
                       }
                       done(verdictOf(outcome == Passwords::Outcome::kRight, claim));
                     });
}

}  // namespace heald::door
