#include "outbox/mail.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "core/text.h"
#include "io/address.h"
#include "io/file.h"
#include "io/text.h"
#include "outbox/answers.h"
#include "outbox/read_files.h"
#include "outbox/receiver.h"

namespace heald::outbox {
namespace {

constexpr std::size_t kMostRecipients = 50;
constexpr std::size_t kLongestLine = 72;  // of quoted-printable and of encoded words

bool isPlain(unsigned char c) {
  return c >= 0x20 && c < 0x7f && c != '=';
}

std::string hexed(unsigned char c) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  return {'=', kDigits[c >> 4], kDigits[c & 15]};
}

void addLine(std::string_view line, std::string& out) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    const bool last_blank = c == ' ' && i + 1 == line.size();
    const std::string piece =
        isPlain(c) && !last_blank ? std::string(1, static_cast<char>(c)) : hexed(c);
    if (length + piece.size() > kLongestLine) {
      out += "=\r\n";
      length = 0;
    }
    out += piece;
    length += piece.size();
  }
  out += "\r\n";
}

std::string quotedPrintable(std::string_view text) {
  std::string out;
  for (;;) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    addLine(text.substr(0, end), out);
    if (end == text.size()) return out;
    text.remove_prefix(end + 1);
  }
}

// A header's text: as it is, or as encoded words, whose pieces hold whole characters.
std::string headerText(const std::string& text) {
  if (std::all_of(text.begin(), text.end(),
                  [](unsigned char c) { return c >= 0x20 && c < 0x7f; }) &&
      text.find("=?") == std::string::npos && text.size() < 200) {
    return text;
  }
  std::string out = "=?utf-8?Q?";
  std::size_t length = out.size();
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
    std::string piece;
    for (; i < end; ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      piece += plain ? std::string(1, static_cast<char>(c)) : c == ' ' ? "_" : hexed(c);
    }
    if (length + piece.size() > kLongestLine) {
      out += "?=\r\n =?utf-8?Q?";
      length = 11;
    }
    out += piece;
    length += piece.size();
  }
  return out + "?=";
}

// "Mon, 23 Nov 2026 20:47:00 +0000"
std::string dateText(core::WallTime time) {
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::string iso = core::toIso8601(time);
  return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " + iso.substr(8, 2) +
         " " + kMonths[static_cast<unsigned>(date.month()) - 1] + " " + iso.substr(0, 4) + " " +
         iso.substr(11, 8) + " +0000";
}

std::string domainOf(const std::string& address) {
  return address.substr(address.rfind('@') + 1);
}

std::string bodyOf(const Message& message) {
  std::string text = titleOf(message) + "\n";
  for (const Paragraph& part : paragraphsOf(message)) {
    text +=
        "\n" + part.label + (part.label.empty() || part.text.empty() ? "" : " ") + part.text + "\n";
  }
  const std::string runbook = runbookOf(message);
  if (!runbook.empty()) text += "\nRunbook: " + runbook + "\n";
  if (!message.page_url.empty()) text += "\nheald: " + message.page_url + "\n";
  return text + "\n-- \n" + footerOf(message);
}

// One word of letters for the Message-ID, which may hold few other characters.
std::string idText(const std::string& id) {
  std::string text;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    text += std::isalnum(byte) != 0 || c == '-' || c == '.' ? c : '-';
  }
  return text;
}

struct MailOptions {
  std::string server;
  std::string tls = "starttls";
  std::string from;
  std::vector<std::string> to;
  std::string username, password_file;
  std::string ca_file;
  core::Duration timeout = std::chrono::seconds(30);
};

std::string serverProblem(const std::string& server) {
  return io::parseHostPort(server) ? "" : "is not host:port (example: smtp.example.org:587)";
}

