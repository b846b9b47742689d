#include "io/termination_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "core/plain_text.h"

namespace heald::io {
namespace {

std::vector<std::string> linesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string cutTo(const std::vector<std::string>& lines, std::size_t width) {
  std::string text;
  for (const std::string& line : lines) text += core::clip(line, width) + "\n";
  return text;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t max) {
  std::vector<std::string> lines = linesOf(core::toValidUtf8(text));
  std::size_t width = max;
  while (width > kReadable && cutTo(lines, width).size() > max) width -= width / 16;
  std::string cut = cutTo(lines, width);
  if (cut.size() <= max) return cut;
  const std::size_t all = lines.size();
  std::string rest;
  do {
    lines.pop_back();
    rest = "and " + std::to_string(all - lines.size()) + " more, which the log has\n";
    cut = cutTo(lines, kReadable) + rest;
  } while (cut.size() > max && !lines.empty());
  return cut;
}

Result<void> writeTerminationLog(const std::string& file, std::string_view text) {
  if (file.empty()) return {};
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << fitted(text);
  out.close();
  if (out) return {};
  return Error{ErrorCode::kUnavailable, file + " cannot be written: " + std::strerror(errno)};
}

}  // namespace heald::io
