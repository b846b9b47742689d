#include "etcd/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/plain_text.h"
#include "io/base64.h"

namespace heald::etcd {
namespace {

using nlohmann::json;
using std::chrono::ceil;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReasonBytes = 1024;
constexpr int kPage = 1000;           // keys an answer
constexpr int kUnauthenticated = 16;  // gRPC's code
// What a signed token (JWT) is answered after any change of etcd's users and roles, until it ends.
constexpr const char* kOldRevision = "revision of auth store is old";

enum class Changes { kNothing, kSomething };

// An int64 is a string in the gateway's JSON, and a zero is left out.
std::int64_t integerAt(const json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) return 0;
  if (found->is_number_integer()) return found->get<std::int64_t>();
  const auto text = found->get<std::string>();
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw std::invalid_argument(std::string(field) + " is no integer");
  }
  return value;
}

std::uint64_t clusterOf(const json& answer) {
  const auto header = answer.find("header");
  if (header == answer.end()) return 0;
  return std::stoull(header->value("cluster_id", std::string("0")));
}

std::int64_t revisionOf(const json& answer) {
  const auto header = answer.find("header");
  return header == answer.end() ? 0 : integerAt(*header, "revision");
}

std::string decoded(const std::string& text) {
  auto bytes = io::fromBase64(text);
  if (!bytes) throw std::invalid_argument("not base64");
  return std::move(*bytes);
}

KeyValue keyValueOf(const json& row) {
  return {decoded(row.at("key").get<std::string>()), decoded(row.value("value", std::string())),
          integerAt(row, "create_revision"), integerAt(row, "mod_revision"),
          integerAt(row, "lease")};
}

json compareOf(const Compare& compare) {
  const bool create = compare.of == Compare::Of::kCreateRevision;
  return {{"key", io::toBase64(compare.key)},
          {"result", "EQUAL"},
          {"target", create ? "CREATE" : "MOD"},
          {create ? "create_revision" : "mod_revision", std::to_string(compare.equals)}};
}

json operationOf(const Operation& operation) {
  if (const auto* put = std::get_if<Put>(&operation)) {
    json request = {{"key", io::toBase64(put->key)}, {"value", io::toBase64(put->value)}};
    if (put->lease != 0) request["lease"] = std::to_string(put->lease);
    return {{"request_put", std::move(request)}};
  }
  return {{"request_delete_range", {{"key", io::toBase64(std::get<Remove>(operation).key)}}}};
}

// The first key behind all that begin with `prefix`; none of ours ends with 0xff.
std::string behind(std::string prefix) {
  ++prefix.back();
  return prefix;
}

std::string firstLineOf(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) throw Fault(path + ": cannot be read", false);
  return line;
}

// Of a failed connection nothing has gone out.
bool nothingWasSent(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return false;
  }
}

}  // namespace

class Client::Connection {
 public:
  struct Answer {
    CURLcode code = CURLE_OK;
    long status = 0;
    std::string body;
    bool stopped = false;  // a watch has seen what it waited for
  };

  Connection(Address address, core::Duration deadline)
      : address_(std::move(address)),
        deadline_(deadline),
        easy_(curl_easy_init()),
        watching_easy_(curl_easy_init()) {
    if (!easy_ || !watching_easy_) throw std::bad_alloc();
  }

  json ask(const char* path, const json& request, Changes changes) {
    const auto until = Clock::now() + deadline_;
    const std::string body = request.dump();
    for (std::size_t tried = 0;; ++tried) {
      try {
        return askOne(path, body, changes, until, tried);
      } catch (const Fault& fault) {
        const bool may_go_on = !fault.maybe_done || changes == Changes::kNothing;
        const bool others = tried + 1 < address_.endpoints.size();
        current_ = (current_ + 1) % address_.endpoints.size();
        if (!may_go_on || !others || Clock::now() >= until) throw;
      }
    }
  }

  bool watch(const json& request, core::Duration patience) {
    login(Clock::now() + deadline_);
    watching_ = true;
    const Answer answer = send("/v3/watch", request.dump(), patience, watching_easy_.get());
    watching_ = false;
    if (answer.stopped) return true;
    if (answer.code == CURLE_OPERATION_TIMEDOUT) return false;
    current_ = (current_ + 1) % address_.endpoints.size();
    throw Fault(reason(answer), false);
  }

