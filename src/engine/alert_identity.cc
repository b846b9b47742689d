#include "engine/alert_identity.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace heald::engine {
namespace {

class Fnv {
 public:
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
    add(255);  // what no UTF-8 has
  }
  std::string hex() const {
    std::string text(16, '0');
    for (std::size_t i = 0; i < text.size(); ++i) {
      text[i] = "0123456789abcdef"[hash_ >> (60 - 4 * i) & 15];
    }
    return text;
  }

 private:
  void add(unsigned char byte) { hash_ = (hash_ ^ byte) * 1099511628211u; }

  std::uint64_t hash_ = 14695981039346656037u;
};

}  // namespace

std::string fingerprintOf(const Labels& labels) {
  Labels sorted = labels;
  std::sort(sorted.begin(), sorted.end());
  Fnv hash;
  for (const auto& [name, value] : sorted) {
    hash.add(name);
    hash.add(value);
  }
  return hash.hex();
}

std::string identityOf(const Alert& alert, const std::vector<std::string>& ignore_labels) {
  const auto ignored = [&](const auto& label) {
    return std::find(ignore_labels.begin(), ignore_labels.end(), label.first) !=
           ignore_labels.end();
  };
  if (std::none_of(alert.labels.begin(), alert.labels.end(), ignored)) return alert.fingerprint;
  Labels labels = alert.labels;
  std::erase_if(labels, ignored);
  return fingerprintOf(labels);
}

}  // namespace heald::engine
