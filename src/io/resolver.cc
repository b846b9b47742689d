#include "io/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <mutex>

#include "heald/result.h"
#include "io/text.h"

namespace heald::io {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct DestroyChannel {
  void operator()(ares_channel channel) const { ares_destroy(channel); }
};
using Channel = std::unique_ptr<ares_channeldata, DestroyChannel>;

template <class Data>
struct FreeData {
  void operator()(Data* data) const { ares_free_data(data); }
};
template <class Data>
using OwnedData = std::unique_ptr<Data, FreeData<Data>>;

struct FreeHost {
  void operator()(hostent* host) const { ares_free_hostent(host); }
};
using OwnedHost = std::unique_ptr<hostent, FreeHost>;

int numberOf(RecordType type) {
  switch (type) {
    case RecordType::kA:
      return ns_t_a;
    case RecordType::kAaaa:
      return ns_t_aaaa;
    case RecordType::kMx:
      return ns_t_mx;
    case RecordType::kNs:
      return ns_t_ns;
    case RecordType::kSrv:
      return ns_t_srv;
    case RecordType::kTxt:
      return ns_t_txt;
  }
  return ns_t_a;
}

struct Bytes {
  const unsigned char* data;
  int size;
};

int readAddresses(Bytes answer, bool six, std::vector<std::string>& records) {
  hostent* raw = nullptr;
  const int status = six ? ares_parse_aaaa_reply(answer.data, answer.size, &raw, nullptr, nullptr)
                         : ares_parse_a_reply(answer.data, answer.size, &raw, nullptr, nullptr);
  const OwnedHost host(raw);
  if (status != ARES_SUCCESS) return status;
  for (char** address = host->h_addr_list; *address != nullptr; ++address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(host->h_addrtype, *address, text.data(), text.size());
    records.emplace_back(text.data());
  }
  return records.empty() ? ARES_ENODATA : ARES_SUCCESS;
}

int readNames(Bytes answer, std::vector<std::string>& records) {
  hostent* raw = nullptr;
  const int status = ares_parse_ns_reply(answer.data, answer.size, &raw);
  const OwnedHost host(raw);
  if (status != ARES_SUCCESS) return status;
  for (char** name = host->h_aliases; *name != nullptr; ++name) records.emplace_back(*name);
  return records.empty() ? ARES_ENODATA : ARES_SUCCESS;
}

int readMail(Bytes answer, std::vector<std::string>& records) {
  ares_mx_reply* raw = nullptr;
  const int status = ares_parse_mx_reply(answer.data, answer.size, &raw);
  const OwnedData<ares_mx_reply> first(raw);
  for (const auto* each = raw; each != nullptr; each = each->next) {
    records.push_back(std::to_string(each->priority) + " " + each->host);
  }
  return status;
}

int readServices(Bytes answer, std::vector<std::string>& records) {
  ares_srv_reply* raw = nullptr;
  const int status = ares_parse_srv_reply(answer.data, answer.size, &raw);
  const OwnedData<ares_srv_reply> first(raw);
  for (const auto* each = raw; each != nullptr; each = each->next) {
    records.push_back(std::to_string(each->priority) + " " + std::to_string(each->weight) + " " +
                      std::to_string(each->port) + " " + each->host);
  }
  return status;
}

int readTexts(Bytes answer, std::vector<std::string>& records) {
  ares_txt_ext* raw = nullptr;
  const int status = ares_parse_txt_reply_ext(answer.data, answer.size, &raw);
  const OwnedData<ares_txt_ext> first(raw);
  for (const auto* each = raw; each != nullptr; each = each->next) {
    const std::string part(reinterpret_cast<const char*>(each->txt), each->length);
    if (each->record_start || records.empty()) {
      records.push_back(part);
    } else {
      records.back() += part;
    }
  }
  return status;
}

int readRecords(RecordType type, Bytes answer, std::vector<std::string>& records) {
  switch (type) {
    case RecordType::kA:
      return readAddresses(answer, false, records);
    case RecordType::kAaaa:
      return readAddresses(answer, true, records);
    case RecordType::kMx:
      return readMail(answer, records);
    case RecordType::kNs:
      return readNames(answer, records);
    case RecordType::kSrv:
      return readServices(answer, records);
    case RecordType::kTxt:
      return readTexts(answer, records);
  }
  return ARES_ENOTIMP;
}

DnsEnd endOf(int status) {
  switch (status) {
    case ARES_SUCCESS:
      return DnsEnd::kAnswered;
    case ARES_ENODATA:
    case ARES_ENOTFOUND:
      return DnsEnd::kNegative;
    case ARES_ETIMEOUT:
      return DnsEnd::kTimeout;
    case ARES_ENOMEM:
    case ARES_EBADNAME:
    case ARES_EDESTRUCTION:
    case ARES_ECANCELLED:
      return DnsEnd::kNotAsked;
    default:
      return DnsEnd::kFailed;
  }
}

struct Question {
  RecordType type;
  bool over = false;
  DnsAnswer answer = {};
};

void answered(void* question, int status, int /*timeouts*/, unsigned char* data, int size) {
  auto& q = *static_cast<Question*>(question);
  if (status == ARES_SUCCESS) status = readRecords(q.type, {data, size}, q.answer.records);
  for (std::string& record : q.answer.records) record = oneLine(record);
  q.over = true;
  q.answer.end = endOf(status);
  if (status != ARES_SUCCESS) q.answer.error = ares_strerror(status);
}

// One wait for what c-ares or the token has to say.
void waitFor(ares_channel channel, milliseconds most, const CancelToken& cancel) {
  std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
  const auto wanted = static_cast<unsigned>(
      ares_getsock(channel, sockets.data(), static_cast<int>(sockets.size())));
  std::array<pollfd, ARES_GETSOCK_MAXNUM + 1> polled{};
  nfds_t count = 0;
  for (unsigned i = 0; i < sockets.size(); ++i) {
    short events = 0;
    if (ARES_GETSOCK_READABLE(wanted, i)) events |= POLLIN;
    if (ARES_GETSOCK_WRITABLE(wanted, i)) events |= POLLOUT;
    if (events != 0) polled[count++] = {sockets[i], events, 0};
  }
  const nfds_t of_channel = count;
  polled[count++] = {cancel.fd(), POLLIN, 0};
  timeval limit{most.count() / 1000, (most.count() % 1000) * 1000};
  timeval storage{};
  const timeval* next = ares_timeout(channel, &limit, &storage);
  milliseconds wait(next->tv_sec * 1000 + next->tv_usec / 1000 + 1);
  if (cancel.cancellable() && cancel.fd() < 0) {
    wait = std::min(wait, milliseconds(CancelToken::kBlindWaitMs));
  }
  poll(polled.data(), count, static_cast<int>(wait.count()));
  for (nfds_t i = 0; i < of_channel; ++i) {
    const bool reads = polled[i].revents & (POLLIN | POLLERR | POLLHUP);
    const bool writes = polled[i].revents & (POLLOUT | POLLERR);
    ares_process_fd(channel, reads ? polled[i].fd : ARES_SOCKET_BAD,
                    writes ? polled[i].fd : ARES_SOCKET_BAD);
  }
  ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its own timeouts
}

// Each try gets a part of the time, so that a lost packet does not cost all of it.
Result<Channel> openChannel(const std::string& server, core::Duration timeout) {
  static std::once_flag once;
  std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
  constexpr milliseconds kShortest(100);
  constexpr milliseconds kLongest(2000);
  ares_options options{};
  options.tries = 3;
  options.timeout = static_cast<int>(
      std::clamp(std::chrono::duration_cast<milliseconds>(timeout) / 4, kShortest, kLongest)
          .count());
  // Of several servers one that refuses or fails is passed over; a single one has the last word.
  options.flags = server.empty() ? 0 : ARES_FLAG_NOCHECKRESP;
  ares_channel raw = nullptr;
  int status =
      ares_init_options(&raw, &options, ARES_OPT_TRIES | ARES_OPT_TIMEOUTMS | ARES_OPT_FLAGS);
  if (status != ARES_SUCCESS) return Error{ErrorCode::kUnavailable, ares_strerror(status)};
  Channel channel(raw);
  if (!server.empty()) status = ares_set_servers_ports_csv(raw, server.c_str());
  if (status != ARES_SUCCESS) return Error{ErrorCode::kUnavailable, ares_strerror(status)};
  return channel;
}

}  // namespace