 private:
  json askOne(const char* path, const std::string& body, Changes changes, Clock::time_point until,
              std::size_t tried) {
    login(until);
    Answer answer = send(path, body, share(until, changes, tried));
    if (answer.code == CURLE_OK && isUnauthenticated(answer) && !address_.username.empty()) {
      token_.clear();  // of a member that started anew, or too old
      login(until);
      answer = send(path, body, share(until, changes, tried));
    }
    return read(answer, changes);
  }

  // Of the time that is left: all of it for what may be sent once only.
  core::Duration share(Clock::time_point until, Changes changes, std::size_t tried) const {
    const core::Duration left = std::max<core::Duration>(until - Clock::now(), milliseconds(1));
    const auto rest = static_cast<core::Duration::rep>(address_.endpoints.size() - tried);
    return changes == Changes::kSomething || rest <= 1 ? left : left / rest;
  }

  void login(Clock::time_point until) {
    if (address_.username.empty() || !token_.empty()) return;
    const json request = {{"name", address_.username},
                          {"password", firstLineOf(address_.password_file)}};
    const Answer answer = send("/v3/auth/authenticate", request.dump(), until - Clock::now());
    const json parsed = read(answer, Changes::kNothing);
    const auto token = parsed.find("token");
    token_ = token != parsed.end() && token->is_string() ? token->get<std::string>() : "";
  }

  json read(const Answer& answer, Changes changes) const {
    if (answer.code != CURLE_OK) {
      throw Fault(reason(answer), changes == Changes::kSomething && !nothingWasSent(answer.code));
    }
    json parsed = json::parse(answer.body, nullptr, false);
    // What is not an answer of etcd (a proxy's page, say) tells nothing of what etcd has done.
    const bool understood = parsed.is_object();
    if (answer.status == 200 && understood && !parsed.contains("error")) return parsed;
    const bool refused = understood && answer.status >= 400 && answer.status < 500;
    throw Fault(reason(answer), changes == Changes::kSomething && !refused);
  }

  static bool isUnauthenticated(const Answer& answer) {
    const json parsed = json::parse(answer.body, nullptr, false);
    if (answer.status == 401) return true;
    if (!parsed.is_object()) return false;
    const auto error = parsed.find("error");
    const auto code = parsed.find("code");  // of a proxy it may be anything
    return (code != parsed.end() && code->is_number_integer() && *code == kUnauthenticated) ||
           (error != parsed.end() && error->is_string() &&
            error->get_ref<const std::string&>().find(kOldRevision) != std::string::npos);
  }

  std::string reason(const Answer& answer) const {
    std::string what;
    if (answer.code == CURLE_OPERATION_TIMEDOUT) {
      what = "no answer in time";
    } else if (answer.code != CURLE_OK) {
      what = error_[0] != '\0' ? error_ : curl_easy_strerror(answer.code);
    } else {
      const json parsed = json::parse(answer.body, nullptr, false);
      what = parsed.is_object() && parsed.contains("error") && parsed["error"].is_string()
                 ? parsed["error"].get<std::string>()
                 : "status " + std::to_string(answer.status) + ", and no answer of etcd";
    }
    return core::oneLine("etcd at " + address_.endpoints[current_] + ": " + what, kReasonBytes);
  }

  Answer send(const char* path, const std::string& body, core::Duration patience) {
    return send(path, body, patience, easy_.get());
  }
  Answer send(const char* path, const std::string& body, core::Duration patience, CURL* easy) {
    curl_easy_reset(easy);  // its connections stay
    answer_ = {};
    error_[0] = '\0';
    const std::string url = address_.endpoints[current_] + path;
    const long ms = std::max<long>(1, ceil<milliseconds>(patience).count());
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(nullptr, curl_slist_free_all);
    const auto header = [&headers](const std::string& line) {
      curl_slist* grown = curl_slist_append(headers.get(), line.c_str());
      if (!grown) throw std::bad_alloc();
      static_cast<void>(headers.release());
      headers.reset(grown);
    };
    header("Content-Type: application/json");
    header("Expect:");
    if (!token_.empty()) header("Authorization: " + token_);
    curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, ms);
    curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Connection::onBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
    setTls(easy);
    answer_.code = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer_.status);
    return std::exchange(answer_, {});
  }

  void setTls(CURL* easy) {
    if (!address_.ca_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_CAINFO, address_.ca_file.c_str());
      curl_easy_setopt(easy, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (!address_.cert_file.empty()) {
      curl_easy_setopt(easy, CURLOPT_SSLCERT, address_.cert_file.c_str());
      curl_easy_setopt(easy, CURLOPT_SSLKEY, address_.key_file.c_str());
      curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");  // else OpenSSL asks at the terminal
    }
  }

  static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self) {
    auto& connection = *static_cast<Connection*>(self);
    Answer& answer = connection.answer_;
    answer.body.append(data, size * count);
    if (connection.watching_ && answer.body.find("\"events\"") != std::string::npos) {
      answer.stopped = true;
      return 0;  // ends the transfer
    }
    return size * count;
  }

  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };

  const Address address_;
  const core::Duration deadline_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  // A watch ends with its connection: what follows it finds another one that is open.
  std::unique_ptr<CURL, FreeEasy> watching_easy_;
  std::size_t current_ = 0;  // the endpoint that is asked
  std::string token_;
  Answer answer_;
  bool watching_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

