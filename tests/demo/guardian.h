#pragma once

#include <functional>

namespace heald::demo {

// Runs `story` in a child process with a temporary folder of its own as TMPDIR, and sees to it that
// nothing is left of either. INT, TERM and HUP reach the child, which ends its programs; when the
// child is killed, they die with it, and the folder is removed here; when this process is killed,
// the child gets TERM and removes it. The exit code of the story, or 128 and the number of the
// signal.
int guarded(const std::function<int()>& story);

// The signal that asked the story to end; 0: none.
int askedToEnd();

}  // namespace heald::demo
