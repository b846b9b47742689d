// The web configuration of a listener: who may connect to it, and with what.
#include <algorithm>

#include "door/web_config.h"
#include "fuzz.h"

using namespace heald;
using door::WebConfig;

namespace {

void requireSound(const WebConfig::Tls& tls) {
  fuzz::require(!tls.certificate.empty() || !tls.certificate_file.empty(), "TLS has a certificate");
  fuzz::require(!tls.key.empty() || !tls.key_file.empty(), "TLS has a key");
  fuzz::require(tls.min_version <= tls.max_version, "some version is left");
  const bool ca = !tls.client_ca.empty() || !tls.client_ca_file.empty();
  fuzz::require(!ca || tls.client_auth != WebConfig::ClientAuth::kNone,
                "who names a CA for clients asks them");
  fuzz::require(tls.client_allowed_sans.empty() ||
                    tls.client_auth == WebConfig::ClientAuth::kRequireAny ||
                    tls.client_auth == WebConfig::ClientAuth::kRequireAndVerify,
                "who names names asks for them");
  for (const auto* names : {&tls.ciphers, &tls.curves}) {
    for (const std::string& name : *names) fuzz::require(!name.empty(), "a name is not empty");
  }
}

void requireSound(const WebConfig& config) {
  if (config.has_tls) requireSound(config.tls);
  for (const auto& [name, hash] : config.users) {
    fuzz::require(hash.starts_with("$2") && hash.size() <= 60, "a user has a bcrypt hash", hash);
  }
  for (const auto& [name, value] : config.headers) {
    std::string line = value;
    std::replace(line.begin(), line.end(), '\t', ' ');
    fuzz::requireLine(line, "the value of a header");
  }
  fuzz::require(config.rate_interval >= std::chrono::nanoseconds(0), "a rate goes forward");
  fuzz::require(config.rate_burst >= 0, "a burst is a number of requests");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::textOf(data, size);
  const auto config = door::readWebConfig(text, "/etc/heald/web.yml");
  if (config) {
    requireSound(*config);
  } else {
    fuzz::requireLine(config.error().message, "a reason");
    fuzz::require(config.error().message.starts_with("/etc/heald/web.yml:"), "it names its place",
                  config.error().message);
  }
  return 0;
}
