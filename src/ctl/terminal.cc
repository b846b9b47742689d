#include "ctl/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace heald::ctl {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // second screen, no cursor
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kRestOfLine = "\x1b[K";
constexpr std::string_view kRestOfScreen = "\x1b[J";
constexpr std::string_view kPlain = "\x1b[0m";

void writeAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = TEMP_FAILURE_RETRY(::write(STDOUT_FILENO, bytes.data(), bytes.size()));
    if (written <= 0) return;  // nobody looks any more: wait() says so
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

sigset_t heldSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH}) {
    sigaddset(&signals, number);
  }
  return signals;
}

// How many bytes the escape sequence at the beginning has; 0: there is none.
std::size_t escapeLength(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const auto end = std::find_if(text.begin() + 2, text.end(), [](char c) { return c >= '@'; });
  return static_cast<std::size_t>(end - text.begin()) + (end == text.end() ? 0 : 1);
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::optional<TerminalSize> terminalSize() {
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) {
    return std::nullopt;
  }
  if (size.ws_row == 0 || size.ws_col == 0) return TerminalSize{};
  return TerminalSize{size.ws_row, size.ws_col};
}

void Screen::holdSignals() {
  const sigset_t held = heldSignals();
  pthread_sigmask(SIG_BLOCK, &held, nullptr);
}

Screen::Screen() {
  const sigset_t held = heldSignals();
  signals_ = io::UniqueFd(::signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK));
  tcgetattr(STDIN_FILENO, &before_);
  termios quiet = before_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  quiet.c_cc[VSUSP] = _POSIX_VDISABLE;  // it would stop with the screen in this state
  tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
  writeAll(kEnter);
}

Screen::~Screen() {
  writeAll(kLeave);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Screen::show(const std::string& text) {
  const TerminalSize size = terminalSize().value_or(TerminalSize{});
  std::string out(kHome);
  std::string_view rest = text;
  for (int row = 0; row < size.rows && !rest.empty(); ++row) {
    const auto end = std::min(rest.find('\n'), rest.size());
    out += row == 0 ? "" : "\r\n";
    out += clipped(rest.substr(0, end), size.columns);
    out += kRestOfLine;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  out += kRestOfScreen;
  writeAll(out);
}

Screen::Event Screen::wait(core::Duration patience) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(patience);
  std::array<pollfd, 2> sources = {{{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
  if (::poll(sources.data(), sources.size(), static_cast<int>(whole.count())) <= 0) return {};
  if ((sources[1].revents & POLLIN) != 0) return readSignal();
  char key = 0;
  const ssize_t count = TEMP_FAILURE_RETRY(::read(STDIN_FILENO, &key, 1));
  return {.key = key, .hung_up = count <= 0};
}

Screen::Event Screen::readSignal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return {};
  const int number = static_cast<int>(info.ssi_signo);
  if (number == SIGWINCH) return {.resized = true};
  return {.signal = number};
}

std::string clipped(std::string_view line, int columns) {
  std::string out;
  bool painted = false;
  for (int width = 0; !line.empty();) {
    std::size_t take = escapeLength(line);
    if (take > 0) {
      painted = true;
    } else {
      if (width++ == columns) break;
      take = 1;
      while (take < line.size() && continues(line[take])) ++take;
    }
    out += line.substr(0, take);
    line.remove_prefix(take);
  }
  return painted && !line.empty() ? out + std::string(kPlain) : out;
}

}  // namespace heald::ctl
