#include <algorithm>

#include "config/names.h"
#include "config/sections.h"

namespace heald::config {
namespace {

// Walks depends_on depth first, without recursion: a chain may be as long as the file.
class CycleFinder {
 public:
  CycleFinder(const std::vector<engine::CheckSpec>& checks, const Names& names,
              const std::vector<DependencyReports>& reports)
      : checks_(checks), names_(names), reports_(reports), seen_(checks.size(), Seen::kNever) {}

  void run() {
    for (std::size_t i = 0; i < checks_.size(); ++i) {
      if (seen_[i] == Seen::kNever) walkFrom(i);
    }
  }

 private:
  enum class Seen { kNever, kOnPath, kDone };
  struct Step {
    std::size_t check;
    std::size_t next = 0;  // of its depends_on
  };

  void walkFrom(std::size_t start) {
    enter(start);
    while (!path_.empty()) {
      Step& top = path_.back();
      const auto& parents = checks_[top.check].depends_on;
      if (top.next == parents.size()) {
        seen_[top.check] = Seen::kDone;
        path_.pop_back();
        continue;
      }
      const auto here = parents.begin() + static_cast<std::ptrdiff_t>(top.next++);
      const bool again = std::find(parents.begin(), here, *here) != here;
      const auto parent = names_.find(*here);
      if (!again && parent != names_.end()) visit(parent->second);
    }
  }

  void visit(std::size_t check) {
    if (seen_[check] == Seen::kNever) {
      enter(check);
    } else if (seen_[check] == Seen::kOnPath) {
      report(check);
    }
  }

  void enter(std::size_t check) {
    seen_[check] = Seen::kOnPath;
    path_.push_back({check});
  }

  void report(std::size_t check) {
    std::string cycle;
    const auto first = std::find_if(path_.begin(), path_.end(),
                                    [&](const Step& step) { return step.check == check; });
    for (auto step = first; step != path_.end(); ++step) {
      cycle += checks_[step->check].name + " -> ";
    }
    reports_[check].cycle("is a cycle: " + cycle + checks_[check].name + " (remove one of these)");
  }

  const std::vector<engine::CheckSpec>& checks_;
  const Names& names_;
  const std::vector<DependencyReports>& reports_;
  std::vector<Seen> seen_;
  std::vector<Step> path_;
};

}  // namespace

void checkDependencies(const std::vector<engine::CheckSpec>& checks,
                       const std::vector<DependencyReports>& reports) {
  Names names;
  for (std::size_t i = 0; i < checks.size(); ++i) names.emplace(checks[i].name, i);
  for (std::size_t i = 0; i < checks.size(); ++i) {
    for (const std::string& parent : checks[i].depends_on) {
      if (!names.contains(parent)) reports[i].unknown(parent, missing("check", parent, names));
    }
  }
  CycleFinder(checks, names, reports).run();
}

}  // namespace heald::config
