#include "ctl/man_pages.h"

#include <sstream>

#include "app/builtin.h"
#include "app/version.h"

namespace heald::ctl {
namespace {

constexpr const char* kDaemonFiles = R"(.SH FILES
.TP
.I /etc/heald/heald.yml
The configuration, heald.yml(5). The service does not start without it:
.B healdctl config init
writes a first one.
.TP
.I /var/lib/heald/heald.db
The durable state, SQLite.
.TP
.I /var/lib/heald/heald.db.reserve
4 MiB of disk that heald keeps for when the disk is full. It holds no data.
.TP
.I /var/lib/heald/control.token
The control token, for the service's user alone.
.TP
.I /etc/default/heald
Environment of the service.
.SH SEE ALSO
healdctl(1), heald.yml(5), /usr/share/doc/heald
)";

constexpr const char* kOperatorEnd = R"(.SH FILES
.TP
.I /var/lib/heald/control.token
The control token, which a change needs. Only heald's user and root can read it.
.SH SEE ALSO
heald(8), heald.yml(5), /usr/share/doc/heald/docs/healdctl.md
)";

constexpr const char* kConfigStart = R"(.SH NAME
heald.yml \- configuration of heald
.SH DESCRIPTION
YAML. An unknown key is a mistake, and all mistakes are reported with their places:
.B healdctl check-config
.IR FILE .
A duration is a number with a unit, ns, us, ms, s, m, h or d, or several: 1h30m.
${NAME} and ${NAME:-default} take a variable of the environment.
.PP
A section \(lqname[]\(rq is a list, \(lqname{}\(rq a mapping of free names.
Each entry of
.B checks
has exactly one kind, and so has each step of a remedy.
.SH EXAMPLE
.nf
checks:
  \- name: gateway
    http: {url: http://127.0.0.1:8080/healthz}
    interval: 30s
remedies:
  \- name: restart\-gateway
    when: {check: gateway}
    systemd: {unit: gateway.service, action: restart}
    verify: {after: 10s}
healing:
  mode: observe   # decide, count and log, and do nothing
.fi
.SH KEYS
)";

constexpr const char* kConfigEnd = R"(.SH SEE ALSO
heald(8), healdctl(1), /usr/share/doc/heald/docs/configuration.md
)";

std::string title(const std::string& name, const std::string& section) {
  return ".TH " + roffText(name) + " " + section + " \"\" \"heald " + app::kVersion +
         "\" \"heald\"\n.ad l\n";
}

// "--url URL", "-f, --follow", "governor".
std::string headOf(const ArgumentEntry& argument) {
  std::string head;
  for (const std::string& name : argument.names) {
    head += (head.empty() ? "" : ", ") + ("\\fB" + roffText(name) + "\\fR");
  }
  if (argument.positional) return "\\fI" + roffText(argument.names[0]) + "\\fR";
  if (!argument.takes_value) return head;
  std::string value = "VALUE";
  if (!argument.choices.empty()) {
    value.clear();
    for (const std::string& choice : argument.choices) value += (value.empty() ? "" : "|") + choice;
  }
  return head + " \\fI" + roffText(value) + "\\fR";
}

void writeArguments(std::ostream& out, const CommandEntry& command) {
  for (const ArgumentEntry& argument : command.arguments) {
    out << ".TP\n" << headOf(argument) << "\n" << roffText(argument.help);
    if (argument.required) out << " (required)";
    if (!argument.default_value.empty()) {
      out << " (default: " << roffText(argument.default_value) << ")";
    }
    out << "\n";
  }
}

std::string usageOf(const CommandEntry& command) {
  std::string usage = "\\fB" + roffText(command.name()) + "\\fR";
  bool options = false;
  for (const ArgumentEntry& argument : command.arguments) options |= !argument.positional;
  if (options) usage += " [\\fIoptions\\fR]";
  if (!command.commands.empty()) usage += " \\fIcommand\\fR";
  for (const ArgumentEntry& argument : command.arguments) {
    if (!argument.positional) continue;
    const std::string name =
        "\\fI" + roffText(argument.names[0]) + "\\fR" + (argument.many ? " ..." : "");
    usage += argument.required ? " " + name : " [" + name + "]";
  }
  return usage;
}

void writeCommands(std::ostream& out, const CommandEntry& above) {
  for (const CommandEntry& command : above.commands) {
    if (command.commands.empty()) {
      out << ".SS " << usageOf(command) << "\n" << roffText(command.help) << ".\n";
      writeArguments(out, command);
    } else {
      writeCommands(out, command);
    }
  }
}

// A line that begins with "Word: ", or is "Words:", begins a section; what is indented stays as it
// is.
void writeFooter(std::ostream& out, const std::string& footer) {
  std::istringstream lines(footer);
  bool as_is = false;
  for (std::string line; std::getline(lines, line);) {
    const auto colon = line.find(':');
    const bool heading = !line.empty() && line[0] >= 'A' && line[0] <= 'Z' &&
                         colon != std::string::npos && colon < 20;
    const bool indented = line.starts_with("  ");
    if (as_is && !indented) out << ".fi\n";
    if (!as_is && indented) out << ".nf\n";
    as_is = indented;
    if (heading) {
      std::string word = line.substr(0, colon);
      for (char& c : word) c = (c >= 'a' && c <= 'z') ? static_cast<char>(c - 'a' + 'A') : c;
      out << ".SH " << word << "\n";
      line = line.size() > colon + 2 ? line.substr(colon + 2) : "";
    }
    if (!line.empty()) out << roffText(indented ? line.substr(2) : line) << "\n";
  }
  if (as_is) out << ".fi\n";
}

std::string programPage(const CommandEntry& program, const std::string& section,
                        const std::string& what, const std::string& end) {
  std::ostringstream out;
  out << title(program.words[0], section) << ".SH NAME\n"
      << program.words[0] << " \\- " << what << "\n.SH SYNOPSIS\n"
      << usageOf(program) << "\n.SH DESCRIPTION\n"
      << roffText(program.help) << "\n.SH OPTIONS\n";
  writeArguments(out, program);
  if (!program.commands.empty()) {
    out << ".SH COMMANDS\n";
    writeCommands(out, program);
  }
  writeFooter(out, program.footer);
  out << end;
  return out.str();
}

std::string configPage() {
  return title("heald.yml", "5") + kConfigStart +
         manKeyList(config::configSchema(app::builtinKinds())) + kConfigEnd;
}

}  // namespace

std::string roffText(std::string_view text) {
  std::string roff;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) roff += "\\&";
    line_start = c == '\n';
    if (c == '\\') {
      roff += "\\e";
    } else if (c == '-') {
      roff += "\\-";
    } else if (c == '\'') {
      roff += "\\(aq";
    } else if (c == '`') {
      roff += "\\(ga";
    } else if (c == '^') {
      roff += "\\(ha";
    } else if (c == '~') {
      roff += "\\(ti";
    } else {
      roff += c;
    }
  }
  return roff;
}

std::vector<std::string> manPageNames() {
  return {"heald.8", "healdctl.1", "heald.yml.5"};
}

std::optional<std::string> manPage(std::string_view name) {
  if (name == "heald.8") {
    return programPage(daemonTable(), "8", "the self\\-healing daemon that knows when to stop",
                       kDaemonFiles);
  }
  if (name == "healdctl.1") {
    return programPage(operatorTable(), "1", "show and steer the self\\-healing daemon heald",
                       kOperatorEnd);
  }
  if (name == "heald.yml.5") return configPage();
  return std::nullopt;
}

}  // namespace heald::ctl
