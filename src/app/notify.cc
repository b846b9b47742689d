#include "app/notify.h"

#ifdef HEALD_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

namespace heald::app {

#ifdef HEALD_SYSTEMD

void notifyReady() {
  sd_notify(0, "READY=1\nSTATUS=detecting and healing");
}
void notifyReloading() {
  sd_notify(0, "RELOADING=1\nSTATUS=reading the configuration again");
}
void notifyStopping() {
  sd_notify(0, "STOPPING=1\nSTATUS=ending what runs");
}
void notifyWatchdog() {
  sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::nanoseconds> watchdogInterval() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0 || microseconds == 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(microseconds) / 2;
}

#else

void notifyReady() {}
void notifyReloading() {}
void notifyStopping() {}
void notifyWatchdog() {}
std::optional<std::chrono::nanoseconds> watchdogInterval() {
  return std::nullopt;
}

#endif

}  // namespace heald::app
