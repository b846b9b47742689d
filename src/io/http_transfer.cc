#include "io/http_transfer.h"

#include <sys/socket.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <new>
#include <string_view>

#include "io/address.h"
#include "io/system_error.h"
#include "io/text.h"

namespace heald::io {
namespace {

constexpr long kMaxRedirects = 5;
constexpr std::size_t kLongestLine = 100 * 1024;  // CURL_MAX_HTTP_HEADER

long milliseconds(core::Duration duration) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(duration).count();
  return static_cast<long>(std::clamp<decltype(ms)>(ms, 1, 1L << 30));
}

// Scheme, host and port, which one origin is told from another by; "" for what is no URL.
std::string originOf(const char* url) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url, 0) != CURLUE_OK) return "";
  std::string origin;
  for (const CURLUPart part : {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT}) {
    char* text = nullptr;
    if (curl_url_get(parsed.get(), part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
    origin += std::string(text) + " ";
    curl_free(text);
  }
  std::transform(origin.begin(), origin.end(), origin.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return origin;
}

bool memoryFor(std::size_t bytes) {
  char* volatile probe = new (std::nothrow) char[bytes];  // volatile: else it is optimised away
  const bool there = probe != nullptr;
  delete[] probe;
  return there;
}

}  // namespace

HttpTransfer::HttpTransfer(HttpRequest request, bool connect_only, CancelToken cancel,
                           HttpClient::Done done)
    : request_(std::move(request)),
      connect_only_(connect_only),
      cancel_(std::move(cancel)),
      done_(std::move(done)) {
  url_ = request_.url;
}

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
  if (request_.mail) setMail();
  if (!connect_only_ && !request_.mail) setRequest();
  return refused_ == CURLE_OK;
}

void HttpTransfer::setConnection() {
  if (!request_.server_name.empty()) setServerName();
  set(CURLOPT_URL, url_.c_str());
  set(CURLOPT_CONNECT_ONLY, connect_only_ ? 1L : 0L);
  set(CURLOPT_PROTOCOLS_STR, request_.mail ? "smtp,smtps" : "http,https");
  set(CURLOPT_PROXY, request_.proxy.c_str());
  if (!request_.unix_socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  set(CURLOPT_TIMEOUT_MS, milliseconds(request_.timeout));
  set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(request_.timeout));
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // else a name server that hangs freezes every other request
  // What is kept open would not ask mayGoElsewhere().
  const bool keeps = request_.keep_alive && !request_.follow_redirects;
  set(CURLOPT_FRESH_CONNECT, keeps ? 0L : 1L);
  set(CURLOPT_FORBID_REUSE, keeps ? 0L : 1L);
  set(CURLOPT_MAXLIFETIME_CONN, static_cast<long>(HttpClient::kMostKept.count()));
  set(CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  set(CURLOPT_OPENSOCKETFUNCTION, &HttpTransfer::onSocket);
  set(CURLOPT_OPENSOCKETDATA, this);
  setTls();
}

void HttpTransfer::setTls() {
  if (!request_.ca_file.empty()) {
    set(CURLOPT_CAINFO, request_.ca_file.c_str());
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else the system's count as well
  }
  if (request_.insecure_skip_verify) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (request_.client_certificate.empty()) return;
  const auto blobOf = [](const std::string& text) {
    return curl_blob{const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY};
  };
  const curl_blob certificate = blobOf(request_.client_certificate);
  const curl_blob key = blobOf(request_.client_key);
  set(CURLOPT_SSLCERT_BLOB, &certificate);
  set(CURLOPT_SSLKEY_BLOB, &key);
  set(CURLOPT_KEYPASSWD, "");  // else OpenSSL asks at the terminal for that of an encrypted key
}

// curl has no option for it: it goes to the URL's host under another name.
void HttpTransfer::setServerName() {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  const auto part = [&url](CURLUPart which, unsigned flags) {
    char* text = nullptr;
    if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return std::string();
    const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
    return std::string(text);
  };
  if (curl_url_set(url.get(), CURLUPART_URL, request_.url.c_str(), 0) != CURLUE_OK) return;
  const std::string host = part(CURLUPART_HOST, 0);
  const std::string port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  const std::string own_port = part(CURLUPART_PORT, 0);
  host_ = own_port.empty() ? host : host + ":" + own_port;
  curl_url_set(url.get(), CURLUPART_HOST, request_.server_name.c_str(), 0);
  url_ = part(CURLUPART_URL, 0);
  const std::string target = request_.server_name + ":" + port + ":" + host + ":" + port;
  connect_to_.reset(curl_slist_append(nullptr, target.c_str()));
  set(CURLOPT_CONNECT_TO, connect_to_.get());
}

void HttpTransfer::setRequest() {
  set(CURLOPT_USERAGENT, "heald");
  if (request_.follow_redirects) {
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, kMaxRedirects);
    set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  }
  set(CURLOPT_WRITEFUNCTION, &HttpTransfer::onBody);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &HttpTransfer::onHeader);
  set(CURLOPT_HEADERDATA, this);
  setBody();
  if (!host_.empty() && !hasHeader("Host")) addHeader(headers_, "Host: " + host_);
  for (const auto& [name, value] : request_.headers) {
    // curl drops "Name:" and sends "Name;" as an empty header.
    addHeader(headers_, value.empty() ? name + ";" : name + ": " + value);
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
}

