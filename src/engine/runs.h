#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace heald::engine {

// Which attempt waits for which run: of its action, or of asking whether its alert still fires.
// Both are numbered in one row, so that a number names one run.
class Runs {
 public:
  std::uint64_t act(int remedy) {
    acting_[++last_] = remedy;
    return last_;
  }
  std::uint64_t ask(int remedy) {
    asking_[++last_] = remedy;
    return last_;
  }
  // An action that another configuration goes on with.
  void adopt(std::uint64_t run, int remedy) { acting_[run] = remedy; }

  // Whose it was; nothing: nobody waits for it any more.
  std::optional<int> takeAction(std::uint64_t run) { return take(acting_, run); }
  std::optional<int> takeAsked(std::uint64_t run) { return take(asking_, run); }
  // An answer may be about an alert of before: it is waited for no longer, and nor is an action.
  void clear() {
    acting_.clear();
    asking_.clear();
  }

 private:
  using Waiting = std::unordered_map<std::uint64_t, int>;

  static std::optional<int> take(Waiting& waiting, std::uint64_t run) {
    const auto found = waiting.find(run);
    if (found == waiting.end()) {
      return std::nullopt;
    }
    const int remedy = found->second;
    waiting.erase(found);
    return remedy;
  }

  Waiting acting_;
  Waiting asking_;
  std::uint64_t last_ = 0;
};

}  // namespace heald::engine
