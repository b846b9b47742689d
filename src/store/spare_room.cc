#include "store/spare_room.h"

#include <algorithm>
#include <utility>

namespace heald::store {
namespace {

constexpr std::uint64_t kLeastRegained = 128 * 1024;
constexpr std::uint64_t kAheadInFile = 256 * 1024;  // 1.5 KiB an attempt
constexpr std::uint64_t kFull = 64 * 1024;          // less than a large commit is worth nothing

}  // namespace

void SpareRoom::beside(const std::string& path) {
  if (!reserve_ && wanted_ > 0) {
    reserve_.emplace(reserveOf(path), wanted_);
  }
}

bool SpareRoom::giveUp(OpenStore* open, const Fault& why) {
  if (why.cause != Cause::kDiskFull || !reserve_ || given_up_) {
    return false;
  }
  if (open != nullptr) {
    open->recycleJournal();
  }
  const std::uint64_t held = reserve_->giveUp([&](std::uint64_t bytes) {
    if (open != nullptr) {
      open->takeRoom(bytes);
    }
  });
  if (held == 0) {
    return false;
  }
  to_take_ = open == nullptr ? held : 0;
  given_up_ = true;
  liveOnIt(why.what());
  return true;
}

void SpareRoom::liveOnIt(const std::string& why) {
  if (!std::exchange(on_reserve_, true)) {
    why_ = why;
  }
}

std::uint64_t SpareRoom::take(OpenStore& open, std::uint64_t bytes) {
  std::uint64_t taken = 0;
  while (taken < bytes) {
    const std::uint64_t piece = open.takeRoom(std::min(Reserve::kPiece, bytes - taken));
    if (piece == 0) {
      break;
    }
    taken += piece;
  }
  return taken;
}

void SpareRoom::exhausted(const Fault& why) {
  if (why.cause == Cause::kDiskFull && !exhausted_) {
    exhausted_ = why.what();
  }
}

void SpareRoom::regain(OpenStore& open, const core::ClockStamp& now) {
  if (!exhausted_) {
    return;
  }
  open.watch().requireSame();
  const std::uint64_t least = std::max(kLeastRegained, reserve_ ? reserve_->whole() / 4 : 0);
  if (freeBytes(open.path()) < 2 * least || take(open, least) < least) {
    throw Fault(*exhausted_, Cause::kDiskFull);
  }
  open.beatAtFullSize(now);
  open.recycleJournal();
  exhausted_.reset();
}

void SpareRoom::committed(OpenStore& open) {
  if (reserveBytes() > 0 && freeBytes(open.path()) < kFull) {
    liveOnIt("the disk is full");
  }
  if (on_reserve_) {
    take(open, std::exchange(to_take_, 0));
    open.recycleJournal();
  }
}

void SpareRoom::probed(OpenStore& open, const core::ClockStamp& now) {
  committed(open);
  if (!reserve_ || !reserve_->keep() ||
      (on_reserve_ && freeBytes(open.path()) < reserve_->whole())) {
    return;
  }
  if (std::exchange(given_up_, false)) {
    open.releaseRoom();
  }
  on_reserve_ = false;
  const std::uint64_t ahead = reserve_->whole() / 4;
  if (freeBytes(open.path()) > reserve_->whole() + 2 * ahead) {
    open.holdAhead(ahead, std::min(ahead, kAheadInFile), now);
  }
}

engine::StoreRoom SpareRoom::report() const {
  using State = engine::StoreRoom::State;
  if (on_reserve_) {
    return {State::kOnReserve, why_};
  }
  if (reserve_ && reserve_->bytes() == 0) {
    return {State::kNoReserve, reserve_->why()};
  }
  return {};
}

}  // namespace heald::store
