#include "io/every.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace heald::io {

Every::Every(std::chrono::milliseconds interval, std::function<void()> work)
    : thread_([interval, work = std::move(work)](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
          never.wait_for(lock, stop, interval, [] { return false; });
          if (!stop.stop_requested()) work();
        }
      }) {}

}  // namespace heald::io
