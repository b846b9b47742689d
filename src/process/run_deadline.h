#pragma once

#include <atomic>
#include <cstdint>

namespace heald::process {

// Until when this process may act: a moment of CLOCK_BOOTTIME in nanoseconds, in memory that its
// supervisors share. A run that ProcessSpec::ends_with_lease says so of does not start behind it,
// and is killed, without a TERM before, when it has passed: also while heald is stopped, hangs or
// is gone. Whoever has a right that ends (a lease of etcd) moves it on with each renewal.
//
// kNever, as it is at first: there is no such right, and nothing ends. 0: nothing may run.
inline constexpr std::int64_t kNever = INT64_MAX;

// The one of this process. First called before any supervisor is started, or the supervisors from
// before know of none. Any thread may read and write it.
std::atomic<std::int64_t>& runDeadline();

// Whether it has passed. Async-signal-safe once runDeadline() was called.
bool runDeadlinePassed();
// What is left of it; at most `most`. Likewise.
std::int64_t leftOfRunDeadline(std::int64_t most);

}  // namespace heald::process
