#include "ctl/terminal.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "ctl/width.h"

namespace heald::ctl {
namespace {

constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";  // second screen, no cursor
constexpr std::string_view kLeave = "\x1b[0m\x1b[?25h\x1b[?1049l";
constexpr std::string_view kRestOfLine = "\x1b[K";
constexpr std::string_view kRestOfScreen = "\x1b[J";
constexpr std::string_view kPlain = "\x1b[0m";

constexpr std::array kCrashes = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// For the handler of a crash, which may touch nothing else.
termios crash_before;

extern "C" void restoreAndDie(int number) {
  [[maybe_unused]] const ssize_t written = ::write(STDOUT_FILENO, kLeave.data(), kLeave.size());
  tcsetattr(STDIN_FILENO, TCSANOW, &crash_before);
  raise(number);  // once more, and by default: SA_RESETHAND
}

void watchForCrashes(bool on) {
  struct sigaction action {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = on ? restoreAndDie : SIG_DFL;
  action.sa_flags = on ? static_cast<int>(SA_RESETHAND) : 0;
  for (const int number : kCrashes) sigaction(number, &action, nullptr);
}

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
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP}) {
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

std::size_t columnsOfPainted(std::string_view line) {
  std::size_t columns = 0;
  while (!line.empty()) {
    std::size_t take = escapeLength(line);
    if (take == 0) {
      const Glyph glyph = glyphAt(line);
      take = glyph.bytes;
      columns += glyph.columns;
    }
    line.remove_prefix(take);
  }
  return columns;
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
  crash_before = before_;
  watchForCrashes(true);
  enter();
}

Screen::~Screen() {
  leave();
  watchForCrashes(false);
}

void Screen::enter() {
  termios quiet = before_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet);
  writeAll(kEnter);
  forget();
}

void Screen::leave() {
  writeAll(kLeave);
  tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
}

void Screen::show(const std::vector<std::string>& lines) {
  const TerminalSize size = terminalSize().value_or(TerminalSize{});
  if (!(size == size_)) forget();
  size_ = size;
  std::vector<std::string> next;
  for (const std::string& line : lines) {
    if (next.size() == static_cast<std::size_t>(size.rows)) break;
    next.push_back(clipped(line, size.columns));
  }
  std::string out;
  for (std::size_t row = 0; row < next.size(); ++row) {
    if (row < shown_.size() && shown_[row] == next[row]) continue;
    out += "\x1b[" + std::to_string(row + 1) + ";1H" + next[row];
    // At the right edge it would take the last character.
    if (columnsOfPainted(next[row]) < static_cast<std::size_t>(size.columns)) out += kRestOfLine;
  }
  if (next.size() < static_cast<std::size_t>(size.rows) && next.size() != shown_.size()) {
    out += "\x1b[" + std::to_string(next.size() + 1) + ";1H" + std::string(kRestOfScreen);
  }
  shown_ = std::move(next);
  writeAll(out);
}

Screen::Event Screen::wait(core::Duration patience, int other) {
  const auto whole = std::chrono::ceil<std::chrono::milliseconds>(patience);
  std::array<pollfd, 3> sources = {
      {{STDIN_FILENO, POLLIN, 0}, {signals_.get(), POLLIN, 0}, {other, POLLIN, 0}}};
  if (::poll(sources.data(), sources.size(), static_cast<int>(whole.count())) <= 0) return {};
  if ((sources[1].revents & POLLIN) != 0) return readSignal();
  if (sources[0].revents == 0) return {.ready = (sources[2].revents & POLLIN) != 0};
  std::array<char, 256> keys{};
  const ssize_t count = TEMP_FAILURE_RETRY(::read(STDIN_FILENO, keys.data(), keys.size()));
  if (count <= 0) return {.hung_up = true};
  return {.input = std::string(keys.data(), static_cast<std::size_t>(count))};
}

Screen::Event Screen::readSignal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return {};
  const int number = static_cast<int>(info.ssi_signo);
  if (number == SIGWINCH) return {.resized = true};
  if (number != SIGTSTP) return {.signal = number};
  leave();
  raise(SIGSTOP);
  enter();
  return {.resized = true};
}

std::string clipped(std::string_view line, int columns) {
  std::string out;
  bool painted = false;
  auto left = static_cast<std::size_t>(std::max(columns, 0));
  while (!line.empty()) {
    std::size_t take = escapeLength(line);
    if (take > 0) {
      painted = true;
    } else {
      const Glyph glyph = glyphAt(line);
      if (glyph.columns > left) break;
      left -= glyph.columns;
      take = glyph.bytes;
    }
    out += line.substr(0, take);
    line.remove_prefix(take);
  }
  return painted && !line.empty() ? out + std::string(kPlain) : out;
}

}  // namespace heald::ctl
