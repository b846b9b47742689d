#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/check_status.h"
#include "core/time.h"
#include "engine/history.h"
#include "engine/snapshot.h"
#include "heald/result.h"

namespace heald::api {

// How available what checks look at was, from the history: the share of the time in which a check's
// health was known and was not unhealthy. While heald did not run, or a check could not tell,
// nothing is known. Keeps the changes of 90 days, and reads only what has come since it looked
// last. Thread-safe.
class Availability {
 public:
  struct Share {
    core::Duration known{};
    core::Duration unhealthy{};
  };
  struct Check {
    std::string name;
    Share day, week, quarter;  // the last 24 hours, 7 days, 90 days
  };
  using Read = std::function<Result<engine::HistoryPage>(const engine::HistoryQuery&)>;

  // Of these checks. An error of `read` is passed on.
  Result<std::vector<Check>> look(const Read& read,
                                  const engine::SharedList<engine::CheckView>& checks,
                                  core::WallTime now);

 private:
  struct Change {
    core::WallTime at;
    core::Health was = core::Health::kUnknown;
    core::Health is = core::Health::kUnknown;
  };

  Result<void> readNews(const Read& read, core::WallTime now);
  void take(const engine::HistoryRow& row);
  void forgetBefore(core::WallTime moment);
  Share shareOf(const engine::CheckView& check, core::WallTime since, core::WallTime now) const;

  std::mutex mutex_;
  std::int64_t last_ = 0;  // the id up to which it has read
  core::WallTime oldest_;  // of what the history holds
  std::map<std::string, std::vector<Change>, std::less<>> changes_;
};

}  // namespace heald::api
