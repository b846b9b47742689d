#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/invariant.h"
#include "engine/remedy.h"
#include "engine/stale.h"

namespace heald::engine {

// Who there is: the configured remedies in their order, then one for each target of an alert. Every
// index of them (by name, check, governor, target) is kept here, and nowhere else.
class Roster {
 public:
  struct Watched {  // by a governor: the check of one of its remedies, as that one sees it
    int check;
    core::AnswersTo on;
  };

  // For so many checks. Whoever was in it is given out.
  std::vector<Remedy> clear(std::size_t checks);
  // A configured one. Before the first target.
  void add(Remedy remedy);

  std::size_t size() const { return remedies_.size(); }
  std::size_t configured() const { return configured_; }
  // To read one.
  const Remedy& operator[](int remedy) const { return remedies_[place(remedy)]; }
  // To change one: its view is stale from here on.
  Remedy& at(int remedy) {
    stale_.mark(remedy);
    return remedies_[place(remedy)];
  }
  // The view of the configured remedy, which has the figures of its targets too.
  RemedyView& figures(const Remedy& remedy) { return at(remedy.base).view; }
  std::size_t place(int remedy) const {
    const auto index = static_cast<std::size_t>(remedy);
    CHECK(index < remedies_.size(), "a remedy is named by an index of the list");
    return index;
  }
  int placeOf(const Remedy& remedy) const { return static_cast<int>(&remedy - remedies_.data()); }

  int indexOf(const std::string& name) const;  // of a configured one; -1 when there is none
  std::string names() const;                   // "a, b, c", at most twenty
  // Each in ascending order.
  const std::vector<int>& ofCheck(int check) const { return listed(of_check_, check); }
  const std::vector<int>& ofGovernor(int governor) const { return listed(of_governor_, governor); }
  // Those under it that alerts ask for; what its other remedies watch.
  const std::vector<int>& alertedOf(int governor) const;
  const std::vector<Watched>& watchedBy(int governor) const { return listed(watched_, governor); }

  // Who serves this target of a configured remedy; "" is served by itself. -1: nobody.
  int serving(int base, const std::string& target) const;
  std::vector<int> targetsOf(int base) const;  // by target
  // `remedy` serves its target from now on, in the place of who has left it or behind the last.
  void serve(int index, Remedy remedy);
  // It serves its target no longer. Whether nobody else does under its governor.
  bool leave(int index);

  Stale& stale() const { return stale_; }  // views

 private:
  template <class T>
  static const std::vector<T>& listed(const std::vector<std::vector<T>>& lists, int of) {
    static const std::vector<T> none;
    const auto index = static_cast<std::size_t>(of);
    return index < lists.size() ? lists[index] : none;
  }
  template <class T>
  static std::vector<T>& listFor(std::vector<std::vector<T>>& lists, int of) {
    const auto index = static_cast<std::size_t>(of);
    if (index >= lists.size()) lists.resize(index + 1);
    return lists[index];
  }

  std::vector<Remedy> remedies_;
  std::size_t configured_ = 0;
  std::unordered_map<std::string, int> by_name_;  // the configured ones
  std::vector<std::vector<int>> of_check_;
  std::vector<std::vector<int>> of_governor_;
  std::vector<std::vector<Watched>> watched_;
  std::map<int, std::vector<int>> alerted_;               // by governor
  std::map<std::pair<int, std::string>, int> instances_;  // by base and target
  mutable Stale stale_;
};

}  // namespace heald::engine
