#include <algorithm>

#include "config/names.h"
#include "config/sections.h"

namespace heald::config {
namespace {

// Walks depends_on depth first, without recursion: a chain may be as long as the file.
class CycleFinder {
 public:
  CycleFinder(const std::vector<Dependencies>& all, const Names& names)
      : all_(all), names_(names), seen_(all.size(), Seen::kNever) {}

  void run() {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      if (seen_[i] == Seen::kNever) walkFrom(i);
    }
  }

 private:
  enum class Seen { kNever, kOnPath, kDone };
  struct Step {
    std::size_t check;     // of all_
    std::size_t next = 0;  // of what it depends on
  };

  void walkFrom(std::size_t start) {
    enter(start);
    while (!path_.empty()) {
      Step& top = path_.back();
      const auto& parents = all_[top.check].on;
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
      cycle += all_[step->check].check + " -> ";
    }
    all_[check].cycle("is a cycle: " + cycle + all_[check].check + " (remove one of these)");
  }

  const std::vector<Dependencies>& all_;
  const Names& names_;
  std::vector<Seen> seen_;  // of all_[i]
  std::vector<Step> path_;
};

}  // namespace

void checkDependencies(const std::vector<Dependencies>& all) {
  Names names;
  for (std::size_t i = 0; i < all.size(); ++i) names.emplace(all[i].check, i);
  for (const Dependencies& of : all) {
    for (const std::string& parent : of.on) {
      if (!names.contains(parent)) of.unknown(parent, missing("check", parent, names));
    }
  }
  CycleFinder(all, names).run();
}

}  // namespace heald::config
