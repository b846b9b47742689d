#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>

#include "process/proc.h"
#include "process/process.h"

namespace heald::process {

using namespace std::chrono_literals;

// A shell script as a command; every process of its tree can be told by `mark`.
struct Script {
  explicit Script(const std::string& text) {
    static std::atomic<int> scripts = 0;
    const std::string value = std::to_string(getpid()) + "." + std::to_string(++scripts);
    mark = "HEALD_TEST_TREE=" + value;
    spec.command = {"/bin/sh", "-c", text};
    spec.environment = {{"HEALD_TEST_TREE", value}};
    spec.timeout = 60s;
  }

  // Processes of the tree that are there and not zombies.
  int alive() const {
    int count = 0;
    forEachProcess([&](pid_t pid) { count += hasEnvironment(pid, mark.c_str()); });
    return count;
  }

  ProcessSpec spec;
  std::string mark;
};

// A process that leaves its session, its parent and good manners.
inline const std::string kEscapee =
    "setsid sh -c 'trap \"\" TERM HUP INT; (trap \"\" TERM; while :; do sleep 100; done) & "
    "while :; do sleep 100; done' >/dev/null 2>&1 &";

inline double secondsOf(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace heald::process
