#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "app/log_options.h"
#include "app/notify.h"
#include "app/options.h"
#include "heald/daemon.h"

namespace {

using heald::Daemon;

// Blocked before the first thread exists, so that every thread inherits it and only sigtimedwait
// takes them.
sigset_t blockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// A limit on the size of files (ulimit -f, LimitFSIZE=) is then an error of the write, which the
// store reports, and not the end of heald. Commands get the default back.
void turnFileSizeSignalIntoAnError() {
  ::signal(SIGXFSZ, SIG_IGN);
}

// Left alone, glibc has a pool of free memory for nearly each thread, and keeps more the larger the
// pieces were that were freed. With fewer than six the threads of a call wait for one another.
void keepLittleFreeMemory() {
  constexpr int kLarge = 1 << 20;
  ::mallopt(M_ARENA_MAX, 6);
  ::mallopt(M_MMAP_THRESHOLD, kLarge);
  ::mallopt(M_TRIM_THRESHOLD, kLarge);
}

timespec toTimespec(std::chrono::nanoseconds duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return {whole.count(), static_cast<long>((duration - whole).count())};
}

// The next signal, or 0 after `patience`.
int waitForSignal(const sigset_t& signals, std::chrono::nanoseconds patience) {
  const timespec timeout = toTimespec(patience);
  const int signal = sigtimedwait(&signals, nullptr, &timeout);
  return signal > 0 ? signal : 0;
}

void serve(Daemon& daemon, const sigset_t& signals) {
  const auto watchdog = heald::app::watchdogInterval();
  const auto patience = watchdog.value_or(std::chrono::hours(1));
  // What the start alone has needed is free once the first checks have run.
  bool just_started = true;
  constexpr std::chrono::nanoseconds kStart = std::chrono::seconds(10);
  for (;;) {
    if (watchdog && daemon.beats()) {
      heald::app::notifyWatchdog();
    }
    const int signal = waitForSignal(signals, just_started ? std::min(patience, kStart) : patience);
    if (signal == 0 && std::exchange(just_started, false)) ::malloc_trim(0);
    switch (signal) {
      case SIGTERM:
      case SIGINT:
        return;
      case SIGHUP:
        heald::app::notifyReloading();
        (void)daemon.reload("SIGHUP");  // says in the log and in the metrics how it went
        heald::app::notifyReady();
        break;
      default:
        break;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = heald::app::parseOptions(argc, argv, exit_code);
  if (!options) {
    return exit_code;
  }
  const sigset_t signals = blockSignals();
  turnFileSizeSignalIntoAnError();
  keepLittleFreeMemory();
  auto daemon = Daemon::start(*options);
  if (!daemon) {
    heald::app::logStartFailure(*options, daemon.error().message);
    return 1;
  }
  heald::app::notifyReady();
  serve(**daemon, signals);
  heald::app::notifyStopping();
  (*daemon)->stop();
  return (*daemon)->exitCode();
}
