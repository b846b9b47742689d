#include "simulation/time_axis.h"

#include <algorithm>
#include <cmath>

namespace heald::simulation {
namespace {

double widthOf(core::Duration gap) {
  return std::log2(1.0 + std::chrono::duration<double>(gap).count());
}

}  // namespace

TimeAxis::TimeAxis(std::vector<core::Duration> moments, core::Duration end)
    : moments_(std::move(moments)) {
  moments_.push_back(core::Duration{});
  moments_.push_back(end);
  std::erase_if(moments_, [&](core::Duration t) { return t < t.zero() || t > end; });
  std::sort(moments_.begin(), moments_.end());
  moments_.erase(std::unique(moments_.begin(), moments_.end()), moments_.end());
  double sum = 0;
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    sum += i == 0 ? 0 : widthOf(moments_[i] - moments_[i - 1]);
    places_.push_back(sum);
  }
  for (double& place : places_) place = sum > 0 ? place / sum : 0;
}

double TimeAxis::at(core::Duration t) const {
  const auto after = std::upper_bound(moments_.begin(), moments_.end(), t);
  if (after == moments_.begin()) return 0;
  if (after == moments_.end()) return places_.back();
  const auto i = static_cast<std::size_t>(after - moments_.begin());
  const double share = std::chrono::duration<double>(t - moments_[i - 1]) /
                       std::chrono::duration<double>(moments_[i] - moments_[i - 1]);
  return places_[i - 1] + share * (places_[i] - places_[i - 1]);
}

}  // namespace heald::simulation
