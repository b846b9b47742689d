#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

#include "described_keys.h"
#include "fake_kinds.h"

namespace heald::config {
namespace {

// The keys in the first column of the tables: "| `web.control_address` | …".
std::map<std::string, std::string> documentedKeys() {
  std::map<std::string, std::string> keys;
  std::istringstream lines(contentOf(HEALD_SOURCE_DIR "/docs/configuration.md"));
  bool options = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#"))
      options = line.starts_with("### Kinds") || line.starts_with("### Asking");
    if (options || !line.starts_with("| `")) continue;
    const std::size_t end = line.find('`', 3);
    const std::size_t next = line.find(" | ", end);
    const std::size_t last = line.find(" | ", next + 3);
    keys[line.substr(3, end - 3)] = line.substr(next + 3, last - next - 3);
  }
  return keys;
}

TEST(Documentation, NamesEveryKeyAndNoOther) {
  std::set<std::string> described;
  for (const auto& [path, schema] : describedKeys()) described.insert(path);
  std::set<std::string> documented;
  for (const auto& [path, value] : documentedKeys()) documented.insert(path);
  EXPECT_EQ(documented, described);
}

TEST(Documentation, GivesTheDefaultsOfTheCode) {
  const auto documented = documentedKeys();
  for (const auto& [path, schema] : describedKeys()) {
    if (!schema.contains("default") || !documented.contains(path)) continue;
    const auto& value = schema["default"];
    if (value.is_array() || path == "remedies[].governor") continue;
    if (path == "remedies[].steps[].after_failures") continue;
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    EXPECT_EQ(documented.at(path), "`" + text + "`") << path;
  }
}

}  // namespace
}  // namespace heald::config
