#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ctl/status_sections.h"

namespace heald::ctl {

// What of the status is asked for.
struct StatusChoice {
  std::vector<std::string> patterns;  // shell patterns of names; none: everything
  bool problems = false;              // only what wants to be looked at

  bool everything() const { return patterns.empty() && !problems; }
};

// An answer of GET /api/status without what was not asked for. A pattern that matches a check also
// keeps its remedies and their governors, and what is said of any of them.
nlohmann::ordered_json chosenOf(const nlohmann::ordered_json& status, const StatusChoice& choice);
// "3 of 1000 checks, 1 of 2 governors are shown."; "" when it is all.
std::string choiceText(const nlohmann::ordered_json& all, const nlohmann::ordered_json& chosen);
// Every name that a pattern can match.
std::vector<std::string> namesIn(const nlohmann::ordered_json& status);

struct StatusLayout {
  bool colours = false;
  std::size_t width = 0;  // columns of the terminal; 0: no limit
  std::size_t rows = 0;   // of the terminal: what is well is folded when all of it has more, and
                          // then what is not, the worst first; 0: nothing is folded
};

// A part of the status, as lines: issues, actions, or a table.
struct StatusBlock {
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> items;  // the worst first; the lines of each
  std::size_t troubles = 0;                     // so many of them want to be looked at
  std::string many;                             // "checks"
};

// "heald 1.2.3 is degraded: …".
std::vector<std::string> statusTitle(const nlohmann::ordered_json& status,
                                     const StatusLayout& layout);
StatusBlock issueBlock(const nlohmann::ordered_json& status, const StatusLayout& layout);
StatusBlock actionBlock(const nlohmann::ordered_json& status, const StatusLayout& layout);
StatusBlock blockOf(const StatusSection& section, const StatusLayout& layout);

// All of it.
std::string statusText(const nlohmann::ordered_json& status, const StatusLayout& layout);

// The answer of GET /api/flags.
std::string flagsText(const nlohmann::ordered_json& flags, bool colours);

}  // namespace heald::ctl
