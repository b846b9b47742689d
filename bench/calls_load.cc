// Calls of many connections to a running heald, over TLS or without:
//
//   heald_calls PORT CONNECTIONS SECONDS PATH [TOKEN [BODY]]
//
// GET without a body, POST with one; each connection sends its next call when the last is answered.
// A permit (201) is reported as ok before the next one is asked for. "{n}" in BODY is the number of
// the connection, from 0: for a governor of its own.
// HEALD_CALLS_PLAIN=1 leaves TLS out. Prints calls a second, statuses, and how long answers took.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Connection {
  int socket = -1;
  SSL* ssl = nullptr;
  std::string in;
  std::string body;    // of its calls
  std::string permit;  // that is to be reported next
  Clock::time_point asked{};
};

struct Load {
  std::string head;  // behind the path, without a length
  std::string path;
  std::string body;
  bool posts = false;
  std::map<int, long> statuses;
  std::vector<double> took;  // milliseconds
};

bool open(Connection& c, std::uint16_t port, SSL_CTX* context) {
  c.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  ::setsockopt(c.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(c.socket, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) return false;
  if (context == nullptr) return true;
  c.ssl = SSL_new(context);
  SSL_set_fd(c.ssl, c.socket);
  return SSL_connect(c.ssl) == 1;
}

std::string requestOf(const Connection& c, const Load& load) {
  if (!load.posts) return "GET " + load.path + load.head + "\r\n";
  const bool report = !c.permit.empty();
  const std::string body = report ? R"({"ok": true})" : c.body;
  return "POST " + load.path + (report ? "/" + c.permit + "/result" : "") + load.head +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

void ask(Connection& c, const Load& load) {
  const std::string request = requestOf(c, load);
  c.permit.clear();
  c.asked = Clock::now();
  const int size = static_cast<int>(request.size());
  const auto sent = c.ssl != nullptr ? SSL_write(c.ssl, request.data(), size)
                                     : ::send(c.socket, request.data(), request.size(), 0);
  if (sent != size) std::cerr << "a call could not be sent\n";
}

// What has come; false: the connection has ended.
bool take(Connection& c) {
  char chunk[16384];
  do {
    const auto count = c.ssl != nullptr ? SSL_read(c.ssl, chunk, sizeof chunk)
                                        : ::recv(c.socket, chunk, sizeof chunk, 0);
    if (count <= 0) return false;
    c.in.append(chunk, static_cast<std::size_t>(count));
  } while (c.ssl != nullptr && SSL_pending(c.ssl) > 0);
  return true;
}

bool whole(Connection& c, Load& load) {
  const auto end = c.in.find("\r\n\r\n");
  const auto length = c.in.find("Content-Length: ");
  if (end == std::string::npos || length > end) return false;
  const std::size_t size = end + 4 + std::stoul(c.in.substr(length + 16));
  if (c.in.size() < size) return false;
  const int status = std::stoi(c.in.substr(9));
  ++load.statuses[status];
  const std::string mark = "\"id\":\"";
  const auto id = c.in.find(mark, end);
  if (status == 201 && id != std::string::npos) {
    c.permit = c.in.substr(id + mark.size(), c.in.find('"', id + mark.size()) - id - mark.size());
  }
  load.took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - c.asked).count());
  c.in.erase(0, size);
  return true;
}

std::string numbered(std::string body, std::size_t number) {
  const auto mark = body.find("{n}");
  return mark == std::string::npos ? body : body.replace(mark, 3, std::to_string(number));
}

Load loadOf(int argc, char** argv) {
  Load load;
  load.path = argv[4];
  load.head = " HTTP/1.1\r\nHost: localhost\r\n";
  if (argc > 5) load.head += std::string("Authorization: Bearer ") + argv[5] + "\r\n";
  load.posts = argc > 6;
  if (load.posts) load.body = argv[6];
  return load;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: heald_calls PORT CONNECTIONS SECONDS PATH [TOKEN [BODY]]\n";
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX* context =
      std::getenv("HEALD_CALLS_PLAIN") != nullptr ? nullptr : SSL_CTX_new(TLS_client_method());
  Load load = loadOf(argc, argv);
  std::vector<Connection> all(std::strtoul(argv[2], nullptr, 10));
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  const auto begun = Clock::now();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!open(all[i], static_cast<std::uint16_t>(std::atoi(argv[1])), context)) {
      std::cerr << "connection " << i << " failed\n";
      return 1;
    }
    all[i].body = numbered(load.body, i);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, all[i].socket, &event);
  }
  const std::chrono::duration<double> opened = Clock::now() - begun;
  std::cout << all.size() << " connections in " << opened.count() << " s\n";
  const auto start = Clock::now();
  const auto end = start + std::chrono::seconds(std::atoi(argv[3]));
  for (Connection& c : all) ask(c, load);
  std::size_t ended = 0;
  std::vector<epoll_event> events(all.size());
  while (Clock::now() < end && ended < all.size()) {
    const int count = ::epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < count; ++i) {
      Connection& c = all[events[static_cast<std::size_t>(i)].data.u64];
      if (!take(c)) {
        ++ended;
        ::epoll_ctl(epoll, EPOLL_CTL_DEL, c.socket, nullptr);
      } else if (whole(c, load)) {
        ask(c, load);
      }
    }
  }
  const std::chrono::duration<double> took = Clock::now() - start;
  std::sort(load.took.begin(), load.took.end());
  if (load.took.empty()) return 1;
  const auto at = [&](double share) {
    return load.took[static_cast<std::size_t>(share * static_cast<double>(load.took.size() - 1))];
  };
  std::cout << static_cast<double>(load.took.size()) / took.count() << " calls a second; ms p50 "
            << at(0.5) << ", p99 " << at(0.99) << ", most " << at(1) << "; ended " << ended << "\n";
  for (const auto& [status, number] : load.statuses) std::cout << status << ": " << number << "\n";
  return 0;
}
