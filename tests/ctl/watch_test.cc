// healdctl watch as the real program on a pseudo-terminal.
#include "ctl/watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
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
  EXPECT_THAT(at.seen(), Not(HasSubstr("\x1b[2J"))) << "clearing all flickers";
  at.type("q");
  EXPECT_EQ(at.end(), 0);
  EXPECT_THAT(at.seen(), HasSubstr("\x1b[?25h"));
  EXPECT_TRUE(at.restored());
}

TEST_F(Watch, ARefreshSendsOnlyTheLinesThatHaveChanged) {
  OnTerminal at(url(), "xterm", {"--interval", "0.1"});
  ASSERT_TRUE(at.shows("process-monitoring"));
  for (int i = 0; i < 3; ++i) {
    at.seen().clear();
    ASSERT_TRUE(at.shows("\x1b[1;1H")) << "the line with the time";
    ASSERT_TRUE(at.shows("\x1b[K"));
    EXPECT_THAT(at.seen(), Not(HasSubstr("GOVERNOR")));
    EXPECT_LT(at.seen().size(), 300u);
  }
}

TEST_F(Watch, LeavesTheTerminalAsItWasAfterCtrlCAndTermAndACrash) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGABRT, SIGBUS}) {
    OnTerminal at(url(), "xterm");
    ASSERT_TRUE(at.shows("heald 1.2.3 is"));
    if (number == SIGINT) {
      at.type("\x03");
    } else {
      ::kill(at.pid(), number);
    }
    EXPECT_EQ(at.end(), 128 + number);
    EXPECT_TRUE(at.restored()) << number;
    EXPECT_THAT(at.seen(), HasSubstr(kLeave)) << number;
    EXPECT_THAT(at.seen(), HasSubstr("\x1b[?25h")) << number;
  }
}

TEST_F(Watch, CtrlZStopsItWithTheTerminalAsItWasAndItGoesOnAfterwards) {
  OnTerminal at(url(), "xterm");
  ASSERT_TRUE(at.shows("heald 1.2.3 is"));
  at.type("\x1a");
  ASSERT_TRUE(at.shows(kLeave));
  int status = 0;
  ASSERT_EQ(waitpid(at.pid(), &status, WUNTRACED), at.pid());
  ASSERT_TRUE(WIFSTOPPED(status));
  EXPECT_TRUE(at.restored());
  at.seen().clear();
  ::kill(at.pid(), SIGCONT);
  ASSERT_TRUE(at.shows("heald 1.2.3 is")) << "all is drawn anew";
  EXPECT_FALSE(at.restored());
  at.type("q");
  EXPECT_EQ(at.end(), 0);
}

TEST_F(Watch, DrawsAnewWhenTheTerminalChangesItsSize) {
  OnTerminal at(url(), "xterm", {"--interval", "3600"});
  ASSERT_TRUE(at.shows("process-monitoring"));
  at.seen().clear();
  at.resize(6, 90);
  ASSERT_TRUE(at.shows("lines 1-4 of "));
  EXPECT_THAT(at.seen(), Not(HasSubstr("process-monitoring"))) << "there is no room for it";
  at.type("\x1b[F");
  EXPECT_TRUE(at.shows("process-monitoring")) << "it is found below";
  at.type("q");
  EXPECT_EQ(at.end(), 0);
}

TEST_F(Watch, KeysScrollFilterAndHelp) {
  engine::Snapshot snapshot = api::sampleSnapshot();
  for (int i = 0; i < 400; ++i) {
    snapshot.checks.push_back(
        api::check("web-" + std::to_string(i), engine::Health::kHealthy, "磁盘 ok"));
  }
  engine_->show(snapshot);
  OnTerminal at(url(), "xterm", {"--interval", "3600"});
  ASSERT_TRUE(at.shows("web-10\x1b"));
  for (int i = 0; i < 3; ++i) at.type("\x1b[6~");
  EXPECT_TRUE(at.shows("web-90\x1b"));
  at.type("\x1b");  // alone, it is Escape
  at.type("/web-39");
  EXPECT_TRUE(at.shows("/web-39_"));
  at.type("9\r");
  EXPECT_TRUE(at.shows("/web-399 hides 4"));
  at.type("?");
  EXPECT_TRUE(at.shows("this help"));
  at.type("q");
  EXPECT_EQ(at.end(), 0);
}

TEST_F(Watch, HearsKeysWhileHealdDoesNotAnswer) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(::listen(socket, 8), 0);
  ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), 0);
  OnTerminal at("http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)), "xterm");
  ASSERT_TRUE(at.shows("lines 0-0 of 0"));
  at.type("?");
  EXPECT_TRUE(at.shows("this help"));
  EXPECT_THAT(at.seen(), Not(HasSubstr("not reachable"))) << "it was still waiting";
  at.type("q");
  EXPECT_EQ(at.end(), 0);
  ::close(socket);
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
  EXPECT_EQ(clipped("磁盘", 3), "磁");
  EXPECT_EQ(clipped("\x1b[32mgreen\x1b[0m", 5), "\x1b[32mgreen\x1b[0m");
  EXPECT_EQ(clipped("\x1b[32mgreen\x1b[0m", 3), "\x1b[32mgre\x1b[0m");
  EXPECT_EQ(clipped("", 3), "");
  EXPECT_EQ(clipped("\x1b[", 3), "\x1b[");
}

}  // namespace
}  // namespace heald::ctl
