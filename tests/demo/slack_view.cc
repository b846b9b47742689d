#include "demo/slack_view.h"

#include <sstream>
#include <vector>

namespace heald::demo {
namespace {

const char* const kPlain = "\033[0m";

const char* barColour(const std::string& colour) {
  if (colour == "danger") return "\033[31m";
  if (colour == "warning") return "\033[33m";
  if (colour == "good") return "\033[32m";
  return "\033[34m";
}

// How wide a text is: bytes that continue a UTF-8 character take no room.
std::size_t widthOf(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return width;
}

// Broken between words.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::istringstream paragraphs(text);
  for (std::string paragraph; std::getline(paragraphs, paragraph);) {
    std::string line;
    std::istringstream words(paragraph);
    for (std::string word; words >> word;) {
      if (!line.empty() && widthOf(line) + 1 + widthOf(word) > width) {
        lines.push_back(line);
        line.clear();
      }
      line += (line.empty() ? "" : " ") + word;
    }
    lines.push_back(line);
  }
  return lines;
}

// Slack's marks, *bold*, ~struck~ and `code`, as those of a terminal. They may go on in the next
// line.
class Marks {
 public:
  explicit Marks(bool colour) : colour_(colour) {}

  std::string apply(const std::string& line) {
    std::string out = state();
    for (const char c : line) {
      bool* mark = c == '`'   ? &code_
                   : code_    ? nullptr
                   : c == '*' ? &bold_
                   : c == '~' ? &struck_
                              : nullptr;
      if (mark == nullptr) {
        out += c;
        continue;
      }
      *mark = !*mark;
      if (!colour_ && c == '`') out += c;
      out += state();
    }
    return out + (colour_ ? kPlain : "");
  }

 private:
  std::string state() const {
    if (!colour_) return "";
    return std::string(kPlain) + (code_ ? "\033[36m" : "") + (bold_ ? "\033[1m" : "") +
           (struck_ ? "\033[9m" : "");
  }

  const bool colour_;
  bool code_ = false;
  bool bold_ = false;
  bool struck_ = false;
};

class View {
 public:
  View(const nlohmann::json& attachment, bool colour, std::size_t width)
      : attachment_(attachment), colour_(colour), width_(width) {}

  std::string text() {
    line(colour_ ? "\033[1m" + of("title") + kPlain : of("title"));
    Marks marks(colour_);
    for (const std::string& wrap : wrapped(of("text"), width_ - 4)) line(marks.apply(wrap));
    buttons();
    line(faint(of("footer")));
    return out_;
  }

 private:
  // On a terminal, links that one can click (OSC 8); else names with their addresses.
  void buttons() {
    std::string links;
    for (const nlohmann::json& button : attachment_.value("actions", nlohmann::json::array())) {
      const std::string name = "[" + button.value("text", "") + "]";
      const std::string url = button.value("url", "");
      if (!colour_) line(name + " " + url);
      links += "\033]8;;" + url + "\033\\" + name + "\033]8;;\033\\ ";
    }
    if (colour_ && !links.empty()) line(links);
  }
  std::string of(const char* key) const { return attachment_.value(key, ""); }
  std::string faint(const std::string& text) const {
    return colour_ ? "\033[2m" + text + kPlain : text;
  }
  void line(const std::string& text) {
    out_ += "  ";
    if (colour_) out_ += barColour(of("color"));
    out_ += "┃";
    if (colour_) out_ += kPlain;
    out_ += " " + text + "\n";
  }

  const nlohmann::json& attachment_;
  const bool colour_;
  const std::size_t width_;
  std::string out_;
};

}  // namespace

std::string slackView(const nlohmann::json& message, bool colour, std::size_t width) {
  std::string out = "  Slack, " + message.value("channel", "") + "\n";
  for (const nlohmann::json& attachment : message.value("attachments", nlohmann::json::array())) {
    out += View(attachment, colour, width).text();
  }
  return out;
}

}  // namespace heald::demo
