#include <openssl/evp.h>

#include "outbox/trace.h"

namespace heald::outbox {

std::string TraceIds::hashed(std::string_view kind, std::string_view name,
                             std::size_t digits) const {
  // Lengths keep two different triples from being one text.
  std::string text;
  for (const std::string_view part : {std::string_view(instance_), kind, name}) {
    text += std::to_string(part.size()) + ":" + std::string(part);
  }
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha256(), nullptr);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; 2 * i < digits; ++i) {
    hex += kDigits[hash[i] >> 4];
    hex += kDigits[hash[i] & 15];
  }
  return hex;
}

std::string TraceIds::trace(std::string_view incident) const {
  return hashed("trace", incident, 32);
}

std::string TraceIds::root(std::string_view incident) const {
  return hashed("root", incident, 16);
}

std::string TraceIds::attempt(std::string_view incident, std::string_view governor,
                              std::uint64_t number) const {
  return hashed(
      "attempt",
      std::string(incident) + "\n" + std::string(governor) + "\n" + std::to_string(number), 16);
}

std::string TraceIds::other(std::string_view incident, std::string_view what,
                            std::int64_t id) const {
  return hashed(what, std::string(incident) + "\n" + std::to_string(id), 16);
}

std::string TraceIds::parent(std::string_view incident, std::string_view governor,
                             std::uint64_t number) const {
  return "00-" + trace(incident) + "-" + attempt(incident, governor, number) + "-01";
}

}  // namespace heald::outbox
