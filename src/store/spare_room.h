#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/output.h"
#include "store/fault.h"
#include "store/open_store.h"
#include "store/reserve.h"

namespace heald::store {

// What the store does about a full disk, in this order:
//
// 1. While there is room it keeps a reserve beside itself, and a quarter of as much behind the end
// of
//    the journal and as free pages in the file, where no other program can ever take it.
// 2. The disk is full, as a commit finds: every commit moves the journal into the file from here
// on,
//    so that little room serves for long. When a commit finds no room all the same, the reserve is
//    given up, its room taken at once for the journal and the file, before another program can
//    have it, and the commit tried again.
// 3. A commit finds the disk full again: exhausted. The store has failed, and counts so until there
//    is room for a quarter of the reserve and a commit of real size is done. It is not closed
//    meanwhile: that would give its journal's room away.
// 4. There is room for the reserve and as much again: back to 1.
class SpareRoom {
 public:
  explicit SpareRoom(std::uint64_t wanted) : wanted_(wanted) {}
  void beside(const std::string& path);  // before all else; the path of the store

  // 2. False when there is nothing to give up. `open`: null while it is being opened.
  bool giveUp(OpenStore* open, const Fault& why);
  // 3. No effect for any other fault than a full disk.
  void exhausted(const Fault& why);
  bool exhausted() const { return exhausted_.has_value(); }
  const std::string& whyExhausted() const { return *exhausted_; }
  // Does what is necessary to be available again, or throws Fault; without need, nothing.
  void regain(OpenStore& open, const core::ClockStamp& now);

  void committed(OpenStore& open);                            // after each commit
  void probed(OpenStore& open, const core::ClockStamp& now);  // after each probe and open: 1 and 4

  std::uint64_t reserveBytes() const { return reserve_ ? reserve_->bytes() : 0; }
  engine::StoreRoom report() const;

 private:
  void liveOnIt(const std::string& why);
  static std::uint64_t take(OpenStore& open, std::uint64_t bytes);

  std::uint64_t wanted_;
  std::optional<Reserve> reserve_;
  bool on_reserve_ = false;    // 2
  bool given_up_ = false;      // and it is used up
  std::string why_;            // the disk is full
  std::uint64_t to_take_ = 0;  // of what was given up, once the store is open
  std::optional<std::string> exhausted_;
};

}  // namespace heald::store
