#include "api/page_calls.h"

#include <map>
#include <memory>
#include <optional>

#include "api/page_files.h"
#include "http/gzip.h"
#include "io/digest.h"

namespace heald::api {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kPolicy = "default-src 'self'; frame-ancestors 'none'";

std::string_view typeOf(std::string_view name) {
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "text/html; charset=utf-8";
}

// One that is sent the same each time: packed once, each form under a tag of its own.
class Asset {
 public:
  explicit Asset(const PageFile& file)
      : type_(typeOf(file.name)),
        kept_(file.name == kIndex ? "no-cache" : "public, max-age=31536000, immutable"),
        plain_(file.content),
        packed_(http::gzip(file.content, http::Packing::kSmallest)),
        tag_(io::Digest(file.content).hex().substr(0, 32)) {}

  http::Response answer(const http::Request& request) const {
    const bool packs =
        packed_ && http::acceptsGzip(request.headers.get("Accept-Encoding").value_or(""));
    const std::string tag = '"' + tag_ + (packs ? "-http::gzip\"" : "\"");
    http::Response response =
        http::text(packs ? *packed_ : std::string(plain_), std::string(type_));
    const auto known = request.headers.get("If-None-Match").value_or("");
    if (known.find(tag) != std::string_view::npos) {
      response.status = 304;
      response.body.clear();
    } else if (packs) {
      response.headers.add("Content-Encoding", "gzip");
    }
    if (packs) response.headers.add("Vary", "Accept-Encoding");
    response.headers.add("ETag", tag);
    response.headers.add("Cache-Control", kept_);
    response.headers.add("Content-Security-Policy", std::string(kPolicy));
    return response;
  }

 private:
  std::string_view type_;
  std::string kept_;
  std::string_view plain_;
  std::optional<std::string> packed_;
  std::string tag_;
};

}  // namespace

std::vector<Call> pageCalls() {
  const auto assets = std::make_shared<std::map<std::string, Asset, std::less<>>>();
  for (const PageFile& file : pageFiles()) assets->emplace(file.name, Asset(file));
  return {{.method = "GET",
           .path = "/",
           .needs = http::Access::kOpen,
           .summary = "The admin page, for a browser",
           .content_type = "text/html",
           .handler =
               [assets](const http::Request& request) {
                 return assets->find(kIndex)->second.answer(request);
               }},
          {.method = "GET",
           .path = "/assets/{name}",
           .needs = http::Access::kOpen,
           .summary = "What the admin page is made of",
           .content_type = "application/octet-stream",
           .handler = [assets](const http::Request& request) {
             const auto found = assets->find(request.parameter("name"));
             return found == assets->end()
                        ? http::error(404, "not_found", "the admin page has no such file")
                        : found->second.answer(request);
           }}};
}

}  // namespace heald::api
