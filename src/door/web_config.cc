#include "door/web_config.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

#include "config/document.h"
#include "config/problem.h"
#include "config/wording.h"

namespace heald::door {
namespace {

using config::Node;
using config::Place;

// The names of Go's crypto/tls.CipherSuites(), and OpenSSL's. Those of TLS 1.3 cannot be chosen in
// Go and are taken without effect.
constexpr std::pair<const char*, const char*> kCiphers[] = {
    {"TLS_AES_128_GCM_SHA256", ""},
    {"TLS_AES_256_GCM_SHA384", ""},
    {"TLS_CHACHA20_POLY1305_SHA256", ""},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
};
constexpr std::pair<const char*, const char*> kCurves[] = {
    {"CurveP256", "P-256"}, {"CurveP384", "P-384"}, {"CurveP521", "P-521"}, {"X25519", "X25519"}};
constexpr std::pair<const char*, int> kVersions[] = {
    {"TLS10", 10}, {"TLS11", 11}, {"TLS12", 12}, {"TLS13", 13}};
constexpr std::pair<const char*, WebConfig::ClientAuth> kClientAuth[] = {
    {"NoClientCert", WebConfig::ClientAuth::kNone},
    {"RequestClientCert", WebConfig::ClientAuth::kRequest},
    {"RequireAnyClientCert", WebConfig::ClientAuth::kRequireAny},
    {"RequireClientCert", WebConfig::ClientAuth::kRequireAny},  // as it was called once
    {"VerifyClientCertIfGiven", WebConfig::ClientAuth::kVerifyIfGiven},
    {"RequireAndVerifyClientCert", WebConfig::ClientAuth::kRequireAndVerify}};

struct HeaderRule {
  const char* name;
  std::vector<std::string> values;  // none: any
};
const std::vector<HeaderRule>& headerRules() {
  static const std::vector<HeaderRule> rules = {{"Strict-Transport-Security", {}},
                                                {"X-Content-Type-Options", {"nosniff"}},
                                                {"X-Frame-Options", {"deny", "sameorigin"}},
                                                {"X-XSS-Protection", {}},
                                                {"Content-Security-Policy", {}}};
  return rules;
}

bool isControl(unsigned char c) {
  return (c < 0x20 && c != '\t') || c == 0x7f;
}

template <class Table>
std::vector<std::string> namesOf(const Table& table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.first);
  return names;
}

// A bcrypt hash as golang.org/x/crypto/bcrypt takes it: $2, a letter or none, a cost of 4 to 31,
// and 53 characters.
bool isBcrypt(std::string_view hash) {
  if (!hash.starts_with("$2")) return false;
  hash.remove_prefix(2);
  if (!hash.empty() && hash.front() != '$') hash.remove_prefix(1);
  if (hash.size() != 1 + 2 + 1 + 53 || hash[0] != '$' || hash[3] != '$') return false;
  int cost = 0;
  const auto [end, failure] = std::from_chars(hash.data() + 1, hash.data() + 3, cost);
  return failure == std::errc{} && end == hash.data() + 3 && cost >= 4 && cost <= 31 &&
         std::all_of(hash.begin() + 4, hash.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '/'; });
}

// A duration as Go writes it: "1s", "1m30s", "1.5h", "100ms"; also 0 alone.
std::optional<std::chrono::nanoseconds> goDuration(std::string_view text) {
  if (text == "0") return std::chrono::nanoseconds(0);
  constexpr std::pair<std::string_view, double> kUnits[] = {{"ns", 1},  {"us", 1e3}, {"ms", 1e6},
                                                            {"s", 1e9}, {"m", 6e10}, {"h", 3.6e12}};
  double sum = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    if (text.find_first_of("0123456789.") != 0) return std::nullopt;  // not "nan", "inf"
    double number = 0;
    const auto [end, failure] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (failure != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto length = text.find_first_of("0123456789.");
    const std::string_view unit = text.substr(0, length);
    const auto* known = std::find_if(std::begin(kUnits), std::end(kUnits),
                                     [&](const auto& one) { return one.first == unit; });
    if (known == std::end(kUnits)) return std::nullopt;
    sum += number * known->second;
    text.remove_prefix(unit.size());
  }
  if (sum > 9e18) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(sum));
}

