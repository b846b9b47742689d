#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "heald/result.h"

namespace heald::door {

// The file of `--web.config.file`, as Prometheus' exporter-toolkit has it: TLS, users, headers, a
// rate. https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md
struct WebConfig {
  enum class ClientAuth { kNone, kRequest, kRequireAny, kVerifyIfGiven, kRequireAndVerify };

  struct Tls {
    std::string certificate, certificate_file;  // PEM, or where it is; the file wins, as there
    std::string key, key_file;
    std::string client_ca, client_ca_file;
    ClientAuth client_auth = ClientAuth::kNone;
    std::vector<std::string> client_allowed_sans;
    int min_version = 12, max_version = 13;  // 10 is TLS 1.0
    std::vector<std::string> ciphers;  // OpenSSL's names, up to TLS 1.2; none: OpenSSL's default
    bool prefer_server_ciphers = true;
    std::vector<std::string> curves;  // OpenSSL's names
  };

  bool has_tls = false;
  Tls tls;
  std::map<std::string, std::string> users;  // name and bcrypt hash
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::nanoseconds rate_interval{0};  // between two requests; 0: no limit
  int rate_burst = 0;
};

// Reads the text of such a file. Strict as the toolkit is: an unknown key, cipher, curve, version,
// client_auth_type or header, a header's value that it does not take, a hash that is not bcrypt's,
// a client CA without a policy, SANs where no certificate is required, a half of certificate and
// key is an Error{kInvalid}, with its place. `http2` is read and of no effect. Relative paths are
// beside `file`. Opens no other file.
Result<WebConfig> readWebConfig(std::string_view text, const std::string& file);

}  // namespace heald::door
