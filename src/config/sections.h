#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/config_reader.h"
#include "config/fields.h"
#include "config/model.h"

namespace heald::config {

// The descriptions of the sections of a configuration file, each of which fills its part of the
// model. Private to config_reader.

inline constexpr char kForEachHelp[] =
    "a list of mappings: written out once for each, with every {{key}} in its values replaced";

// Always there, used or not: the status shows it as the main breaker.
inline constexpr char kMainGovernor[] = "self-healing-main";

// What they return reports at `token_file` and at `path`.
Fields::Report readWeb(Fields& fields, WebOptions& web);
// `tokens` and `client_roles` of `web`.
void readCredentials(Fields& fields, WebOptions& web);
Fields::Report readStore(Fields& fields, StoreOptions& store);
void readFeatures(Fields& fields, core::FeatureFlags& features);
void readDetection(Fields& fields, engine::Setup& setup);
void readHealing(Fields& fields, engine::HealingPolicy& healing);
void readMetrics(Fields& fields, engine::Setup& setup);

void readAlertmanager(Fields& fields, engine::AlertmanagerPolicy& alertmanager);

void readNotifications(Fields& fields, const std::vector<Kind>& kinds,
                       NotificationOptions& notifications);

// The content of a file that the configuration names, by a path relative to its folder; the error
// says why not. Without a function there is none.
using FileBeside = std::function<Result<std::string>(const std::string& path)>;

// `governor_defaults` and `governors`.
struct Governors {
  struct Entry {
    core::GovernorPolicy policy;
    std::shared_ptr<const engine::Fleet> fleet;  // null: it has none
    bool approval = false;                       // each attempt under it needs one
    Fields::Report report;                       // at its name
    std::string place;
    std::optional<engine::PermitVerify> verify = {};  // of its permits
    Fields::NameReport at_check = {};                 // of that
  };
  core::GovernorPolicy defaults;
  std::map<std::string, Entry> entries;
};
Governors readGovernors(Fields& top, const FileBeside& files);

// `fleet` of one governor. Its limit becomes the policy's max_in_flight.
void readFleet(Fields& fields, const FileBeside& files, core::GovernorPolicy& policy,
               std::shared_ptr<const engine::Fleet>& fleet);

// `approval`, of what may need one; `inherited` is what it means where it is not written.
bool readApproval(Fields& fields, bool inherited, const std::string& help);
// When a check is looked at, counted from what `from` says.
void readVerify(Fields& fields, const std::string& from, engine::VerifyPolicy& verify);

// The keys of one governor; `policy` holds what the absent ones mean.
void readPolicy(Fields& fields, core::GovernorPolicy& policy);

// `checks`; needs what readDetection has filled.
void readChecks(Fields& top, const std::vector<Kind>& kinds, Config& config);

// `remedies`, and with them the governors of the setup; needs what readChecks has filled.
void readRemedies(Fields& top, const std::vector<Kind>& kinds, const Kind& permit,
                  const Governors& governors, Config& config);

// `windows`; needs what readRemedies has filled.
void readWindows(Fields& top, engine::Setup& setup);

// `metric_labels` of a check or remedy.
void readMetricLabels(Fields& fields, engine::SharedMetricLabels& labels);
// Those, and of `others` what they do not name.
engine::SharedMetricLabels completed(const engine::SharedMetricLabels& labels,
                                     const engine::SharedMetricLabels& others);

// The one kind of a check, remedy or step, and its part.
void readKind(Fields& fields, const std::vector<Kind>& kinds, KindPart& part);
std::vector<std::string> namesOf(const std::vector<Kind>& kinds);

// The depends_on of a check, and whom to tell what is wrong with it.
struct Dependencies {
  std::string check;
  std::vector<std::string> on;
  Fields::NameReport unknown;  // of a name that no check has
  Fields::Report cycle;
};
// Reports unknown names and cycles; `all` are those of every check.
void checkDependencies(const std::vector<Dependencies>& all);

}  // namespace heald::config
