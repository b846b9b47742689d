#pragma once

#include <termios.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/time.h"
#include "io/fd.h"

namespace heald::ctl {

struct TerminalSize {
  int rows = 24;
  int columns = 80;
};
// Of the terminal on stdout; nothing when it is none.
std::optional<TerminalSize> terminalSize();

// The whole terminal for one program: its second screen, without cursor and echo. It is as it was
// before at the end of this object; INT, TERM, HUP, QUIT and the change of its size are events
// meanwhile and end nothing by themselves.
class Screen {
 public:
  // The signals are from here on for wait(). Before any thread is made.
  static void holdSignals();

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Replaces what is shown, in one write: nothing flickers. Lines that are too long or too many are
  // cut.
  void show(const std::string& text);

  struct Event {
    char key = 0;          // that was typed
    int signal = 0;        // that has come
    bool hung_up = false;  // the terminal is gone
    bool resized = false;
  };
  // What happens first; nothing of it when the patience is over.
  Event wait(core::Duration patience);

 private:
  Event readSignal();

  termios before_{};
  io::UniqueFd signals_;
};

// The first `columns` columns of a line. Escape sequences have no width; each other code point has
// one.
std::string clipped(std::string_view line, int columns);

}  // namespace heald::ctl
