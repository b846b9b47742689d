// heald inside a program: starts it with the configuration that is named, runs a job of the
// program's own, stops on Ctrl-C.
#include <heald/daemon.h>
#include <pthread.h>
#include <signal.h>

#include <iostream>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: embedding CONFIG\n";
    return 2;
  }
  // In the first thread, before heald makes others: see heald/daemon.h.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  heald::DaemonOptions options;
  options.config_file = argv[1];
  options.control_address = "127.0.0.1:0";
  options.metrics_address = "127.0.0.1:0";
  options.log_level = "warn";
  auto daemon = heald::Daemon::start(options);
  if (!daemon) {
    std::cerr << daemon.error().message << "\n";
    return 1;
  }
  const auto registered = (*daemon)->backgroundTaskManager().registerInterval(
      "warm-up", [] { /* what this program does each five minutes */ }, std::chrono::minutes(5));
  if (!registered) std::cerr << registered.error().message << "\n";
  std::cout << "heald " << heald::version() << " listens on " << (*daemon)->controlAddress()
            << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  (*daemon)->stop();
  std::cout << "stopped" << std::endl;
  return 0;
}
