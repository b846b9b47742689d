#include "ctl/store_migrate.h"

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/builtin.h"
#include "app/etcd_address.h"
#include "core/plain_text.h"
#include "ctl/error_json.h"
#include "io/user.h"
#include "runtime/clock.h"
#include "store/migration.h"

namespace heald::ctl {
namespace {

using nlohmann::ordered_json;
using To = store::Migration::To;

// What root writes, heald could not open afterwards: the user it has to be, or "" when that is who
// asks.
std::string ownerElse(const std::string& path) {
  struct stat status = {};
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (::stat(path.c_str(), &status) != 0 && ::stat(folder.c_str(), &status) != 0) return "";
  return ::geteuid() == 0 && status.st_uid != 0 ? io::userName(status.st_uid) : "";
}

store::Migration migrationOf(const config::StoreOptions& store, const StoreMigrateOptions& options,
                             std::ostream& err) {
  store::Migration migration;
  migration.to = options.to == "etcd" ? To::kEtcd : To::kSqlite;
  migration.path = store.path;
  migration.address = app::addressOf(*store.etcd);
  migration.prefix = store.etcd->prefix;
  migration.lease = std::chrono::duration_cast<std::chrono::seconds>(store.etcd->lease);
  migration.actor = options.actor;
  migration.now = [boot = runtime::readBootId()] {
    return core::ClockStamp{boot, runtime::SystemClock().now()};
  };
  migration.progress = [&err](const std::string& line) {
    err << "healdctl: " << core::escapedLines(line) << "\n";
  };
  return migration;
}

std::string counted(std::size_t number, const char* noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

std::string text(const store::Migrated& moved, const store::Migration& migration) {
  const bool to_etcd = migration.to == To::kEtcd;
  const std::string place = to_etcd ? "etcd, " + migration.prefix : migration.path;
  return (moved.resumed ? "Finished the move to " : "Moved to ") + place + ": " +
         counted(moved.governors, "governor") + ", " + counted(moved.rows, "row") + " in all.\n" +
         "The history " + (to_etcd ? "stays in " : "is in ") + migration.path + ".\n" +
         (to_etcd ? "Next: start heald with this configuration.\n"
                  : "Next: remove store.etcd from the configuration, and start heald. Before a "
                    "later move to "
                    "etcd, remove " +
                        migration.path + ".etcd on the other machines.\n");
}

}  // namespace

ExitCode migrateStore(const StoreMigrateOptions& options, const Lookup& environment,
                      std::ostream& out, std::ostream& err) {
  const auto fail = [&](ExitCode code, const std::string& message,
                        const std::vector<std::string>& problems = {}) {
    err << "healdctl: " << core::escapedLines(message) << "\n";
    if (options.as_json) out << errorJson(message, problems, code);
    return code;
  };
  const auto read = config::readConfigFile(options.file, app::builtinKinds(), environment);
  std::vector<std::string> mistakes;
  for (const config::Problem& problem : read.problems) mistakes.push_back(toString(problem));
  if (!read.ok()) {
    for (const std::string& mistake : mistakes) err << mistake << "\n";
    return fail(ExitCode::kBadFile, options.file + " has mistakes", mistakes);
  }
  const config::StoreOptions& store = read.config.store;
  if (!store.etcd) {
    return fail(ExitCode::kBadFile,
                options.file + " has no store.etcd: it says where etcd is, in both directions");
  }
  if (const std::string owner = ownerElse(store.path); !owner.empty()) {
    return fail(ExitCode::kRefused, store.path + " belongs to " + owner +
                                        ", who has to be able to use what is written: runuser -u " +
                                        owner + " -- healdctl store migrate " + options.file +
                                        " --to " + options.to);
  }
  const store::Migration migration = migrationOf(store, options, err);
  const auto moved = store::migrate(migration);
  if (!moved) {
    const bool refused = moved.error().code == ErrorCode::kConflict;
    return fail(refused ? ExitCode::kRefused : ExitCode::kUnreachable, moved.error().message);
  }
  if (options.as_json) {
    const ordered_json json = {{"to", options.to},
                               {"governors", moved->governors},
                               {"rows", moved->rows},
                               {"resumed", moved->resumed}};
    out << json.dump(2) << "\n";
  } else {
    out << text(*moved, migration);
  }
  return ExitCode::kOk;
}

}  // namespace heald::ctl
