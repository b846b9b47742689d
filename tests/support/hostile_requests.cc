#include "support/hostile_requests.h"

#include <algorithm>

namespace heald::test {
std::string headOf(const std::string& line, const std::string& more) {
  return line + " HTTP/1.1\r\nHost: localhost\r\n" + more;
}
std::string bodied(const std::string& line, const std::string& more, const std::string& body) {
  return headOf(line, more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

namespace {

std::vector<Kind> metricsKinds() {
  return {{true, headOf("GET /metrics") + "\r\n", {200}, false},
          {true, headOf("GET /metrics", "Accept-Encoding: gzip\r\n") + "\r\n", {200}, false},
          {true, headOf("HEAD /metrics") + "\r\n", {200}, false},
          {true, headOf("GET /-/healthy") + "\r\n", {200}, false},
          {true, headOf("GET /-/ready") + "\r\n", {200}, false},
          {true, headOf("GET /api/status") + "\r\n", {404}, false},
          {true, headOf("DELETE /metrics") + "\r\n", {405}, false},
          {true, bodied("POST /metrics", "", "a=b"), {405}, true},
          {true, bodied("GET /metrics", "", "a=b"), {200}, true},
          {true, headOf("GET /metrics", "Connection: close\r\n") + "\r\n", {200}, true},
          {true, "GET /-/healthy HTTP/1.0\r\n\r\n", {200}, true},
          {true, "GET /-/healthy HTTP/1.1\r\n\r\n", {400}, true}};
}

std::vector<Kind> readingKinds(const std::string& reads) {
  return {
      {false, headOf("GET /api/status", reads) + "\r\n", {200}, false},
      {false, headOf("GET /api/status") + "\r\n", {200}, false},
      {false, headOf("GET /api/status?format=markdown", reads) + "\r\n", {200}, false},
      {false, headOf("HEAD /api/status") + "\r\n", {200}, false},
      {false, headOf("GET /api/governors/job", reads) + "\r\n", {200}, false},
      {false, headOf("GET /api/governors/nobody") + "\r\n", {404}, false},
      {false, headOf("GET /api/history?limit=3") + "\r\n", {200}, false},
      {false, headOf("GET /api/history?limit=many") + "\r\n", {400}, false},
      {false, headOf("GET /api/tokens") + "\r\n", {401}, false},
      {false, headOf("GET /api/tokens", reads) + "\r\n", {403}, false},
      {false, headOf("GET /nowhere") + "\r\n", {404}, false},
      {false, headOf("GET /api/%ff") + "\r\n", {400, 404}, false},
      {false, headOf("GET /api/status?a=%zz") + "\r\n", {400}, false},
      {false, headOf("GET /api/status", "Sec-Fetch-Site: cross-site\r\n") + "\r\n", {403}, false},
      {false, "GET /api/status HTTP/1.1\r\nHost: evil.example\r\n\r\n", {403}, false},
      {false, headOf("GET /api/status", "Authorization: Bearer guess\r\n") + "\r\n", {200}, false},
      {false, headOf("PATCH /api/status") + "\r\n", {405}, false}};
}

std::vector<Kind> changingKinds(const std::string& admin, const std::string& reads) {
  const std::string json = "Content-Type: application/json\r\n";
  const std::string flag = "PUT /api/flags/auto_healing";
  const std::string on = R"({"enabled": true, "reason": "mixed"})";
  const std::string permit = R"({"governor": "job", "reason": "mixed", "deadline": "1s"})";
  return {{false, bodied(flag, admin + json, on), {200}, false},
          {false, bodied(flag, admin + json + "Expect: 100-continue\r\n", on), {200}, false},
          {false, bodied(flag, json, on), {401}, true},
          {false, bodied(flag, "Authorization: Bearer guess\r\n" + json, on), {401}, true},
          {false, bodied(flag, reads + json, on), {403}, true},
          {false, bodied(flag, admin + json + "Origin: https://evil.example\r\n", on), {403}, true},
          {false, bodied(flag, admin + "Content-Type: text/plain\r\n", on), {415}, true},
          {false, bodied(flag, admin + json, "{"), {400}, false},
          {false, bodied(flag, admin + json, std::string(60'000, ' ')), {400}, false},
          {false, headOf(flag, admin + json) + "Content-Length: 1048577\r\n\r\n", {413}, true},
          {false,
           headOf(flag, admin + json) + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           {411},
           true},
          {false, bodied("POST /api/permits", admin + json, permit), {201, 409}, false},
          {false,
           bodied("POST /api/permits/none/result", admin + json, R"({"ok": true})"),
           {404},
           false},
          {false, bodied("POST /api/alerts", admin + json, R"({"alerts": 7})"), {400}, false},
          {false, bodied("GET /api/status", "", on), {200}, true}};
}

std::vector<Kind> brokenKinds() {
  std::string many = headOf("GET /api/status");
  for (int i = 0; i < 70; ++i) many += "X: y\r\n";
  return {{false, "\x16\x03\x01 nonsense\r\n\r\n", {400}, true},
          {false, "GET /api/status\r\n\r\n", {400}, true},
          {false, "GET /api/status HTTP/2.0\r\nHost: localhost\r\n\r\n", {505}, true},
          {false, headOf("GET /api/status", "Host: evil.example\r\n") + "\r\n", {400}, true},
          {false, headOf("GET http://localhost/api/status") + "\r\n", {400}, true},
          {false, headOf("GET /", "X: " + std::string(20'000, 'x') + "\r\n") + "\r\n", {431}, true},
          {false, many + "\r\n", {431}, true},
          {false, headOf("GET /", "Expect: coffee\r\n") + "\r\n", {417}, true},
          {false, headOf("GET /", "X : y\r\n") + "\r\n", {400}, true},
          {false, headOf("GET /", "X: y\r\n z\r\n") + "\r\n", {400}, true}};
}

}  // namespace

std::vector<Kind> allKinds(const std::string& admin, const std::string& reads) {
  std::vector<Kind> all = metricsKinds();
  for (const auto& kinds : {readingKinds(reads), changingKinds(admin, reads), brokenKinds()}) {
    all.insert(all.end(), kinds.begin(), kinds.end());
  }
  return all;
}

std::string mutated(Random& random, std::string bytes, const std::vector<std::string>& seeds) {
  static const std::string kBytes(
      "\0\r\n \t:;,/?%#\x7f\x80\xff"
      "0129aZ",
      21);
  static const std::vector<std::string> kPieces = {"\r\n",
                                                   "\n",
                                                   "\r\n\r\n",
                                                   " ",
                                                   "Content-Length: 0\r\n",
                                                   "Content-Length: 5\r\n",
                                                   "Transfer-Encoding: chunked\r\n",
                                                   "Host: evil.example\r\n",
                                                   "HTTP/1.0",
                                                   "HTTP/1.1",
                                                   "18446744073709551616",
                                                   "-1",
                                                   "0\r\n\r\n",
                                                   "%00",
                                                   "..",
                                                   "Connection: close\r\n"};
  const std::size_t times = 1 + below(random, 1 + below(random, 6));
  for (std::size_t i = 0; i < times && !bytes.empty(); ++i) {
    const std::size_t at = below(random, bytes.size());
    const std::size_t length = 1 + below(random, std::min<std::size_t>(40, bytes.size() - at));
    switch (below(random, 7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(random, 8)));
        break;
      case 1:
        bytes[at] = kBytes[below(random, kBytes.size())];
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 4:
        bytes.insert(at, kPieces[below(random, kPieces.size())]);
        break;
      case 5:
        bytes.insert(at, seeds[below(random, seeds.size())]);
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

const std::vector<std::string>& unclearFramings() {
  static const std::vector<std::string> all = {
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
      "Transfer-Encoding: chunked\r\n",
      "Transfer-Encoding: identity\r\nContent-Length: 0\r\n",
      "Transfer-Encoding: xchunked\r\nContent-Length: 0\r\n",
      "Transfer-Encoding : chunked\r\nContent-Length: 0\r\n",
      "Transfer-Encoding:\tchunked\r\nContent-Length: 0\r\n",
      "Transfer-Encoding: chunked, identity\r\n",
      " Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
      "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
      "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 0\r\n",
      "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n",
      "transfer_encoding: chunked\r\nTransfer-Encoding:chunked\r\n",
      "Content-Length: 0\r\nContent-Length: 5\r\n",
      "Content-Length: 5\r\nContent-Length: 5\r\n",
      "Content-Length: 0, 5\r\n",
      "Content-Length: +0\r\n",
      "Content-Length: -0\r\n",
      "Content-Length: 00\r\n",
      "Content-Length: 0x0\r\n",
      "Content-Length: 0 0\r\n",
      "Content-Length: 0;\r\n",
      "Content-Length:\r\n",
      "Content-Length: 18446744073709551616\r\n",
      "Content-Length : 0\r\n",
      "Content-Length\x0b: 0\r\n",
      std::string("Content-Length: 0\0\r\n", 20),
      "Content-Length: 0\r\r\n",
  };
  return all;
}

}  // namespace heald::test
