#include "api/landing_page.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "io/text.h"

namespace heald::api {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--bg:#f7f8fa;--card:#fff;--text:#1c2430;--soft:#5b6675;--line:#e3e7ee;
--link:#1f5fbf;--healthy:#1a7f4b;--degraded:#a86400;--dormant:#c0362c;--disabled:#5b6675}
@media(prefers-color-scheme:dark){:root{--bg:#10141b;--card:#181e28;--text:#e6ebf2;--soft:#94a1b3;
--line:#2a3341;--link:#7fb2ff;--healthy:#4cc38a;--degraded:#f0b429;--dormant:#ff7a6e;
--disabled:#94a1b3}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--bg);
color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{width:min(38rem,100% - 2rem);margin:2rem 0;padding:2rem;background:var(--card);
border:1px solid var(--line);border-radius:12px}
h1{margin:0;font-size:1.5rem}
h1 small{margin-left:.5rem;font-size:.9rem;font-weight:400;color:var(--soft)}
.status{display:flex;align-items:baseline;gap:.6rem;margin:1.2rem 0}
.status b{padding:.1rem .7rem;border:1px solid;border-radius:999px}
.healthy b{color:var(--healthy)}.degraded b{color:var(--degraded)}
.dormant b{color:var(--dormant)}.disabled b,.starting b{color:var(--disabled)}
.status span,li span,footer{color:var(--soft)}
ul{margin:0 0 1rem;padding:0;list-style:none}
li{padding:.45rem 0;border-top:1px solid var(--line);overflow-wrap:anywhere}
li span{margin-left:.6rem}
a{color:var(--link);text-decoration:none}a:hover,a:focus{text-decoration:underline}
)";

constexpr std::size_t kLongestText = 4096;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : io::oneLine(text, kLongestText)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string styleHash() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(kStyle.data()), kStyle.size(), digest.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

bool safe(const Link& link) {
  const std::string_view href = link.href;
  const bool path = href.starts_with('/') && !href.starts_with("//");
  return path || href.starts_with("http://") || href.starts_with("https://");
}

std::string statusLine(const Landing& landing) {
  const std::string word(landing.status ? toString(*landing.status) : "starting");
  return "<p class=\"status " + word + "\"><b>" + word + "</b><span>" + escaped(landing.sentence) +
         "</span></p>\n";
}

std::string issueList(const std::vector<std::string>& issues) {
  if (issues.empty()) return "";
  std::string html = "<ul>\n";
  for (std::size_t i = 0; i < std::min(issues.size(), kMaxLandingIssues); ++i) {
    html += "<li>" + escaped(issues[i]) + "</li>\n";
  }
  if (issues.size() > kMaxLandingIssues) {
    html += "<li>and " + std::to_string(issues.size() - kMaxLandingIssues) + " more</li>\n";
  }
  return html + "</ul>\n";
}

std::string linkList(const std::vector<Link>& links) {
  std::string html = "<ul>\n";
  for (const Link& link : links) {
    if (!safe(link)) continue;
    html += "<li><a href=\"" + escaped(link.href) + "\">" + escaped(link.text) + "</a><span>" +
            escaped(link.help) + "</span></li>\n";
  }
  return html + "</ul>\n";
}

}  // namespace

http::Response landingPage(const Landing& landing) {
  static const std::string kPolicy = "default-src 'none'; style-src 'sha256-" + styleHash() +
                                     "'; base-uri 'none'; form-action 'none'; "
                                     "frame-ancestors 'none'";
  std::string html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
  html += "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" +
          escaped(landing.title) + "</title>\n<style>" + std::string(kStyle) + "</style></head>\n";
  html += "<body><main>\n<h1>" + escaped(landing.title) + "<small>" + escaped(landing.version) +
          "</small></h1>\n";
  html += statusLine(landing) + issueList(landing.issues) + linkList(landing.links);
  html += "<footer>self-healing that knows when to stop</footer>\n</main></body></html>\n";
  http::Response response = http::text(std::move(html), "text/html; charset=utf-8");
  response.headers.add("Content-Security-Policy", kPolicy);
  return response;
}

}  // namespace heald::api
