#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "io/fd.h"

namespace heald::ctl {

struct TerminalSize {
  int rows = 24;
  int columns = 80;

  bool operator==(const TerminalSize&) const = default;
};
// Of the terminal on stdout; nothing when it is none.
std::optional<TerminalSize> terminalSize();

// The whole terminal for one program: its second screen, without cursor and echo. It is as it was
// before at the end of this object, and also when the program crashes meanwhile. INT, TERM, HUP,
// QUIT and the change of its size are events and end nothing by themselves; TSTP (Ctrl-Z) stops the
// program with the terminal as it was before. There is one at a time.
class Screen {
 public:
  // The signals are from here on for wait(). Before any thread is made.
  static void holdSignals();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Replaces what is shown, in one write, and of that only the lines that have changed: nothing
  // flickers, and a slow line has little to carry. Lines that are too long or too many are cut.
  void show(const std::vector<std::string>& lines);
  // Everything is drawn by the next show(), whatever is there.
  void forget() { shown_.clear(); }

  struct Event {
    std::string input = {};  // that was typed, as bytes
    int signal = 0;          // that has come
    bool hung_up = false;    // the terminal is gone
    bool resized = false;
    bool ready = false;  // `other` can be read
  };
  // What happens first; nothing of it when the patience is over.
  Event wait(core::Duration patience, int other = -1);

 private:
  void enter();
  void leave();
  Event readSignal();

  termios before_{};
  io::UniqueFd signals_;
  std::vector<std::string> shown_;
  TerminalSize size_{};
};

// The first `columns` columns of a line. Escape sequences have no width.
std::string clipped(std::string_view line, int columns);

}  // namespace heald::ctl
