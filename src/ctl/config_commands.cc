#include "ctl/config_commands.h"

#include "app/builtin.h"

namespace heald::ctl {

ExitCode printSchema(std::ostream& out) {
  out << config::configSchema(app::builtinKinds()) << "\n";
  return ExitCode::kOk;
}

}  // namespace heald::ctl