void HttpTransfer::setBody() {
  const std::string& method = request_.method;
  const bool sends = !request_.body.empty() || method == "POST";
  if (sends) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(CURLOPT_POSTFIELDS, request_.body.c_str());
    for (HeaderList* list : {&headers_, &bare_headers_}) {
      addHeader(*list, "Expect:");  // no waiting for 100-continue
      if (list == &bare_headers_ || !hasHeader("Content-Type")) addHeader(*list, "Content-Type:");
    }
  }
  if (method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (method != (sends ? "POST" : "GET")) {
    set(CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void HttpTransfer::setMail() {
  const MailEnvelope& mail = *request_.mail;
  set(CURLOPT_USE_SSL, static_cast<long>(mail.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
  set(CURLOPT_MAIL_FROM, ("<" + mail.from + ">").c_str());
  for (const std::string& to : mail.to) addHeader(recipients_, "<" + to + ">");
  set(CURLOPT_MAIL_RCPT, recipients_.get());
  if (!mail.username.empty()) setCredentials();
  set(CURLOPT_UPLOAD, 1L);
  set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  set(CURLOPT_READFUNCTION, &HttpTransfer::onMailBody);
  set(CURLOPT_READDATA, this);
  set(CURLOPT_HEADERFUNCTION, &HttpTransfer::onMailAnswer);
  set(CURLOPT_HEADERDATA, this);
}

// The configuration allows no password without TLS; who calls by another way is held to it here.
void HttpTransfer::setCredentials() {
  const MailEnvelope& mail = *request_.mail;
  if (!mail.starttls && !request_.url.starts_with("smtps:")) {
    refused_ = CURLE_BAD_FUNCTION_ARGUMENT;
    return;
  }
  set(CURLOPT_USERNAME, mail.username.c_str());
  set(CURLOPT_PASSWORD, mail.password.c_str());
}

std::size_t HttpTransfer::onMailBody(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string& body = transfer.request_.body;
  const std::size_t bytes = std::min(size * count, body.size() - transfer.mailed_);
  std::memcpy(data, body.data() + transfer.mailed_, bytes);
  transfer.mailed_ += bytes;
  return bytes;
}

std::size_t HttpTransfer::onMailAnswer(char* data, std::size_t size, std::size_t count,
                                       void* self) {
  static_cast<HttpTransfer*>(self)->mail_answer_.assign(data, size * count);
  return size * count;
}

bool HttpTransfer::hasHeader(const char* name) const {
  return std::any_of(request_.headers.begin(), request_.headers.end(),
                     [name](const auto& header) { return headerIs(header.first, name); });
}

void HttpTransfer::addHeader(HeaderList& list, const std::string& line) {
  curl_slist* grown = curl_slist_append(list.get(), line.c_str());
  if (!grown) {
    refused_ = CURLE_OUT_OF_MEMORY;
    return;
  }
  static_cast<void>(list.release());
  list.reset(grown);
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
  if (!transfer.request_.follow_redirects) return size * count;
  char* scheme = nullptr;
  curl_easy_getinfo(transfer.handle(), CURLINFO_SCHEME, &scheme);
  if (scheme && strcasecmp(scheme, "https") == 0) {
    transfer.set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
  }
  return size * count;
}

bool HttpTransfer::isElsewhere() const {
  const char* url = nullptr;
  curl_easy_getinfo(handle(), CURLINFO_EFFECTIVE_URL, &url);
  return originOf(url ? url : "") != originOf(url_.c_str());
}

// curl itself keeps only user names and Authorization from another host. A body would be sent again
// unless the redirect makes a GET of the request.
bool HttpTransfer::mayGoElsewhere() {
  long status = 0;
  curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
  const bool sends_body = status < 301 || status > 303;
  if (!request_.body.empty() && sends_body) {
    refusal_ = "redirected to another host, which is not sent the body";
    return false;
  }
  // curl holds on to the certificate from before the socket on: it can be taken away no more.
  if (!request_.client_certificate.empty()) {
    refusal_ = "redirected to another host, which is not shown the certificate";
    return false;
  }
  set(CURLOPT_HTTPHEADER, bare_headers_.get());
  return refused_ == CURLE_OK;
}

// Our own, for two reasons: it learns of a shortage of descriptors, which says nothing about the
// other side; and it is where a redirect meets another host, before the request is written.
curl_socket_t HttpTransfer::onSocket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const bool may_lead = transfer.request_.follow_redirects;  // else not worth taking URLs apart
  if (may_lead && transfer.isElsewhere() && !transfer.mayGoElsewhere()) return CURL_SOCKET_BAD;
  const int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) transfer.socket_error_ = errno;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

// curl has no other word for a line of the head that is longer than it takes: it is the answer that
// is wrong, when there is one and memory for such a line.
bool HttpTransfer::hasEndlessLine() const {
  curl_off_t first_byte = 0;
  curl_easy_getinfo(handle(), CURLINFO_STARTTRANSFER_TIME_T, &first_byte);
  return first_byte > 0 && memoryFor(2 * kLongestLine);
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
    case CURLE_OUT_OF_MEMORY:
      return hasEndlessLine() ? HttpEnd::kFailed : HttpEnd::kNotSent;
    case CURLE_FAILED_INIT:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:  // heald's own
      return HttpEnd::kNotSent;
    default:
      return isOurShortage(socket_error_) ? HttpEnd::kNotSent : HttpEnd::kFailed;
  }
}

std::string HttpTransfer::errorOf(CURLcode code) const {
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return "timed out after " + shortDuration(request_.timeout);
  }
  if (!refusal_.empty()) return refusal_;
  if (code == CURLE_OUT_OF_MEMORY && hasEndlessLine()) {
    return "a line of the answer's head has more than 100 KiB";
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
  // "RCPT failed: 550" alone does not say why.
  const bool refused = mail_answer_.starts_with('4') || mail_answer_.starts_with('5');
  return oneLine(refused ? std::string(text) + " (" + std::string(trim(mail_answer_)) + ")"
                         : std::string(text));
}

void HttpTransfer::finish(CURLcode code) {
  response_.end = endOf(code);
  long sent = 0;
  curl_easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &sent);
  response_.sent = sent > 0;
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    curl_off_t wait = 0;  // of seconds or a date
    curl_easy_getinfo(handle(), CURLINFO_RETRY_AFTER, &wait);
    constexpr curl_off_t kYear = 365 * 86400;
    response_.retry_after = std::chrono::seconds(std::clamp<curl_off_t>(wait, 0, kYear));
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