// Reads the tree, and keeps the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Result<WebConfig> read(const Node& top) {
    mapping(top, "",
            {{"tls_server_config", [&](const Node& n) { readTls(n); }},
             {"http_server_config", [&](const Node& n) { readHttp(n); }},
             {"rate_limit", [&](const Node& n) { readRate(n); }},
             {"basic_auth_users", [&](const Node& n) { readUsers(n); }}});
    if (problem_) return *problem_;
    return std::move(result_);
  }

 private:
  using Fields = std::map<std::string, std::function<void(const Node&)>, std::less<>>;

  void wrong(const Place& place, const std::string& path, const std::string& message) {
    if (problem_) return;
    problem_ = Error{ErrorCode::kInvalid, toString(config::Problem{file_, place, path, message})};
  }

  void mapping(const Node& node, const std::string& path, const Fields& fields) {
    if (node.type == Node::Type::kNothing) return;
    if (node.type != Node::Type::kMapping) return wrong(node.place, path, "is not a mapping");
    std::vector<std::string> seen;
    for (const Node::Entry& entry : node.entries) {
      const std::string below = path.empty() ? entry.key : path + "." + entry.key;
      const auto known = fields.find(entry.key);
      if (known == fields.end()) {
        return wrong(entry.place, below,
                     "unknown key " + config::suggestion(entry.key, namesOf(fields)));
      }
      if (std::find(seen.begin(), seen.end(), entry.key) != seen.end()) {
        return wrong(entry.place, below, "is there twice");
      }
      seen.push_back(entry.key);
      path_ = below;
      known->second(entry.value);
    }
  }

  std::string text(const Node& node) {
    if (node.type == Node::Type::kNothing) return "";
    if (node.type != Node::Type::kText) wrong(node.place, path_, "is not a text");
    return node.text;
  }
  std::string path(const Node& node) {
    const std::string name = text(node);
    const std::size_t slash = file_.rfind('/');
    const bool relative = !name.empty() && name.front() != '/' && slash != std::string::npos;
    return relative ? file_.substr(0, slash + 1) + name : name;
  }
  bool boolean(const Node& node) {
    const std::string word = text(node);
    if (word != "true" && word != "false") wrong(node.place, path_, "must be true or false");
    return word == "true";
  }
  std::vector<std::string> texts(const Node& node) {
    if (node.type == Node::Type::kNothing) return {};
    if (node.type != Node::Type::kList) wrong(node.place, path_, "is not a list");
    std::vector<std::string> all;
    for (const Node& item : node.items) all.push_back(text(item));
    return all;
  }

  // What a word stands for in a table.
  template <class Table>
  auto known(const Table& table, const Place& place, const std::string& word) {
    for (const auto& [name, value] : table) {
      if (word == name) return value;
    }
    wrong(place, path_,
          config::quoted(word) + " is not known " + config::suggestion(word, namesOf(table)));
    return std::begin(table)->second;
  }
  template <class Table>
  void words(const Table& table, const Node& node, std::vector<std::string>& into) {
    for (const std::string& word : texts(node)) {
      const std::string name = known(table, node.place, word);
      if (!name.empty()) into.push_back(name);
    }
  }

  void readTls(const Node& node) {
    WebConfig::Tls& tls = result_.tls;
    bool policy = false;
    bool sans = false;
    mapping(node, "tls_server_config",
            {{"cert", [&](const Node& n) { tls.certificate = text(n); }},
             {"key", [&](const Node& n) { tls.key = text(n); }},
             {"client_ca", [&](const Node& n) { tls.client_ca = text(n); }},
             {"cert_file", [&](const Node& n) { tls.certificate_file = path(n); }},
             {"key_file", [&](const Node& n) { tls.key_file = path(n); }},
             {"client_ca_file", [&](const Node& n) { tls.client_ca_file = path(n); }},
             {"client_auth_type",
              [&](const Node& n) {
                const std::string word = text(n);
                policy = !word.empty();
                if (policy) tls.client_auth = known(kClientAuth, n.place, word);
              }},
             {"client_allowed_sans",
              [&](const Node& n) {
                tls.client_allowed_sans = texts(n);
                sans = n.type == Node::Type::kList;
              }},
             {"min_version",
              [&](const Node& n) { tls.min_version = known(kVersions, n.place, text(n)); }},
             {"max_version",
              [&](const Node& n) { tls.max_version = known(kVersions, n.place, text(n)); }},
             {"cipher_suites", [&](const Node& n) { words(kCiphers, n, tls.ciphers); }},
             {"curve_preferences", [&](const Node& n) { words(kCurves, n, tls.curves); }},
             {"prefer_server_cipher_suites",
              [&](const Node& n) { tls.prefer_server_ciphers = boolean(n); }}});
    judgeTls(node, policy, sans);
  }

  void judgeTls(const Node& node, bool policy, bool sans) {
    const WebConfig::Tls& tls = result_.tls;
    const bool certificate = !tls.certificate.empty() || !tls.certificate_file.empty();
    const bool key = !tls.key.empty() || !tls.key_file.empty();
    const bool ca = !tls.client_ca.empty() || !tls.client_ca_file.empty();
    result_.has_tls = certificate || key || ca || policy;
    if (!result_.has_tls) return;
    const auto fail = [&](const char* why) { wrong(node.place, "tls_server_config", why); };
    if (!certificate) return fail("misses one of cert and cert_file");
    if (!key) return fail("misses one of key and key_file");
    if (ca && tls.client_auth == WebConfig::ClientAuth::kNone) {
      return fail("has a client CA and no client_auth_type (RequireAndVerifyClientCert)");
    }
    const bool required = tls.client_auth == WebConfig::ClientAuth::kRequireAny ||
                          tls.client_auth == WebConfig::ClientAuth::kRequireAndVerify;
    if (sans && !required) {
      return fail(
          "has client_allowed_sans, which need a client_auth_type that requires a certificate");
    }
    if (tls.min_version > tls.max_version) fail("has a min_version above its max_version");
  }

  void readHttp(const Node& node) {
    mapping(node, "http_server_config",
            {{"http2", [&](const Node& n) { (void)boolean(n); }},
             {"headers", [&](const Node& n) { readHeaders(n); }}});
  }

  void readHeaders(const Node& node) {
    Fields fields;
    for (const HeaderRule& rule : headerRules()) {
      fields[rule.name] = [&](const Node& n) {
        const std::string value = text(n);
        const bool allowed =
            rule.values.empty() ||
            std::find(rule.values.begin(), rule.values.end(), value) != rule.values.end();
        if (!allowed) {
          return wrong(n.place, path_,
                       config::quoted(value) + " is not " + config::joined(rule.values));
        }
        if (std::any_of(value.begin(), value.end(), isControl)) {
          return wrong(n.place, path_, "has a line break or another control character");
        }
        if (!value.empty()) result_.headers.emplace_back(rule.name, value);
      };
    }
    mapping(node, "http_server_config.headers", fields);
  }

  void readRate(const Node& node) {
    mapping(node, "rate_limit",
            {{"interval",
              [&](const Node& n) {
                const auto interval = goDuration(text(n));
                if (!interval) return wrong(n.place, path_, "is not a duration (example: 1s)");
                result_.rate_interval = *interval;
              }},
             {"burst", [&](const Node& n) {
                const std::string word = text(n);
                const char* end = word.data() + word.size();
                const auto [stop, failure] = std::from_chars(word.data(), end, result_.rate_burst);
                if (failure != std::errc{} || stop != end || result_.rate_burst < 0) {
                  wrong(n.place, path_, "is not a number");
                }
              }}});
  }

  void readUsers(const Node& node) {
    if (node.type == Node::Type::kNothing) return;
    if (node.type != Node::Type::kMapping) {
      return wrong(node.place, "basic_auth_users", "is not a mapping");
    }
    for (const Node::Entry& entry : node.entries) {
      path_ = "basic_auth_users." + entry.key;
      const std::string hash = text(entry.value);
      // The hash is a secret: no message shows it.
      if (!isBcrypt(hash))
        return wrong(entry.value.place, path_, "is not a bcrypt hash ($2y$10$…)");
      if (!result_.users.emplace(entry.key, hash).second) {
        return wrong(entry.place, path_, "is there twice");
      }
    }
  }

  const std::string& file_;
  std::string path_;  // of the key that is being read
  WebConfig result_;
  std::optional<Error> problem_;
};

}  // namespace

Result<WebConfig> readWebConfig(std::string_view text, const std::string& file) {
  constexpr config::FileKind kKind{"web configuration", "nothing", "tls_server_config: {...}",
                                   true};
  config::Weight used;
  const auto parsed = config::parseDocument(text, kKind, used);
  if (const auto* fault = std::get_if<config::SyntaxFault>(&parsed)) {
    return Error{ErrorCode::kInvalid,
                 toString(config::Problem{file, fault->place, "", fault->message})};
  }
  return Reader(file).read(std::get<Node>(parsed));
}

}  // namespace heald::door
