#pragma once

#include <chrono>
#include <optional>

namespace heald::app {

// What systemd is told (sd_notify, Type=notify). All of it does nothing outside of systemd, and in
// a build without libsystemd. For the main thread.
void notifyReady();
void notifyReloading();  // notifyReady() says that it is over
void notifyStopping();
void notifyWatchdog();
// How often notifyWatchdog() is expected: half of WatchdogSec; nothing when no watchdog runs.
std::optional<std::chrono::nanoseconds> watchdogInterval();

}  // namespace heald::app
