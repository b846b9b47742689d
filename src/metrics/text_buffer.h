#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace heald::metrics {

// A text that grows: whoever writes asks for room once and writes many things there.
class TextBuffer {
 public:
  // At least so many bytes from here on.
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) grow(bytes);
    return text_.get() + size_;
  }
  void writtenTo(const char* end) { size_ = static_cast<std::size_t>(end - text_.get()); }
  void append(std::string_view text) { writtenTo(put(room(text.size()), text)); }

  std::string_view view() const { return {text_.get(), size_}; }
  bool empty() const { return size_ == 0; }
  void clear() { size_ = 0; }

  // Returns where the text ends, which has room there.
  static char* put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }

 private:
  void grow(std::size_t bytes) {
    constexpr std::size_t kLeast = 4096;
    const std::size_t capacity = 2 * capacity_ + bytes + kLeast;
    auto larger = std::make_unique_for_overwrite<char[]>(capacity);
    if (size_ > 0) std::memcpy(larger.get(), text_.get(), size_);
    text_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<char[]> text_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace heald::metrics
