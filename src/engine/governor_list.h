#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/invariant.h"
#include "engine/fleet.h"
#include "engine/setup.h"

namespace heald::engine {

// Which governors there are: their names, the indices that name them to everybody else, and the
// order in which they are shown. What they decide is no matter of this list.
//
// A governor is listed, or it is parked: known, but in no view, and no human reaches it. The listed
// ones are those of the configuration in its order, and behind them one for each target that is
// served.
class GovernorList {
 public:
  struct Entry {
    std::string name;
    int position = -1;   // among the listed ones; -1: it is parked
    int parent = -1;     // the governor whose target's it is; -1: it is no target's
    std::string target;  // of a target: the label's value
    bool exposed = true;
    std::shared_ptr<const Fleet> fleet;  // or null
    bool approval = false;               // its permits need one
    std::optional<PermitVerify> verify;  // of its permits; of a target see verifyOf()

    bool listed() const { return position >= 0; }
  };

  // Lists these and no others.
  void take(const std::vector<GovernorSpec>& specs);
  // The index of this one, listed or not; of a new one, which is parked, when there is none.
  int place(const std::string& name);
  // It is no more; its index is given to another one.
  void vacate(int governor);

  // A parked governor is listed as that of this target.
  void serve(int governor, int parent, const std::string& target, bool exposed);
  // A target's is parked again. Who was shown last takes its position: that one is returned, or -1
  // when nobody had to move.
  int retire(int governor);

  std::size_t size() const { return entries_.size(); }  // with the parked and the vacant ones
  const Entry& operator[](int governor) const { return entries_[indexed(governor)]; }
  // Its own, or that of the governor whose target's it is.
  bool permitsNeedApproval(int governor) const {
    const Entry& entry = (*this)[governor];
    return entry.approval || (entry.parent >= 0 && (*this)[entry.parent].approval);
  }
  // How its permits are verified; likewise, also where the target's governor is parked. Nothing of
  // one that is configured no more. Valid until the next change.
  const std::optional<PermitVerify>& verifyOf(int governor) const;
  const std::vector<int>& listed() const { return listed_; }
  const std::vector<int>& fleets() const { return fleets_; }  // those of them that limit one
  std::vector<int> parked() const;                            // by name
  const std::map<std::string, int>& byName() const { return by_name_; }  // listed or not
  int indexOf(const std::string& name) const;  // of a listed one; -1 when there is none
  std::string names() const;                   // "a, b, c", at most twenty

 private:
  std::size_t indexed(int governor) const {
    const auto index = static_cast<std::size_t>(governor);
    CHECK(index < entries_.size(), "a governor is named by an index that was given out");
    return index;
  }
  void show(int governor);

  std::vector<Entry> entries_;
  std::map<std::string, int> by_name_;
  std::vector<int> vacant_;
  std::vector<int> listed_;
  std::vector<int> fleets_;
};

}  // namespace heald::engine
