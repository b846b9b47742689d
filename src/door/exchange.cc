#include "door/exchange.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace heald::door {

std::size_t sizeOf(const Pieces& pieces) {
  return std::accumulate(pieces.begin(), pieces.end(), std::size_t{0},
                         [](std::size_t sum, const auto& piece) { return sum + piece->size(); });
}

std::shared_ptr<const Pieces> inOnePiece(std::shared_ptr<const std::string> body) {
  return std::make_shared<const Pieces>(1, std::move(body));
}

std::shared_ptr<const Pieces> inOnePiece(std::string body) {
  return inOnePiece(std::make_shared<const std::string>(std::move(body)));
}

bool Outlet::write(std::string text) {
  if (gone_) return false;
  bool idle = false;
  {
    const std::lock_guard lock(mutex_);
    idle = waiting_.empty();
    held_ += text.size();
    waiting_.empty() ? waiting_.swap(text) : (void)waiting_.append(text);
  }
  if (idle) wake_();
  return true;
}

std::size_t Outlet::room() const {
  const std::lock_guard lock(mutex_);
  return held_ >= kMostBytes ? 0 : kMostBytes - held_;
}

void Outlet::end() {
  ended_ = true;
  wake_();
}

void Outlet::onChange(std::function<void()> told) {
  const std::lock_guard lock(mutex_);
  told_ = std::move(told);
}

std::string Outlet::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(waiting_, {});
}

void Outlet::sent(std::size_t bytes) {
  bool was_full = false;
  {
    const std::lock_guard lock(mutex_);
    was_full = held_ >= kMostBytes;
    held_ -= std::min(held_, bytes);
    if (held_ >= kMostBytes) was_full = false;
  }
  if (was_full) tell();
}

void Outlet::leave() {
  gone_ = true;
  tell();
}

void Outlet::tell() {
  std::function<void()> told;
  {
    const std::lock_guard lock(mutex_);
    told = told_;
  }
  if (told) told();
}

Exchange::~Exchange() {
  answer({.status = 0, .head = {}});
}

void Exchange::answer(Answer answer) {
  if (answered_.exchange(true)) return;
  std::exchange(reply_, nullptr)(std::move(answer), nullptr);
}

std::shared_ptr<Outlet> Exchange::stream(Answer head) {
  auto outlet = std::make_shared<Outlet>(wake_);
  if (answered_.exchange(true)) {
    outlet->leave();
  } else {
    std::exchange(reply_, nullptr)(std::move(head), outlet);
  }
  return outlet;
}

}  // namespace heald::door
