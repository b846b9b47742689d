#pragma once

#include <cstddef>
#include <streambuf>
#include <string>
#include <string_view>

#include "http/message.h"

namespace heald::api {

// JSON that arrives piece by piece, as nlohmann's SAX parser reads it, in bounded memory whatever
// is sent: a string is cut at kLongestString bytes (it stays a string), and kLongestGap bytes
// without a string end the text. Bytes that are not UTF-8 become U+FFFD. Knows what it has given
// out, for messages. One thread.
class JsonPieces : public std::streambuf {
 public:
  static constexpr std::size_t kLongestString = 16 * 1024;
  static constexpr std::size_t kLongestGap = 64 * 1024;

  explicit JsonPieces(http::BodySource& source) : source_(source) {}

  std::string place() const;  // "line 1, column 2", of the last byte given out; from 1, in bytes
  bool gapTooLong() const { return gap_ > kLongestGap; }

 protected:
  int_type uflow() override;
  int_type underflow() override;

 private:
  int_type take();
  bool refill();
  bool cutsHere(char c);
  void follow(char c);

  http::BodySource& source_;
  std::string clean_;       // of the present piece
  std::string unfinished_;  // the begin of a character whose rest is in the next piece
  std::size_t at_ = 0;      // in clean_
  bool over_ = false;
  std::size_t line_ = 1;
  std::size_t column_ = 0;
  std::size_t gap_ = 0;  // bytes since the last string
  bool in_string_ = false;
  std::size_t length_ = 0;  // of the present string, as sent
  bool cut_ = false;        // its rest is left out
  int escape_ = 0;          // bytes of the present escape, from its backslash on; 0: in none
  std::string hex_;         // of \uXXXX
  bool half_ = false;       // the last character was the first half of a surrogate pair
  int_type peeked_ = traits_type::eof();
  bool has_peeked_ = false;
};

// A whole text as a body that arrives.
class TextSource : public http::BodySource {
 public:
  explicit TextSource(std::string_view text) : text_(text) {}
  std::string_view next() override {
    const std::string_view piece = text_.substr(0, kPiece);
    text_.remove_prefix(piece.size());
    return piece;
  }
  std::optional<http::Response> failure() const override { return std::nullopt; }

 private:
  static constexpr std::size_t kPiece = 4096;
  std::string_view text_;
};

}  // namespace heald::api
