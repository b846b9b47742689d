// healdctl watch as the real program on a pseudo-terminal.
#include "ctl/watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include "ctl/terminal.h"
#include "fixture.h"
#include "support/command.h"

namespace heald::ctl {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kEnter = "\x1b[?1049h";
constexpr const char* kLeave = "\x1b[?1049l";

// healdctl on a terminal of its own.
class OnTerminal {
 public:
  OnTerminal(const std::string& url, const std::string& term, std::vector<std::string> more = {}) {
    std::vector<std::string> words = {
        "/usr/bin/env", "-i", "HEALD_URL=" + url, "TERM=" + term, HEALD_BINARY_DIR "/healdctl",
        "watch"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    winsize size{30, 100, 0, 0};
    int slave = -1;
    EXPECT_EQ(openpty(&master_, &slave, nullptr, nullptr, &size), 0);
    fcntl(master_, F_SETFD, FD_CLOEXEC);  // else the program keeps its own terminal alive
    tcgetattr(slave, &before_);
    slave_ = slave;
    pid_ = fork();
    if (pid_ == 0) {
      login_tty(slave);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  ~OnTerminal() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(master_);
    if (slave_ >= 0) close(slave_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  // Reads until the text has come; false when it does not.
  bool shows(const std::string& text) {
    pollfd look{master_, POLLIN, 0};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (seen_.find(text) == std::string::npos && std::chrono::steady_clock::now() < deadline &&
           poll(&look, 1, 20'000) > 0) {
      char chunk[4096];
      const ssize_t count = read(master_, chunk, sizeof chunk);
      if (count <= 0) break;
      seen_.append(chunk, static_cast<std::size_t>(count));
    }
    return seen_.find(text) != std::string::npos;
  }
  void type(const std::string& keys) {
    EXPECT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void resize(unsigned short rows, unsigned short columns) {
    const winsize size{rows, columns, 0, 0};
    ioctl(master_, TIOCSWINSZ, &size);
  }
  // The status of its end, as a shell tells it.
  int end(bool drawn = true) {
    if (drawn) shows(kLeave);
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  bool restored() const {
    termios now{};
    tcgetattr(slave_, &now);
    return now.c_lflag == before_.c_lflag && now.c_cc[VSUSP] == before_.c_cc[VSUSP];
  }
  pid_t pid() const { return pid_; }
  std::string& seen() { return seen_; }

 private:
  int master_ = -1;
  int slave_ = -1;
  pid_t pid_ = 0;
  termios before_{};
  std::string seen_;
};

class Watch : public CtlTest {
 protected:
  std::string url() { return environment_["HEALD_URL"]; }
};

TEST_F(Watch, ShowsTheStatusInColoursUntilQIsTypedAndLeavesTheTerminalAsItWas) {
  OnTerminal at(url(), "xterm", {"--interval", "0.1"});
  ASSERT_TRUE(at.shows("heald 1.2.3 is")) << at.seen();
  EXPECT_THAT(at.seen(), HasSubstr(kEnter));
  EXPECT_THAT(at.seen(), HasSubstr("\x1b[32mhealthy"));
  EXPECT_FALSE(at.restored()) << "it reads keys one by one";
  at.seen().clear();
  ASSERT_TRUE(at.shows("heald 1.2.3 is")) << "it refreshes";
  EXPECT_THAT(at.seen(), Not(HasSubstr("\x1b[2J"))) << "clearing all flickers";
  at.type("q");
  EXPECT_EQ(at.end(), 0);
  EXPECT_THAT(at.seen(), HasSubstr("\x1b[?25h"));
  EXPECT_TRUE(at.restored());
}

TEST_F(Watch, LeavesTheTerminalAsItWasAfterCtrlCAndTerm) {
  for (const bool by_key : {true, false}) {
    OnTerminal at(url(), "xterm");
    ASSERT_TRUE(at.shows("heald 1.2.3 is"));
    if (by_key) {
      at.type("\x03");
    } else {
      ::kill(at.pid(), SIGTERM);
    }
    EXPECT_EQ(at.end(), by_key ? 130 : 143);
    EXPECT_TRUE(at.restored());
  }
}

TEST_F(Watch, DrawsAnewWhenTheTerminalChangesItsSize) {
  OnTerminal at(url(), "xterm", {"--interval", "3600"});
  ASSERT_TRUE(at.shows("\x1b[J"));
  EXPECT_THAT(at.seen(), HasSubstr("BACKGROUND TASK"));
  at.seen().clear();
  at.resize(3, 12);
  ASSERT_TRUE(at.shows("\x1b[J"));
  EXPECT_THAT(at.seen(), Not(HasSubstr("BACKGROUND TASK"))) << "there is no room for it";
  at.type("q");
  EXPECT_EQ(at.end(), 0);
}

TEST_F(Watch, SaysSinceWhenHealdIsAway) {
  OnTerminal at("http://127.0.0.1:1", "xterm", {"--interval", "0.1"});
  ASSERT_TRUE(at.shows("not reachable since "));
  EXPECT_TRUE(at.shows("cannot reach heald at http://127.0.0.1:1"));
  at.type("q");
  EXPECT_EQ(at.end(), 0);
}

TEST_F(Watch, SaysWhyItCannotDraw) {
  OnTerminal dumb(url(), "dumb");
  EXPECT_TRUE(dumb.shows("cannot draw on this terminal (TERM=dumb)"));
  EXPECT_EQ(dumb.end(false), 2);
  const auto piped = test::runCommand(
      {"/usr/bin/env", "TERM=xterm", "HEALD_URL=" + url(), HEALD_BINARY_DIR "/healdctl", "watch"});
  EXPECT_EQ(piped.code, 2);
  EXPECT_THAT(piped.output, HasSubstr("needs a terminal"));
}

TEST(Terminal, CutsLinesByWhatIsSeen) {
  EXPECT_EQ(clipped("abcdef", 3), "abc");
  EXPECT_EQ(clipped("abc", 3), "abc");
  EXPECT_EQ(clipped("äöü", 2), "äö");
  EXPECT_EQ(clipped("\x1b[32mgreen\x1b[0m", 5), "\x1b[32mgreen\x1b[0m");
  EXPECT_EQ(clipped("\x1b[32mgreen\x1b[0m", 3), "\x1b[32mgre\x1b[0m");
  EXPECT_EQ(clipped("", 3), "");
  EXPECT_EQ(clipped("\x1b[", 3), "\x1b[");
}

}  // namespace
}  // namespace heald::ctl
