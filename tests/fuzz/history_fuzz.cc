// The lines of a history, as healdctl backtest takes them from a file. What is sound is what would
// be printed of it.
#include <nlohmann/json.hpp>
#include <sstream>

#include "api/history_json.h"
#include "ctl/history_file.h"
#include "fuzz.h"

using namespace heald;

namespace {

ctl::HistoryFile historyIn(const std::string& text) {
  std::istringstream lines(text);
  return ctl::readHistoryLines(lines, "history", std::chrono::hours(24));
}

std::string printed(const ctl::HistoryFile& file) {
  std::string text;
  std::int64_t id = 0;
  for (const engine::HistoryEntry& entry : file.entries) {
    text += api::historyJson({.id = ++id, .entry = entry}, true).dump() + "\n";
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ctl::HistoryFile file = historyIn(std::string(fuzz::textOf(data, size)));
  for (const std::string& problem : file.problems) {
    fuzz::requireLine(problem, "a problem");
    fuzz::require(problem.starts_with("history:"), "a problem has its place", problem);
  }
  if (!file.problems.empty()) return 0;
  fuzz::require(!file.entries.empty(), "a sound history has entries");
  const std::string text = printed(file);
  const ctl::HistoryFile again = historyIn(text);
  fuzz::require(again.problems.empty(), "what was printed is sound", text);
  fuzz::require(printed(again) == text, "and is read as it was printed", text);
  return 0;
}