Client::Client(Address address, core::Duration deadline)
    : connection_(std::make_unique<Connection>(std::move(address), deadline)) {}

Client::~Client() = default;

namespace {

// What the answer has to say for itself; a Fault for what etcd would never answer.
template <class Read>
auto understood(const json& answer, Changes changes, const Read& read) {
  try {
    return read(answer);
  } catch (const std::exception& fault) {
    throw Fault(std::string("etcd's answer is not understood: ") + fault.what(),
                changes == Changes::kSomething);
  }
}

}  // namespace

Range Client::get(const std::string& key) {
  const json answer =
      connection_->ask("/v3/kv/range", {{"key", io::toBase64(key)}}, Changes::kNothing);
  return understood(answer, Changes::kNothing, [](const json& a) {
    Range range{revisionOf(a), clusterOf(a), {}};
    for (const json& row : a.value("kvs", json::array())) range.rows.push_back(keyValueOf(row));
    return range;
  });
}

Range Client::list(const std::string& prefix) {
  Range range;
  json request = {{"key", io::toBase64(prefix)},
                  {"range_end", io::toBase64(behind(prefix))},
                  {"limit", std::to_string(kPage)}};
  for (bool more = true; more;) {
    const json answer = connection_->ask("/v3/kv/range", request, Changes::kNothing);
    more = understood(answer, Changes::kNothing, [&](const json& a) {
      if (range.revision == 0) {
        range.revision = revisionOf(a);
        range.cluster = clusterOf(a);
      }
      for (const json& row : a.value("kvs", json::array())) range.rows.push_back(keyValueOf(row));
      return a.value("more", false);
    });
    if (more) {
      request["key"] = io::toBase64(range.rows.back().key + '\0');
      request["revision"] = std::to_string(range.revision);
    }
  }
  return range;
}

Done Client::commit(const std::vector<Compare>& compares,
                    const std::vector<Operation>& operations) {
  json request = {{"compare", json::array()}, {"success", json::array()}};
  for (const Compare& compare : compares) request["compare"].push_back(compareOf(compare));
  for (const Operation& operation : operations) {
    request["success"].push_back(operationOf(operation));
  }
  const json answer = connection_->ask("/v3/kv/txn", request, Changes::kSomething);
  return understood(answer, Changes::kSomething, [](const json& a) {
    return Done{a.value("succeeded", false), revisionOf(a)};
  });
}

std::int64_t Client::grant(std::chrono::seconds ttl) {
  const json answer = connection_->ask("/v3/lease/grant", {{"TTL", std::to_string(ttl.count())}},
                                       Changes::kSomething);
  return understood(answer, Changes::kSomething, [](const json& a) {
    const std::int64_t id = integerAt(a, "ID");
    if (id == 0) throw std::invalid_argument("a lease without an ID");
    return id;
  });
}

// Of a lease that has ended the answer has no TTL.
bool Client::renew(std::int64_t lease) {
  const json answer =
      connection_->ask("/v3/lease/keepalive", {{"ID", std::to_string(lease)}}, Changes::kNothing);
  return understood(answer, Changes::kNothing, [](const json& a) {
    return integerAt(a.value("result", json::object()), "TTL") > 0;
  });
}

void Client::revoke(std::int64_t lease) {
  connection_->ask("/v3/lease/revoke", {{"ID", std::to_string(lease)}}, Changes::kSomething);
}

bool Client::watch(const std::string& key, std::int64_t revision, core::Duration patience) {
  const json request = {
      {"create_request",
       {{"key", io::toBase64(key)}, {"start_revision", std::to_string(revision + 1)}}}};
  return connection_->watch(request, patience);
}

}  // namespace heald::etcd
