#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "ctl/table.h"

namespace heald::ctl {

// How much a row of the status wants to be looked at.
enum class Concern { kQuiet, kNotice, kTrouble, kBroken };

struct StatusRow {
  std::vector<Cell> cells;  // the first is its name
  Concern concern = Concern::kQuiet;
  std::vector<std::string> names;  // its own, and of what it belongs to
};

// One table of the status: governors, checks, remedies, background tasks.
struct StatusSection {
  std::string one, many;  // "check", "checks"
  std::string path;       // of its list in the answer, a JSON pointer
  std::vector<std::string> head;
  std::vector<std::size_t> messages;  // columns
  std::vector<StatusRow> rows;        // in the order of the configuration

  Table table() const;  // with its rows
  Table::Lines lines(bool colours, std::size_t width) const {
    return table().lines(colours, width);
  }
};

// Of an answer of GET /api/status, whatever its shape is.
std::vector<StatusSection> sectionsOf(const nlohmann::ordered_json& status);
// Whether it is of a standby replica, whose state of governors and remedies is not current.
bool standsBy(const nlohmann::ordered_json& status);
// Without what is not known there.
std::vector<StatusSection> knownSectionsOf(const nlohmann::ordered_json& status);

void worstFirst(std::vector<StatusRow>& rows);

// A word of a state in its colour: "dormant" is red.
Colour colourOfState(std::string_view word);

}  // namespace heald::ctl