std::string dnsServerProblem(const std::string& server) {
  constexpr const char* kWrong =
      "is not the address of a server (examples: 127.0.0.1, 127.0.0.1:5353, [::1]:53)";
  // c-ares takes a list, and leaves out what it cannot read.
  if (server.empty() || server.find_first_not_of("0123456789abcdefABCDEF.:[]") != server.npos) {
    return kWrong;
  }
  in_addr four{};
  in6_addr six{};
  std::string address = server;
  std::string port;
  if (server.starts_with('[')) {
    const auto end = server.find(']');
    if (end == server.npos) return kWrong;
    address = server.substr(1, end - 1);
    port = server.substr(end + 1);
  } else if (std::count(server.begin(), server.end(), ':') == 1) {
    address = server.substr(0, server.find(':'));
    port = server.substr(server.find(':'));
  }
  const bool known = inet_pton(AF_INET, address.c_str(), &four) == 1 ||
                     inet_pton(AF_INET6, address.c_str(), &six) == 1;
  if (!known) return kWrong;
  if (port.empty()) return "";
  const bool digits = port.size() >= 2 && port.size() <= 6 && port[0] == ':' &&
                      port.find_first_not_of("0123456789", 1) == port.npos;
  if (!digits || std::stoi(port.substr(1)) < 1 || std::stoi(port.substr(1)) > 65535) return kWrong;
  return "";
}

DnsAnswer resolve(const std::string& name, RecordType type, const std::string& server,
                  core::Duration timeout, const CancelToken& cancel) {
  const auto deadline = Clock::now() + timeout;
  Question question{type};  // outlives the channel, which answers it also when it is destroyed
  const auto channel = openChannel(server, timeout);
  if (!channel) return {DnsEnd::kNotAsked, {}, channel.error().message};
  ares_query(channel->get(), name.c_str(), ns_c_in, numberOf(type), answered, &question);
  while (!question.over) {
    if (cancel.cancelled()) return {DnsEnd::kCancelled, {}, "cancelled"};
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds::zero()) return {DnsEnd::kTimeout, {}, ares_strerror(ARES_ETIMEOUT)};
    waitFor(channel->get(), left, cancel);
  }
  return question.answer;
}

}  // namespace heald::io
