#include "io/http_transfer.h"

#include <strings.h>
#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "io/text.h"

namespace heald::io {
namespace {

constexpr long kMaxRedirects = 5;

long milliseconds(core::Duration duration) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::clamp<decltype(ms)>(ms, 1, 1L << 30));
}

// "Connection refused" inside a sentence.
std::string systemError(int error) {
  std::string text = std::strerror(error);
  text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

bool isOurShortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

HttpTransfer::HttpTransfer(HttpRequest request, bool connect_only, CancelToken cancel,
                           HttpClient::Done done)
    : request_(std::move(request)),
      connect_only_(connect_only),
      cancel_(std::move(cancel)),
      done_(std::move(done)) {}

template <class T>
void HttpTransfer::set(CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(handle(), option, value);
  if (refused_ == CURLE_OK) refused_ = code;
}

bool HttpTransfer::prepare() {
  easy_.reset(curl_easy_init());
  if (!easy_) return false;
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, curl_error_);
  setConnection();
  if (!connect_only_) setRequest();
  return refused_ == CURLE_OK;
}

void HttpTransfer::setConnection() {
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_CONNECT_ONLY, connect_only_ ? 1L : 0L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, request_.proxy.c_str());
  set(CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.timeout));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // else a name server that hangs freezes every other request
  set(CURLOPT_FRESH_CONNECT, 1L);
  set(CURLOPT_FORBID_REUSE, 1L);
  set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  set(CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::onSocket);
  set(CURLOPT_OPENSOCKETDATA, this);
  if (request_.ca_file.empty()) return;
  set(CURLOPT_CAINFO, request_.ca_file.c_str());
  set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else the system's count as well
}

void HttpTransfer::setRequest() {
  set(CURLOPT_USERAGENT, "heald");
  set(CURLOPT_FOLLOWLOCATION, request_.follow_redirects ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, kMaxRedirects);
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_WRITEFUNCTION, &HttpTransfer::onBody);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &HttpTransfer::onHeader);
  set(CURLOPT_HEADERDATA, this);
  setBody();
  for (const auto& [name, value] : request_.headers) {
    // curl drops "Name:" and sends "Name;" as an empty header.
    addHeader(value.empty() ? name + ";" : name + ": " + value);
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
}

void HttpTransfer::setBody() {
  const std::string& method = request_.method;
  const bool sends = !request_.body.empty() || method == "POST";
  if (sends) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
    addHeader("Expect:");  // no waiting for 100-continue
    if (!hasHeader("Content-Type")) addHeader("Content-Type:");
  }
  if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (method != (sends ? "POST" : "GET")) {
    set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

bool HttpTransfer::hasHeader(const char* name) const {
  return std::any_of(request_.headers.begin(), request_.headers.end(), [name](const auto& header) {
    return strcasecmp(header.first.c_str(), name) == 0;
  });
}

void HttpTransfer::addHeader(const std::string& line) {
  curl_slist* grown = curl_slist_append(headers_.get(), line.c_str());
  if (!grown) {
    refused_ = CURLE_OUT_OF_MEMORY;
    return;
  }
  static_cast<void>(headers_.release());
  headers_.reset(grown);
}

std::size_t HttpTransfer::onBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  std::string& body = transfer.response_.body;
  const std::size_t bytes = size * count;
  long status = 0;
  curl_easy_getinfo(transfer.handle(), CURLINFO_RESPONSE_CODE, &status);
  if (transfer.request_.on_data && status / 100 == 2) {
    transfer.request_.on_data({data, bytes});
    return bytes;
  }
  const std::size_t kept = std::min(bytes, transfer.request_.body_limit - body.size());
  body.append(data, kept);
  if (kept < bytes) transfer.response_.truncated = true;
  return bytes;
}

// At the status line of every answer of a chain. A redirection's own body is not the answer, and
// one that comes over https may only lead to https, wherever the chain began.
std::size_t HttpTransfer::onHeader(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  if (!std::string_view(data, size * count).starts_with("HTTP/")) return size * count;
  transfer.response_.body.clear();
  transfer.response_.truncated = false;
  char* scheme = nullptr;
  curl_easy_getinfo(transfer.handle(), CURLINFO_SCHEME, &scheme);
  if (scheme && strcasecmp(scheme, "https") == 0) {
    transfer.set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  }
  return size * count;
}

// Our own, to learn of a shortage of descriptors, which says nothing about the other side.
curl_socket_t HttpTransfer::onSocket(void* self, curlsocktype, curl_sockaddr* address) {
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) static_cast<HttpTransfer*>(self)->socket_error_ = errno;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

HttpEnd HttpTransfer::endOf(CURLcode code) const {
  long connections = 0;  // without one, it is the request that is wrong
  curl_easy_getinfo(handle(), CURLINFO_NUM_CONNECTS, &connections);
  switch (code) {
    case CURLE_OK:
      return HttpEnd::kAnswered;
    case CURLE_OPERATION_TIMEDOUT:
      return HttpEnd::kTimeout;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return connections > 0 ? HttpEnd::kFailed : HttpEnd::kNotSent;
    case CURLE_FAILED_INIT:
    case CURLE_OUT_OF_MEMORY:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_SSL_CACERT_BADFILE:
      return HttpEnd::kNotSent;
    default:
      return isOurShortage(socket_error_) ? HttpEnd::kNotSent : HttpEnd::kFailed;
  }
}

std::string HttpTransfer::errorOf(CURLcode code) const {
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return "timed out after " + shortDuration(request_.timeout);
  }
  if (socket_error_) return systemError(socket_error_);
  long error = 0;
  curl_easy_getinfo(handle(), CURLINFO_OS_ERRNO, &error);
  const bool network =
      code == CURLE_COULDNT_CONNECT || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
  if (network && error) return systemError(static_cast<int>(error));
  if (code == CURLE_TOO_MANY_REDIRECTS) {
    return "more than " + std::to_string(kMaxRedirects) + " redirects";
  }
  std::string_view text = curl_error_[0] ? curl_error_ : curl_easy_strerror(code);
  constexpr std::string_view kCertificate = "SSL certificate problem: ";
  if (text.starts_with(kCertificate)) text.remove_prefix(kCertificate.size());
  return oneLine(text);
}

void HttpTransfer::finish(CURLcode code) {
  response_.end = endOf(code);
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
  } else {
    response_.error = errorOf(code);
  }
  done_(std::move(response_));
}

void HttpTransfer::fail(HttpEnd end, std::string error) {
  response_.end = end;
  response_.error = std::move(error);
  done_(std::move(response_));
}

}  // namespace heald::io