void describe(config::Fields& f, MailOptions& o) {
  f.text("server", o.server, {.required = true, .check = serverProblem},
         "host:port of the mail server");
  f.text("tls", o.tls, {.one_of = {"starttls", "tls", "none"}},
         "starttls (port 587 or 25) and tls (port 465) send nothing without it; none is for a "
         "server on this host");
  f.text("from", o.from, {.required = true, .check = mailAddressProblem}, "the sender's address");
  f.oneOrMore("to", o.to, "addresses that the mail goes to, or one of them");
  f.text("username", o.username, {}, "the user of the server");
  f.text("password_file", o.password_file, {},
         "file with the password of that user, read for each message");
  f.text("ca_file", o.ca_file, {}, "PEM file of the certificates to trust");
  f.duration("timeout", o.timeout, {}, "how long all of it may take");
  for (const std::string& to : o.to) {
    const std::string problem = mailAddressProblem(to);
    if (!problem.empty()) f.fail("to", "\"" + to + "\" " + problem);
  }
  if (o.to.empty()) f.missing("to", "is missing (the addresses that the mail goes to)");
  if (o.to.size() > kMostRecipients)
    f.fail("to", "has more than 50 addresses (use a mailing list)");
  if (o.username.empty() != o.password_file.empty()) {
    f.fail(o.username.empty() ? "password_file" : "username",
           "is half of a pair (give it username and password_file)");
  }
  if (o.tls == "none" && !o.username.empty()) {
    f.fail("username", "would send its password without TLS (use tls: starttls or tls)");
  }
}

io::HttpRequest requestOf(const MailOptions& o) {
  io::HttpRequest request;
  request.url = (o.tls == "tls" ? "smtps://" : "smtp://") + o.server;
  request.timeout = o.timeout;
  request.ca_file = o.ca_file;
  request.mail = io::MailEnvelope{o.from, o.to, o.username, "", o.tls == "starttls"};
  return request;
}

class Mail final : public Receiver {
 public:
  explicit Mail(MailOptions options)
      : options_(std::make_shared<const MailOptions>(std::move(options))) {}

  std::vector<config::HostProblem> warningsOfHost() const override {
    return problemsOfFiles(
        {{"password_file", options_->password_file}, {"ca_file", options_->ca_file, false}});
  }

  void send(io::Services& services, const Message& message, io::CancelToken cancel,
            Done done) const override {
    io::HttpRequest request = requestOf(*options_);
    request.body = mailText(message, options_->from, options_->to);
    auto job = [&http = services.http, options = options_, request = std::move(request),
                cancel = std::move(cancel), done]() mutable {
      if (!options->password_file.empty()) {
        const auto password = io::readTrustedFile(options->password_file);
        if (!password) return done({io::oneLine("password_file: " + password.error().message)});
        request.mail->password = std::string(io::trim(*password));
      }
      http.send(std::move(request), std::move(cancel), [done](const io::HttpResponse& response) {
        done({response.end == io::HttpEnd::kAnswered ? "" : io::oneLine(response.error)});
      });
    };
    if (!services.workers.post(std::move(job))) done({"too much work is waiting"});
  }

 private:
  std::shared_ptr<const MailOptions> options_;  // shared: a message may outlive its configuration
};

}  // namespace

std::string mailAddressProblem(const std::string& address) {
  const std::size_t at = address.rfind('@');
  const bool whole = at != std::string::npos && at > 0 && at + 1 < address.size();
  const bool plain = std::all_of(address.begin(), address.end(), [](unsigned char c) {
    return c > 0x20 && c < 0x7f && c != '<' && c != '>' && c != ',' && c != ';' && c != '"';
  });
  return whole && plain && address.size() <= 254 ? ""
                                                 : "is not an address (example: ops@example.org)";
}

std::string mailText(const Message& message, const std::string& from,
                     const std::vector<std::string>& to) {
  std::string all;
  for (const std::string& one : to) all += (all.empty() ? "" : ",\r\n ") + one;
  return "From: heald <" + from + ">\r\nTo: " + all +
         "\r\nSubject: " + headerText(io::oneLine(titleOf(message))) +
         "\r\nDate: " + dateText(message.at) + "\r\nMessage-ID: <" + idText(message.id) + "@" +
         domainOf(from) +
         ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
         "Content-Type: text/plain; charset=utf-8\r\n"
         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" +
         quotedPrintable(bodyOf(message));
}

config::Kind mailKind() {
  return {"mail", "a mail server", [](config::Fields& f) {
            MailOptions options;
            describe(f, options);
            return std::make_shared<const Mail>(std::move(options));
          }};
}

}  // namespace heald::outbox
