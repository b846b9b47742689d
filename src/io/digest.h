#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace heald::io {

// SHA-256 of what is added, piece by piece.
class Digest {
 public:
  explicit Digest(std::string_view text = {});
  void add(std::string_view text);
  std::string hex();  // once

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

// Whether it is written as Digest::hex() writes one.
bool isSha256(std::string_view text);

}  // namespace heald::io
