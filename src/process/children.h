#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>
#include <string>

#include "process/process.h"

namespace heald::process {

// Which children of this process belong to a run that is under way. The children are the whole
// process's, so there is one register of them for the process. Thread-safe.
class ChildRegister {
 public:
  static ChildRegister& ofThisProcess();

  // Remembers one run from before its fork until its child is reaped.
  class Run {
   public:
    Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run();

    // "HEALD_RUN=…", unlike that of any other run.
    const std::string& mark() const { return mark_; }
    // The fork is over, with its child, or 0 when there is none.
    void forked(pid_t pid);

   private:
    const std::string mark_;
    bool forking_ = true;
    pid_t pid_ = 0;
  };

  struct View {
    bool forking = false;  // a child may exist that is not yet in `children`
    std::set<pid_t> children;
    std::set<std::string> marks;
  };
  View view() const;
  bool owns(pid_t pid) const;

 private:
  std::string begin();
  void settle(pid_t pid);

  mutable std::mutex mutex_;
  unsigned long runs_ = 0;
  int forking_ = 0;
  std::set<pid_t> children_;
  std::set<std::string> marks_;
};

}  // namespace heald::process
