#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "io/http_client.h"

namespace heald::io {

// One request in the hands of curl: its handle, options and answer so far. Used by the client's
// thread only; curl calls back into it, so it stays where it is.
class HttpTransfer {
 public:
  HttpTransfer(HttpRequest request, bool connect_only, CancelToken cancel, HttpClient::Done done);
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  // Makes the handle. False when curl refuses; fail() then says why.
  bool prepare();
  CURL* handle() const { return easy_.get(); }
  const CancelToken& token() const { return cancel_; }

  // Exactly one of these, once.
  void finish(CURLcode code);
  void fail(HttpEnd end, std::string error);

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using HeaderList = std::unique_ptr<curl_slist, FreeList>;

  void setConnection();
  void setTls();
  void setServerName();
  void setRequest();
  void setBody();
  void setMail();
  void setCredentials();
  bool hasHeader(const char* name) const;
  void addHeader(HeaderList& list, const std::string& line);
  // Where a redirect has led to: another scheme, host or port than the request's.
  bool isElsewhere() const;
  bool mayGoElsewhere();
  bool hasEndlessLine() const;
  HttpEnd endOf(CURLcode code) const;
  std::string errorOf(CURLcode code) const;
  template <class T>
  void set(CURLoption option, T value);

  static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t onMailBody(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t onMailAnswer(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t onHeader(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t onSocket(void* self, curlsocktype purpose, curl_sockaddr* address);

  const HttpRequest request_;
  std::string url_;   // what curl gets: with the server's name as its host, if there is one
  std::string host_;  // then: the host header
  const bool connect_only_;
  const CancelToken cancel_;
  HttpClient::Done done_;
  HttpResponse response_;
  HeaderList headers_;
  HeaderList bare_headers_;  // without those of the request: for another host
  std::string refusal_;      // why a redirect is not followed
  HeaderList connect_to_;
  HeaderList recipients_;
  std::size_t mailed_ = 0;   // bytes of the body that curl has taken
  std::string mail_answer_;  // the last line that the mail server said
  char curl_error_[CURL_ERROR_SIZE] = "";
  int socket_error_ = 0;
  CURLcode refused_ = CURLE_OK;           // the first option that curl did not take
  std::unique_ptr<CURL, FreeEasy> easy_;  // last: goes first, while what it points to is alive
};

}  // namespace heald::io
