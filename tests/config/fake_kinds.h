#pragma once

#include <map>
#include <string>

#include "config/config_reader.h"

namespace heald::config {

// Kinds as small as they can be, under the names of real ones, and an environment to choose.
Kinds fakeKinds();

Lookup environmentOf(std::map<std::string, std::string> variables);

// What the kinds make.
struct FakePart : Part {
  std::string word;
};

// The problems of a text as lines, as a person sees them.
std::string problemsOf(const std::string& text, const std::string& file = "heald.yml",
                       const Lookup& environment = nullptr);

// The configuration of a text that has to be right.
Config validConfig(const std::string& text, const Lookup& environment = nullptr);

std::string contentOf(const std::string& path);

}  // namespace heald::config
